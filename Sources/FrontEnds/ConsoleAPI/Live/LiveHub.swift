package import Platform
package import SignalModel
import Synchronization
package import WireFormats

/// Everybody who watches, and the way from a commit to them.
///
///     committed rows, changed alarms ─▶ LiveNews ─▶ run(): whom it concerns ─▶ LiveQueue of each client ─▶ its stream
///
/// Whoever commits only notes in passing what some client wants; both queues are bounded, and who misses something is told.
package final class LiveHub: Sendable {
    /// What the hub asks about things that other modules know.
    package struct Sources: Sendable {
        let metrics: any MetricReader
        let directory: any LogDirectory
        let alarm: @Sendable (_ name: String, _ tenant: Tenant) async throws -> WireValue?
        let figures: @Sendable () async -> WireValue

        /// - Parameters:
        ///   - alarm: as a page is to see it; nil when there is none of that name any more.
        ///   - figures: the server's about itself.
        package init(
            metrics: any MetricReader, directory: any LogDirectory,
            alarm: @escaping @Sendable (_ name: String, _ tenant: Tenant) async throws -> WireValue?,
            figures: @escaping @Sendable () async -> WireValue
        ) {
            self.metrics = metrics
            self.directory = directory
            self.alarm = alarm
            self.figures = figures
        }
    }

    private struct State {
        var clients: [String: LiveClient] = [:]
        var interest = LiveInterest()
        var news = LiveNews()
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let time: any TimeSource
    private let random: RandomSource
    private let log: Log

    package init(time: any TimeSource, random: RandomSource, log: Log) {
        self.time = time
        self.random = random
        self.log = log
        (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var clientCount: Int { state.withLock { $0.clients.count } }

    // MARK: What happens; called by committers, which must not wait

    package func published(_ batch: TableBatch) {
        let isWanted = state.withLock { state in
            guard state.interest.wants(batch) else { return false }
            if batch.table == .seriesDefinitions { state.news.newSeries.insert(batch.scope.tenant) } else { state.news.note(batch) }
            return true
        }
        if isWanted { waker.yield() }
    }

    package func changedAlarm(_ name: String, of tenant: Tenant) {
        let isWanted = state.withLock { state in
            guard state.interest.wantsAlarms(of: tenant) else { return false }
            state.news.alarms.insert(LiveNews.AlarmName(tenant: tenant, name: name))
            return true
        }
        if isWanted { waker.yield() }
    }

    // MARK: Who watches

    /// - Returns: nil when there are too many, or the server stops.
    func admit(caller: String, tenant: Tenant, isWelcome: @escaping @Sendable () -> Bool) -> LiveClient? {
        let id = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        return state.withLock { state in
            guard !state.isStopped, state.clients.count < Limits.clientsMax,
                state.clients.values.count(where: { $0.caller == caller }) < Limits.clientsOfCallerMax
            else { return nil }
            let client = LiveClient(id: id, caller: caller, tenant: tenant, now: time.monotonicNanoseconds, isWelcome: isWelcome)
            state.clients[id] = client
            return client
        }
    }

    func client(_ id: String) -> LiveClient? { state.withLock { $0.clients[id] } }

    func set(_ subscriptions: [LiveSubscription], of client: LiveClient) {
        client.set(subscriptions)
        state.withLock { $0.interest = LiveInterest($0.clients.values) }
        waker.yield()
    }

    func dismiss(_ client: LiveClient) {
        client.close()
        state.withLock { state in
            state.clients[client.id] = nil
            state.interest = LiveInterest(state.clients.values)
        }
    }

    /// Ends every stream, and admits no more.
    package func stop() {
        let clients = state.withLock { state in
            state.isStopped = true
            return Array(state.clients.values)
        }
        for client in clients { client.close() }
    }

    // MARK: By itself

    /// Tells clients what concerns them, until it is cancelled.
    package func run(_ sources: Sources) async {
        var delivery = LiveDelivery(sources: sources)
        for await _ in wakes {
            while true {
                let (news, clients) = state.withLock { state in
                    defer { state.news = LiveNews() }
                    return (state.news, Array(state.clients.values))
                }
                guard !news.isEmpty else { break }
                await delivery.deliver(news, to: clients) { [log] in log.warning("live news incomplete", ["error": "\($0)"]) }
            }
        }
    }

    /// Shows that the line is alive, sends figures, and ends streams whose callers are no longer let in; until it is cancelled.
    package func beat(_ sources: Sources) async {
        var seconds: Int64 = 0
        while !Task.isCancelled {
            do { try await time.sleep(untilWall: time.wallNanoseconds + Limits.selfSeconds * 1_000_000_000) } catch { return }
            seconds += Limits.selfSeconds
            await step(sources, checksCallers: seconds % Limits.heartbeatSeconds == 0)
        }
    }

    func step(_ sources: Sources, checksCallers: Bool) async {
        let now = time.monotonicNanoseconds
        var figures: WireValue?
        for client in state.withLock({ Array($0.clients.values) }) {
            if checksCallers, !client.isWelcome() {
                client.put { $0.put(LiveFrame.event("over", [:]), of: "") }
                client.close()
                continue
            }
            for subscription in client.subscriptions {
                guard case .health = subscription.topic else { continue }
                if figures == nil { figures = await sources.figures() }
                let frame = LiveFrame.event("health", ["id": .text(subscription.id), "figures": figures ?? [:]])
                client.put { $0.putHint(frame, of: subscription.id) }
            }
            if client.isQuiet(since: now - (Limits.heartbeatSeconds - 1) * 1_000_000_000) {
                client.put { $0.putHint(LiveFrame.event("beat", ["at": .integer(time.wallNanoseconds / 1_000_000)]), of: "") }
            }
        }
    }
}
