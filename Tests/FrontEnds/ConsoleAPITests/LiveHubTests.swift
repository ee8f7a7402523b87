import AWSProtocol
import Columns
import FilterPatterns
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

@testable import ConsoleAPI

private let acme = Tenant(account: "111111111111", region: "us-east-1")
private let other = Tenant(account: "222222222222", region: "us-east-1")

/// A hub, what it asks, and a client's end of the line.
private final class House: Sendable {
    let clock = ManualClock()
    let hub: LiveHub
    let sources: LiveHub.Sources
    let group = LogGroup(name: "/shop", number: 7, created: Timestamp(seconds: 0), retentionDays: nil, logClass: "STANDARD", tags: [])
    private let running: Task<Void, Never>

    init() {
        let hub = LiveHub(time: clock, random: RandomSource(SeededRandom(seed: 1)), log: Log(component: "live", time: clock) { _ in })
        let sources = LiveHub.Sources(
            metrics: TwoSeries(), directory: OneGroup(group: group),
            alarm: { name, tenant in name == "gone" ? nil : ["AlarmName": .text(name), "Account": .text(tenant.account)] },
            figures: { ["answer": 42] })
        (self.hub, self.sources) = (hub, sources)
        running = Task { await hub.run(sources) }
    }

    deinit { running.cancel() }

    func client(_ topics: [LiveTopic], tenant: Tenant = acme, isWelcome: @escaping @Sendable () -> Bool = { true }) throws -> LiveLine {
        let admitted = hub.admit(caller: "ada", tenant: tenant, isWelcome: isWelcome)
        let line = try #require(admitted)
        hub.set(topics.enumerated().map { LiveSubscription(id: String($0.offset), topic: $0.element) }, of: line.client)
        return line
    }

    func logs(_ messages: [String], tenant: Tenant = acme, group: UInt32 = 7) -> TableBatch {
        let count = messages.count
        return TableBatch(
            table: .logs, partition: PartitionKey(window: 0), scope: BlockScope(tenant: tenant, group: group),
            times: 1_000_000...1_000_000, rowCount: count,
            columns: [
                .int64([Int64](repeating: 1_000_000, count: count)), .int64([Int64](repeating: 2_000_000, count: count)),
                .uint32([UInt32](repeating: 3, count: count)), .uint64((0..<count).map { UInt64($0) }), .bytes(BytesVector(messages)),
            ])
    }

    func samples(_ series: [UInt32], tenant: Tenant = acme) -> TableBatch {
        TableBatch(
            table: .samples, partition: PartitionKey(window: 0), scope: BlockScope(tenant: tenant), times: 5_000_000...9_000_000,
            rowCount: series.count, columns: [.uint32(series), .int64([Int64](repeating: 9_000_000, count: series.count))])
    }
}

