import Bytes
package import Catalog
package import HTTPTransport
package import Platform
import SignalModel
import WireFormats

/// Delivers what is due in the outbox until its task is cancelled: each notice until it arrives, or until its schedule gives up and it is
/// kept as dead. At least once: a crash between an endpoint's answer and our note of it sends the message again.
package struct OutboxLoop: Sendable {
    /// How often the outbox is looked at when nobody says that something is in it.
    private static let pauseNanoseconds: Int64 = 200_000_000
    private static let batch = 32
    /// Attempts stay on record for as long as what happened to alarms.
    private static let recordNanoseconds: Int64 = 30 * 86_400_000_000_000
    private static let tidyNanoseconds: Int64 = 3_600_000_000_000

    let catalog: Catalog
    let outbox: Outbox
    let client: HTTPClient
    let identity: SigningIdentity
    let schedule: RetrySchedule
    let time: any TimeSource
    let log: Log

    package init(
        catalog: Catalog, outbox: Outbox, client: HTTPClient, identity: SigningIdentity, schedule: RetrySchedule = .standard,
        time: any TimeSource, log: Log
    ) {
        self.catalog = catalog
        self.outbox = outbox
        self.client = client
        self.identity = identity
        self.schedule = schedule
        self.time = time
        self.log = log
    }

    package func run() async {
        var tidyAt = time.wallNanoseconds
        while !Task.isCancelled {
            do {
                if time.wallNanoseconds >= tidyAt {
                    tidyAt = time.wallNanoseconds + Self.tidyNanoseconds
                    try await tidy()
                }
                if try await step() == 0 { try await time.sleep(untilWall: time.wallNanoseconds + Self.pauseNanoseconds) }
            } catch is CancellationError {
                return
            } catch {
                log.error("outbox cannot go on", ["error": "\(error)"])
                try? await time.sleep(untilWall: time.wallNanoseconds + 5_000_000_000)      // only a cancelled task cannot sleep
            }
        }
    }

    /// Forgets attempts of long ago.
    func tidy() async throws {
        let oldest = Timestamp(nanoseconds: time.wallNanoseconds - Self.recordNanoseconds)
        let rows = 1000      // of one transaction, so that writers do not wait for long
        while try await catalog.write({ try $0.pruneDeliveries(before: oldest, limit: rows) }) == rows {}
    }

    /// Tries everything that is due, side by side.
    /// - Returns: how many notices were due.
    package func step() async throws -> Int {
        let now = Timestamp(nanoseconds: time.wallNanoseconds)
        let due = try await catalog.read { try $0.dueNotices(at: now, limit: Self.batch) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for notice in due { group.addTask { try await handle(notice) } }
            try await group.waitForAll()
        }
        return due.count
    }

    private func handle(_ notice: Notice) async throws {
        if notice.kind == Notice.publication { return try await outbox.spread(notice, at: Timestamp(nanoseconds: time.wallNanoseconds)) }
        let outcome = try await attempt(notice)
        let now = Timestamp(nanoseconds: time.wallNanoseconds)
        try await catalog.write { [schedule] transaction in
            // A topic that was deleted meanwhile has taken its notices along.
            guard try transaction.notice(notice.id) != nil else { return }
            switch outcome {
            case .delivered: try transaction.delivered(notice.id, at: now)
            case .gone: try transaction.removeNotice(notice.id)
            case .refused(let error): try transaction.dead(notice.id, error: error, at: now)
            case .failed(let error):
                if let delay = schedule.delay(afterAttempts: notice.attempts + 1) {
                    try transaction.failed(notice.id, error: error, at: now, nextAttempt: Timestamp(nanoseconds: now.nanoseconds + delay))
                } else {
                    try transaction.dead(notice.id, error: error, at: now)
                }
            }
        }
    }

    private enum Outcome {
        case delivered
        /// Nobody waits for it any more.
        case gone
        /// It can never arrive.
        case refused(String)
        case failed(String)
    }

    private func attempt(_ notice: Notice) async throws -> Outcome {
        guard let kind = Envelope.Kind(rawValue: notice.kind), let arn = SubscriptionARN(notice.target),
            let message = try Message(document: WireDocument(json: notice.payload).root)
        else { return .refused("the notice cannot be read") }
        let document = try await catalog.read { snapshot in
            try snapshot.document(TopicDirectory.key(arn), in: TopicDirectory.subscriptions, tenant: arn.topic.tenant)
        }
        guard let subscription = try document.flatMap(TopicDirectory.subscription) else { return .gone }
        let envelope = Envelope(kind: kind, message: message, subscription: subscription)
        let key = try await identity.key()
        let body = try envelope.body(signedBy: key, certificatePath: SigningIdentity.certificatePath)
        do throws(HTTPTransportError) {
            var request = HTTPClientRequest(method: "POST", url: subscription.endpoint)
            request.headers = envelope.headers
            request.body = body
            let response = try await client.send(request)
            return (200..<300).contains(response.status) ? .delivered : .failed("the endpoint answered \(response.status)")
        } catch {
            return .failed(error.message)
        }
    }
}
