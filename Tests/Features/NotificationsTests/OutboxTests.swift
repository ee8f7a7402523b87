import Catalog
import HTTPTransport
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

@testable import Notifications

/// A catalog in a folder of its own, an endpoint on loopback, and a clock that the test moves.
private final class Rig: Sendable {
    let folder = TemporaryFolder()
    let clock = ManualClock()
    let catalog: Catalog
    let topics: TopicDirectory
    let outbox: Outbox
    let client: HTTPClient
    let loop: OutboxLoop
    let seen: Seen
    private let endpoint: HTTPServer

    /// - Parameter answers: the endpoint's statuses, in order; 200 when they are used up.
    init(answers: [Int] = []) throws {
        catalog = try Catalog.open(folder.path("catalog.db"))
        let random = RandomSource(SeededRandom(seed: 1))
        topics = TopicDirectory(catalog: catalog, random: random)
        outbox = Outbox(directory: topics, random: random)
        client = try HTTPClient()
        loop = OutboxLoop(
            catalog: catalog, outbox: outbox, client: client, identity: SigningIdentity(catalog: catalog, time: clock),
            schedule: RetrySchedule(delays: [1, 5]), time: clock, log: Log(component: "test", write: { _ in }))
        let statuses = Statuses(answers)
        let seen = Seen()
        endpoint = try HTTPServer(HTTPServer.Configuration(), time: SystemTime()) { head, body in
            let bytes = (try? await body.collect(limit: 1 << 20)) ?? []
            seen.add(head, bytes)
            return HTTPResponse(status: statuses.next() ?? 200)
        }
        self.seen = seen
    }

    var url: String { "http://127.0.0.1:\(endpoint.port)/hook" }
    var now: Timestamp { Timestamp(nanoseconds: clock.wallNanoseconds) }

    func close() async {
        await endpoint.closeNow()
        await client.close()
        catalog.close()
    }

    /// A topic with one confirmed subscription; what was sent for it is forgotten.
    func subscribe() async throws -> Subscription {
        try await topics.create(Topic(arn: topic))
        let asked = try #require(try await topics.subscribe(.http, url, isRaw: false, to: topic, serverURL: "http://s", at: now))
        let confirmed = try #require(try await topics.confirm(topic, token: asked.token))
        _ = try await loop.step()
        seen.clear()
        return confirmed
    }
}

private final class Statuses: Sendable {
    private let values: Mutex<[Int]>
    init(_ values: [Int]) { self.values = Mutex(values) }
    func next() -> Int? { values.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}

private final class Seen: Sendable {
    private let all = Mutex<[(type: String, body: [UInt8])]>([])
    func add(_ head: HTTPRequestHead, _ body: [UInt8]) { all.withLock { $0.append((head.headers["x-amz-sns-message-type"] ?? "", body)) } }
    func clear() { all.withLock { $0 = [] } }
    var types: [String] { all.withLock { $0.map(\.type) } }
    var bodies: [[UInt8]] { all.withLock { $0.map(\.body) } }
}

struct OutboxTests {
    @Test func `a subscriber is asked first, and gets messages only once it has confirmed`() async throws {
        let rig = try Rig()
        try await rig.topics.create(Topic(arn: topic))
        let asked = try #require(try await rig.topics.subscribe(.http, rig.url, isRaw: false, to: topic, serverURL: "http://s", at: rig.now))
        #expect(try await rig.outbox.publish("early", subject: nil, attributes: [], to: topic, at: rig.now) != nil)
        _ = try await rig.loop.step()
        #expect(rig.seen.types == ["SubscriptionConfirmation"])
        #expect(try await rig.topics.confirm(topic, token: "wrong") == nil)
        #expect(try await rig.topics.confirm(topic, token: asked.token)?.isConfirmed == true)
        #expect(try await rig.outbox.publish("late", subject: "s", attributes: [], to: topic, at: rig.now) != nil)
        _ = try await rig.loop.step()
        #expect(rig.seen.types == ["SubscriptionConfirmation", "Notification"])
        await rig.close()
    }

