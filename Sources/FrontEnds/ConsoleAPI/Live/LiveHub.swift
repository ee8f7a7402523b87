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

    /// Streams with a connection.
    package var clientCount: Int { state.withLock { $0.clients.values.count(where: \.isConnected) } }

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
    func admit(caller: String, tenant: Tenant, isWelcome: @escaping @Sendable () -> Bool) -> LiveLine? {
        let id = String(random.next(), radix: 36) + String(random.next(), radix: 36)
        return state.withLock { state in
            guard !state.isStopped, makeRoom(for: caller, in: &state) else { return nil }
            let client = LiveClient(id: id, caller: caller, tenant: tenant, now: time.monotonicNanoseconds)
            state.clients[id] = client
            return client.connect(after: 0, isWelcome: isWelcome)
        }
    }

    /// The stream that a client had, when it says the last event that it got of it.
    /// - Returns: nil when it has to begin a new one.
    func resume(_ lastEvent: String?, caller: String, tenant: Tenant, isWelcome: @escaping @Sendable () -> Bool) -> LiveLine? {
        guard let place = lastEvent.flatMap(LiveReplay.place) else { return nil }
        return state.withLock { state in
            guard !state.isStopped, let client = state.clients[place.stream], client.caller == caller, client.tenant == tenant else { return nil }
            return client.connect(after: place.number, isWelcome: isWelcome)
        }
    }

    /// Who has no connection makes room, the longest gone first.
    /// - Returns: false when all of them have one.
    private func makeRoom(for caller: String, in state: inout State) -> Bool {
        func free(among clients: [LiveClient], _ limit: Int) -> Bool {
            guard clients.count >= limit else { return true }
            let gone = clients.compactMap { client in client.leftAt.map { (at: $0, id: client.id) } }
            guard let longest = gone.min(by: { $0.at < $1.at }) else { return false }
            state.clients[longest.id] = nil
            return true
        }
        return free(among: state.clients.values.filter { $0.caller == caller }, Limits.clientsOfCallerMax)
            && free(among: Array(state.clients.values), Limits.clientsMax)
    }

    func client(_ id: String) -> LiveClient? { state.withLock { $0.clients[id] } }

    func set(_ subscriptions: [LiveSubscription], of client: LiveClient) {
        client.set(subscriptions)
        state.withLock { $0.interest = LiveInterest($0.clients.values) }
        waker.yield()
    }

    /// A connection has ended. The stream waits for its client to come back, for as long as `Limits.absenceSeconds`.
    func dismiss(_ line: LiveLine) {
        guard line.client.leave(line, now: time.monotonicNanoseconds) else { return }
        forget([line.client.id])
    }

    private func forget(_ ids: [String]) {
        guard !ids.isEmpty else { return }
        state.withLock { state in
            for id in ids { state.clients[id] = nil }
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

    /// Shows that the line is alive, sends figures, ends streams whose callers are no longer let in and forgets those that nobody came back
    /// to; until it is cancelled.
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
        var gone: [String] = []
        for client in state.withLock({ Array($0.clients.values) }) {
            if let leftAt = client.leftAt {
                if now - leftAt >= Limits.absenceSeconds * 1_000_000_000 { gone.append(client.id) }
                continue
            }
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
        forget(gone)
    }
}