/// What the client hears next, as text and without the numbers of its frames; waits for it.
private func next(_ line: LiveLine) async -> String { await numbered(line).replacing(#/id: \w+-\d+\n/#, with: "") }

private func numbered(_ line: LiveLine) async -> String {
    if let bytes = line.take(now: 0) { return String(decoding: bytes, as: UTF8.self) }
    for await _ in line.wakes {
        if let bytes = line.take(now: 0) { return String(decoding: bytes, as: UTF8.self) }
    }
    return ""
}

private struct OneGroup: LogDirectory {
    let group: LogGroup
    func group(named name: String, of tenant: Tenant) -> LogGroup? { name == group.name && tenant == acme ? group : nil }
    func groups(of tenant: Tenant, prefix: String, after: String?, limit: Int) -> [LogGroup] { [group] }
    func createGroup(named name: String, logClass: String, tags: [(key: String, value: String)], of tenant: Tenant, at time: Timestamp) -> LogGroup? { nil }
    func deleteGroup(named name: String, of tenant: Tenant) -> Bool { false }
    func setRetention(days: Int?, ofGroup name: String, tenant: Tenant) -> Bool { false }
    func storedBytes(of group: LogGroup) -> Int { 0 }
    func stream(named name: String, in group: LogGroup, of tenant: Tenant) -> LogStreamEntry? { nil }
    func streams(in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int) -> [LogStreamEntry] {
        [LogStreamEntry(name: "web-1", number: 3, created: Timestamp(seconds: 0))]
    }
    func createStream(named name: String, in group: LogGroup, of tenant: Tenant, at time: Timestamp) -> LogStreamEntry? { nil }
}

/// Series 1 is of namespace Shop, everything else of others.
private struct TwoSeries: MetricReader {
    func series(matching matchers: [LabelMatcher], of tenant: Tenant, in range: TimeRange, limit: Int) -> [SeriesEntry] {
        [SeriesEntry(id: 1, labels: LabelSet([]), kind: .accumulating, lastTime: Timestamp(seconds: 0))]
    }
    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor { throw StorageError(code: .closed, message: "cannot scan: not here") }
}

@Suite struct LiveHubTests {
    private let house = House()

    @Test func `an event is told as FilterLogEvents would show it`() async throws {
        let client = try house.client([.logs([house.group], nil)])
        house.hub.published(house.logs(["hello"]))
        #expect(
            await next(client)
                == "event: logs\ndata: {\"id\":\"0\",\"group\":\"/shop\",\"events\":[{\"eventId\":\"00000000000010000000000000000000000000000000000000000003\",\"logStreamName\":\"web-1\",\"timestamp\":1,\"ingestionTime\":2,\"message\":\"hello\"}]}\n\n")
    }

    @Test func `only what matches the filter, of this group and this tenant`() async throws {
        let client = try house.client([.logs([house.group], try FilterPattern(parsing: "ERROR"))])
        house.hub.published(house.logs(["ERROR elsewhere"], group: 8))
        house.hub.published(house.logs(["ERROR of others"], tenant: other))
        house.hub.published(house.logs(["all is well", "an ERROR here"]))
        let heard = await next(client)
        #expect(heard.contains("an ERROR here") && !heard.contains("well") && !heard.contains("elsewhere") && !heard.contains("others"))
    }

    @Test func `a long message is cut and marked`() async throws {
        let client = try house.client([.logs([house.group], nil)])
        house.hub.published(house.logs([String(repeating: "x", count: 40_000)]))
        let heard = await next(client)
        #expect(heard.contains("\"isCut\":true") && heard.utf8.count < 34_000)
    }

    @Test func `long messages that can be told are, a few a frame`() async throws {
        let client = try house.client([.logs([house.group], nil)])
        house.hub.published(house.logs((0..<4).map { _ in String(repeating: "x", count: 40_000) }))
        let heard = await next(client)
        #expect(heard.matches(of: #/"eventId"/#).count == 4 && heard.matches(of: #/event: logs/#).count == 2)
    }

    @Test func `a reader that is slow is told how many it missed, and then hears what is new`() async throws {
        let client = try house.client([.logs([house.group], nil)])
        let witness = try house.client([.alarms])
        let many = house.logs((0..<300).map { _ in String(repeating: "y", count: 1000) })
        for _ in 0..<10 { house.hub.published(many) }
        house.hub.changedAlarm("end", of: acme)                 // everything before it has been delivered
        #expect(await next(witness).contains("end"))
        let heard = await next(client)
        let lag = try #require(heard.firstMatch(of: #/event: lag\ndata: \{"id":"0","leftOut":(\d+)\}/#))
        let told = heard.matches(of: #/"eventId"/#).count
        #expect(told + (Int(lag.output.1) ?? 0) == 3000 && heard.utf8.count < 600_000)
        house.hub.published(house.logs(["fresh"]))
        #expect(await next(client).contains("fresh"))
    }

    @Test func `samples of the series that are watched give one hint, others none`() async throws {
        let client = try house.client([.metrics([LabelMatcher(LabelSet.namespace, .equals("Shop"))]), .metrics([])])
        house.hub.published(house.samples([2, 3]))
        #expect(await next(client) == "event: metrics\ndata: {\"id\":\"1\",\"newest\":9}\n\n")
        house.hub.published(house.samples([3, 1]))
        let heard = await next(client)
        #expect(heard.contains("\"id\":\"0\"") && heard.contains("\"id\":\"1\""))
    }

    @Test func `an alarm is told with its state, and one that is gone without`() async throws {
        let client = try house.client([.alarms])
        house.hub.changedAlarm("high", of: other)
        house.hub.changedAlarm("high", of: acme)
        #expect(await next(client) == "event: alarm\ndata: {\"id\":\"0\",\"name\":\"high\",\"alarm\":{\"AlarmName\":\"high\",\"Account\":\"111111111111\"}}\n\n")
        house.hub.changedAlarm("gone", of: acme)
        #expect(await next(client) == "event: alarm\ndata: {\"id\":\"0\",\"name\":\"gone\"}\n\n")
    }

    @Test func `a quiet line has a heartbeat, and figures for who wants them`() async throws {
        let quiet = try house.client([])
        let curious = try house.client([.health])
        await house.hub.step(house.sources, checksCallers: true)
        #expect(quiet.take(now: 0) == nil)
        #expect(await next(curious) == "event: health\ndata: {\"id\":\"0\",\"figures\":{\"answer\":42}}\n\n")
        house.clock.advance(bySeconds: 15)
        await house.hub.step(house.sources, checksCallers: true)
        #expect(await next(quiet).hasPrefix("event: beat\ndata: {\"at\":"))
    }

    @Test func `who is no longer let in hears no more`() async throws {
        let isWelcome = Mutex(true)
        let client = try house.client([.logs([house.group], nil)], isWelcome: { isWelcome.withLock { $0 } })
        await house.hub.step(house.sources, checksCallers: true)
        isWelcome.withLock { $0 = false }
        await house.hub.step(house.sources, checksCallers: true)
        #expect(await next(client) == "event: over\ndata: {}\n\n")
        #expect(await next(client) == "")                        // the line has ended
    }

    @Test func `there are only so many streams, of one caller and of all, and none after the end`() throws {
        var clients: [LiveLine] = []
        for _ in 0..<Limits.clientsOfCallerMax { clients.append(try house.client([])) }
        #expect(house.hub.admit(caller: "ada", tenant: acme, isWelcome: { true }) == nil)
        house.hub.dismiss(clients[0])
        #expect(house.hub.admit(caller: "ada", tenant: acme, isWelcome: { true }) != nil)
        var number = 0
        while house.hub.admit(caller: "caller \(number)", tenant: acme, isWelcome: { true }) != nil { number += 1 }
        #expect(house.hub.clientCount == Limits.clientsMax)
        house.hub.dismiss(clients[1])
        house.hub.stop()
        #expect(house.hub.admit(caller: "late", tenant: acme, isWelcome: { true }) == nil)
    }

    // MARK: Coming back

    private func back(_ place: String, caller: String = "ada", tenant: Tenant = acme) -> LiveLine? {
        house.hub.resume(place, caller: caller, tenant: tenant, isWelcome: { true })
    }

    @Test func `who comes back hears what it has not got yet, and then goes on`() async throws {
        let line = try house.client([.logs([house.group], nil)])
        let id = line.client.id
        for word in ["first", "second"] {
            house.hub.published(house.logs([word]))
            #expect(await next(line).contains(word))
        }
        house.hub.dismiss(line)
        #expect(house.hub.clientCount == 0)
        house.hub.published(house.logs(["third"]))
        let again = try #require(back("\(id)-1"))
        #expect(again.client.subscriptions.count == 1)
        var heard = ""
        while !heard.contains("third") { heard += await numbered(again) }
        #expect(!heard.contains("first") && heard.contains("id: \(id)-2\n") && heard.contains("id: \(id)-3\n"))
        #expect(heard.matches(of: #/second/#).count == 1)
        house.hub.published(house.logs(["fourth"]))
        #expect(await numbered(again).hasPrefix("id: \(id)-4\n"))
    }

    @Test func `a second connection takes the place of one that the client has given up already`() async throws {
        let line = try house.client([.alarms])
        let again = try #require(back("\(line.client.id)-0"))
        house.hub.changedAlarm("high", of: acme)
        #expect(await next(again).contains("high"))
        #expect(await next(line) == "", "the first has ended")
        house.hub.dismiss(line)
        #expect(house.hub.clientCount == 1, "the end of the first is not that of the second")
    }

    @Test func `only the same caller comes back, to what is still known, and not for ever`() async throws {
        let line = try house.client([.logs([house.group], nil)])
        let id = line.client.id
        for _ in 0..<3 {
            house.hub.published(house.logs([String(repeating: "w", count: 30_000)]))
            _ = await next(line)
        }
        house.hub.dismiss(line)
        for place in ["", "-", "none-1", "\(id)", "\(id)-", "\(id)--1", "\(id)-4", "\(id)-9223372036854775808"] { #expect(back(place) == nil, "\(place)") }
        #expect(back("\(id)-3", caller: "eve") == nil && back("\(id)-3", tenant: other) == nil)
        #expect(back("\(id)-0") == nil, "the first of 90 KB are forgotten")
        let again = try #require(back("\(id)-2"))
        house.hub.dismiss(again)
        house.clock.advance(bySeconds: Limits.absenceSeconds - 1)
        await house.hub.step(house.sources, checksCallers: true)
        house.hub.dismiss(try #require(back("\(id)-3")))
        house.clock.advance(bySeconds: Limits.absenceSeconds)
        await house.hub.step(house.sources, checksCallers: true)
        #expect(back("\(id)-3") == nil)
    }

    @Test func `a stream that was ended from here is not come back to`() async throws {
        let line = try house.client([.alarms], isWelcome: { false })
        await house.hub.step(house.sources, checksCallers: true)
        #expect(await next(line).contains("event: over"))
        house.hub.dismiss(line)
        #expect(back("\(line.client.id)-1") == nil)
    }

    @Test func `who waits to come back misses no more than fits, and is told how much`() async throws {
        let line = try house.client([.logs([house.group], nil)])
        let witness = try house.client([.alarms])
        house.hub.dismiss(line)
        for _ in 0..<10 { house.hub.published(house.logs((0..<100).map { _ in String(repeating: "y", count: 1000) })) }
        house.hub.changedAlarm("end", of: acme)
        #expect(await next(witness).contains("end"))
        let heard = await next(try #require(back("\(line.client.id)-0")))
        let lag = try #require(heard.firstMatch(of: #/"leftOut":(\d+)\}/#))
        #expect(heard.matches(of: #/"eventId"/#).count + (Int(lag.output.1) ?? 0) == 1000)
    }

    @Test func `what nobody wants is not kept, and what is too much is counted`() {
        var news = LiveNews()
        let large = house.logs([String(repeating: "z", count: 1 << 20)])
        for _ in 0..<20 { news.note(large) }
        #expect(news.batches.count < 17 && news.lost.count == 1 && news.lost[0].rows == 20 - news.batches.count)
        #expect(!LiveInterest().wants(large) && !LiveInterest().wantsAlarms(of: acme))
    }
}

/// What a page may ask, over the API itself.
@Suite struct LiveAPITests {
    private let house = House()

    private struct Anyone: CallerAuthentication {
        func caller(of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?, now: Timestamp) -> Caller { .anyone }
    }

    private var api: LiveAPI {
        LiveAPI(hub: house.hub, directory: OneGroup(group: house.group), authentication: Anyone(), region: "us-east-1", time: house.clock)
    }

    private func post(_ id: String, _ body: String, caller: Caller = .anyone, peer: String = "10.0.0.1:1") async -> (Int, String) {
        let head = HTTPRequestHead(
            method: "POST", path: "/api/ui/v1/live/\(id)", headers: ["Content-Type": "application/json"], peer: peer)
        guard let response = await api.answer(head, body: Array(body.utf8), caller: caller), case .bytes(let bytes) = response.body else { return (0, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    @Test func `subscriptions are set whole, and every mistake is named`() async throws {
        let admitted = house.hub.admit(caller: "10.0.0.1", tenant: acme, isWelcome: { true })
        let client = try #require(admitted).client
        let good = #"{"subscriptions":[{"id":"a","topic":"logs","groups":["/shop"],"filter":"{ $.level = \"ERROR\" }"},{"id":"b","topic":"alarms"},{"id":"c","topic":"metrics","namespace":"Shop"},{"id":"d","topic":"health"}]}"#
        #expect(await post(client.id, good) == (200, #"{"subscriptions":["a","b","c","d"],"unknownGroups":[]}"#))
        #expect(client.subscriptions.map(\.id) == ["a", "b", "c", "d"])
        for (body, said) in [
            ("{}", "subscriptions"), (#"{"subscriptions":{}}"#, "subscriptions"), (#"{"subscriptions":[1]}"#, "id"),
            (#"{"subscriptions":[{"id":"a"}]}"#, "topic"), (#"{"subscriptions":[{"id":"a","topic":"weather"}]}"#, "unknown topic"),
            (#"{"subscriptions":[{"id":"a","topic":"logs"}]}"#, "group"), (#"{"subscriptions":[{"id":"a","topic":"logs","groups":[1]}]}"#, "groups"),
            (#"{"subscriptions":[{"id":"a","topic":"logs","groups":["/shop"],"filter":"{ $.x = }"}]}"#, "cannot be read at"),
            (#"{"subscriptions":[{"id":"a","topic":"alarms"},{"id":"a","topic":"alarms"}]}"#, "two"),
            (#"{"subscriptions":["# + [String](repeating: #"{"id":"x","topic":"alarms"}"#, count: 65).joined(separator: ",") + "]}", "at most 64"),
            ("{", "cannot be read"),
        ] {
            let (status, text) = await post(client.id, body)
            #expect(status == 400 && text.contains(said), "\(body): \(text)")
        }
        #expect(client.subscriptions.count == 4)                 // a mistake changes nothing
        #expect(
            await post(client.id, #"{"subscriptions":[{"id":"a","topic":"logs","groups":["/none","/shop"]}]}"#)
                == (200, #"{"subscriptions":["a"],"unknownGroups":["/none"]}"#))
        #expect(await post(client.id, #"{"subscriptions":[]}"#).0 == 200)
        #expect(client.subscriptions.isEmpty)
    }

    @Test(arguments: fuzzSeeds(3)) func `damaged subscriptions are set or refused as the page's mistake`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let admitted = house.hub.admit(caller: "10.0.0.1", tenant: acme, isWelcome: { true })
        let client = try #require(admitted).client
        let whole = #"{"subscriptions":[{"id":"1","topic":"logs","groups":["/shop","gone"],"filter":"{ $.level = \"ERROR\" }"},{"id":"2","topic":"metrics","namespace":"Shop","metric":"Latency"},{"id":"3","topic":"alarms"}]}"#
        var taken = 0
        for round in 0..<400 {
            var body = Array(whole.utf8)
            if !random.oneIn(6) { body.mutate(using: &random) }
            let (status, text) = await post(client.id, String(decoding: body, as: UTF8.self))
            #expect(status == 200 || status == 400, "seed \(seed), round \(round): \(text)")
            taken += status == 200 ? 1 : 0
        }
        #expect(taken > 20, "the noise must hold sense too")
    }

    @Test func `a stream is its caller's own`() async throws {
        let admitted = house.hub.admit(caller: "10.0.0.1", tenant: acme, isWelcome: { true })
        let client = try #require(admitted).client
        #expect(await post(client.id, #"{"subscriptions":[]}"#, peer: "10.0.0.2:1").0 == 404)
        #expect(await post(client.id, #"{"subscriptions":[]}"#, caller: Caller(name: "user/eve", account: acme.account, mayChange: true)).0 == 404)
        #expect(await post("none", #"{"subscriptions":[]}"#).0 == 404)
    }

    @Test func `a client that goes is forgotten`() async throws {
        let response = try #require(await api.answer(HTTPRequestHead(method: "GET", path: "/api/ui/v1/live", peer: "10.0.0.1:1"), body: [], caller: .anyone))
        guard case .stream(let produce) = response.body else { return #expect(Bool(false), "no stream") }
        #expect(house.hub.clientCount == 1)
        await produce(GoneAfter(writes: 1, wake: { house.hub.stop() }))
        #expect(house.hub.clientCount == 0)
    }
}

/// Takes some writes, then is gone.
private final class GoneAfter: HTTPBodyWriter {
    private let left: Mutex<Int>
    private let wake: @Sendable () -> Void

    init(writes: Int, wake: @escaping @Sendable () -> Void) {
        left = Mutex(writes)
        self.wake = wake
    }

    func write(_ bytes: [UInt8]) async -> Bool {
        wake()
        return left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}