    @Test func `an endpoint that fails is tried again when the time has come, and each try is on record`() async throws {
        let rig = try Rig(answers: [200, 500, 503])
        let subscription = try await rig.subscribe()
        #expect(try await rig.outbox.publish("m", subject: nil, attributes: [], to: topic, at: rig.now) != nil)
        #expect(try await rig.loop.step() == 1)
        #expect(try await rig.loop.step() == 0)         // not before its time
        rig.clock.advance(bySeconds: 1)
        #expect(try await rig.loop.step() == 1)
        rig.clock.advance(bySeconds: 5)
        #expect(try await rig.loop.step() == 1)
        #expect(rig.seen.bodies.count == 3)
        let tries = try await rig.catalog.read { try $0.deliveries(.target("\(subscription.arn)"), tenant: acme) }
        #expect(tries.prefix(3).map(\.outcome) == [.delivered, .failed, .failed])
        #expect(try await rig.catalog.read { try $0.noticeCounts() }.waiting == 0)
        await rig.close()
    }

    @Test func `what never arrives is kept as dead`() async throws {
        let rig = try Rig(answers: [200, 500, 500, 500])
        _ = try await rig.subscribe()
        #expect(try await rig.outbox.publish("m", subject: nil, attributes: [], to: topic, at: rig.now) != nil)
        for _ in 0..<3 {
            _ = try await rig.loop.step()
            rig.clock.advance(bySeconds: 10)
        }
        let dead = try await rig.catalog.read { try $0.deadNotices(tenant: acme) }
        #expect(dead.map(\.lastError) == ["the endpoint answered 500"])
        #expect(try await rig.loop.step() == 0)
        await rig.close()
    }

    @Test func `an alarm's publication becomes one notification a subscriber, and none of another account's topic`() async throws {
        let rig = try Rig()
        _ = try await rig.subscribe()
        let payload = JSON.encode(["Subject": "ALARM", "Message": "body"])
        let now = rig.now
        try await rig.catalog.write { transaction in
            for tenant in [acme, Tenant(account: "222222222222", region: "eu-west-1")] {
                try transaction.enqueue(NewNotice(tenant: tenant, target: "\(topic)", kind: Notice.publication, subject: "a", payload: payload), at: now)
            }
        }
        _ = try await rig.loop.step()
        _ = try await rig.loop.step()
        let bodies = try rig.seen.bodies.map { try WireDocument(json: $0).root }
        #expect(bodies.map { $0["Message"]?.text } == ["body"])
        #expect(bodies.map { $0["Subject"]?.text } == ["ALARM"])
        let dead = try await rig.catalog.read { try $0.deadNotices(tenant: Tenant(account: "222222222222", region: "eu-west-1")) }
        #expect(dead.count == 1)
        await rig.close()
    }

    @Test func `a message to a topic that is gone, or to a subscriber that left, goes nowhere`() async throws {
        let rig = try Rig()
        let subscription = try await rig.subscribe()
        #expect(try await rig.outbox.publish("m", subject: nil, attributes: [], to: topic, at: rig.now) != nil)
        try await rig.topics.unsubscribe(subscription.arn)
        _ = try await rig.loop.step()
        #expect(rig.seen.bodies.isEmpty)
        #expect(try await rig.catalog.read { try $0.noticeCounts() }.waiting == 0)
        try await rig.topics.delete(topic)
        #expect(try await rig.outbox.publish("m", subject: nil, attributes: [], to: topic, at: rig.now) == nil)
        await rig.close()
    }

    // MARK: What became of it

    private func publish(_ rig: Rig, about subject: String, to target: String = "\(topic)") async throws {
        let now = rig.now
        let payload = JSON.encode(["Subject": "ALARM", "Message": "body"])
        _ = try await rig.catalog.write { try $0.enqueue(NewNotice(tenant: acme, target: target, kind: Notice.publication, subject: subject, payload: payload), at: now) }
    }

    @Test func `an alarm's deliveries are those of every subscriber, with each attempt and what is to come`() async throws {
        let rig = try Rig(answers: [200, 503])
        let subscription = try await rig.subscribe()
        let book = DeliveryBook(catalog: rig.catalog)
        try await publish(rig, about: "arn:alarm")
        _ = try await rig.loop.step()
        _ = try await rig.loop.step()
        var (deliveries, isWhole) = try await book.deliveries(about: "arn:alarm", of: acme)
        #expect(isWhole && deliveries.map(\.kind) == ["Notification", Notice.publication])
        #expect(deliveries[0].target == "\(subscription.arn)" && deliveries[0].endpoint == rig.url && deliveries[0].status == .waiting)
        #expect(deliveries[0].attempts.map(\.error) == ["the endpoint answered 503"] && deliveries[0].next == Timestamp(nanoseconds: rig.now.nanoseconds + 1_000_000_000))
        #expect(deliveries[1].status == .delivered && deliveries[1].endpoint == nil)
        rig.clock.advance(bySeconds: 1)
        _ = try await rig.loop.step()
        (deliveries, isWhole) = try await book.deliveries(about: "arn:alarm", of: acme)
        #expect(deliveries[0].status == .delivered && deliveries[0].attempts.map(\.attempt) == [2, 1] && deliveries[0].next == nil)
        #expect(try await book.deliveries(about: "arn:alarm", of: Tenant(account: "222222222222", region: "eu-west-1")).deliveries.isEmpty)
        #expect(try await book.deliveries(about: "\(topic)", of: acme).deliveries.map(\.kind) == ["SubscriptionConfirmation"])
        await rig.close()
    }

    @Test func `what was given up is tried again when somebody asks, and only by its owner`() async throws {
        let rig = try Rig(answers: [200, 500, 500, 500])
        _ = try await rig.subscribe()
        let book = DeliveryBook(catalog: rig.catalog)
        try await publish(rig, about: "arn:alarm")
        for _ in 0..<4 {
            _ = try await rig.loop.step()
            rig.clock.advance(bySeconds: 10)
        }
        let dead = try #require(try await book.deliveries(about: "arn:alarm", of: acme).deliveries.first { $0.kind == "Notification" })
        #expect(dead.status == .gaveUp && dead.attempts.count == 3)
        #expect(try await book.retry(dead.id, of: Tenant(account: "222222222222", region: "eu-west-1"), at: rig.now) == false)
        #expect(try await book.retry(dead.id + 100, of: acme, at: rig.now) == false)
        #expect(try await book.retry(dead.id, of: acme, at: rig.now))
        #expect(try await book.retry(dead.id, of: acme, at: rig.now) == false, "it waits already")
        #expect(try await book.deliveries(about: "arn:alarm", of: acme).deliveries.first { $0.id == dead.id }?.status == .waiting)
        _ = try await rig.loop.step()
        #expect(try await book.deliveries(about: "arn:alarm", of: acme).deliveries.first { $0.id == dead.id }?.status == .delivered)
        await rig.close()
    }

    @Test func `a subscriber that leaves drops out, a topic that is not there is given up`() async throws {
        let rig = try Rig(answers: [200, 500])
        let subscription = try await rig.subscribe()
        let book = DeliveryBook(catalog: rig.catalog)
        try await publish(rig, about: "one")
        try await publish(rig, about: "two", to: "arn:aws:sns:us-east-1:111111111111:nowhere")
        for _ in 0..<2 { _ = try await rig.loop.step() }
        try await rig.topics.unsubscribe(subscription.arn)
        rig.clock.advance(bySeconds: 10)
        _ = try await rig.loop.step()
        let left = try #require(try await book.deliveries(about: "one", of: acme).deliveries.first { $0.kind == "Notification" })
        #expect(left.status == .droppedOut && left.endpoint == nil)
        let lost = try #require(try await book.deliveries(about: "two", of: acme).deliveries.first)
        #expect(lost.status == .gaveUp && lost.attempts.first?.error?.contains("does not exist") == true)
        await rig.close()
    }

    @Test func `attempts of long ago are forgotten`() async throws {
        let rig = try Rig()
        _ = try await rig.subscribe()
        rig.clock.advance(bySeconds: 31 * 86_400)
        #expect(try await rig.outbox.publish("m", subject: nil, attributes: [], to: topic, at: rig.now) != nil)
        _ = try await rig.loop.step()
        try await rig.loop.tidy()
        #expect(try await DeliveryBook(catalog: rig.catalog).deliveries(about: "\(topic)", of: acme).deliveries.map(\.kind) == ["Notification"])
        await rig.close()
    }
}
