package import MetricMath
package import Platform
package import SignalModel
import Synchronization

/// Evaluates every tenant's alarms on metrics for as long as the server runs.
///
///     let evaluation = AlarmEvaluation(book: book, reader: store, clock: clock, log: log)
///     try await evaluation.run()                     // returns when its task is cancelled
///
/// Alarms share what they read: a series is read once a turn, whatever the number of alarms on it, their periods and windows, and many
/// series share a scan. An alarm whose data cannot be read keeps its state, is counted, and is evaluated again ten seconds later: never
/// on a part of its data.
package actor AlarmEvaluation {
    package struct Configuration: Sendable {
        /// How long after its end a period is judged.
        package var settleSeconds: Double
        /// For one scan.
        package var readSeconds: Double
        package var readBytesMax: Int
        /// What happened to alarms is told so long.
        package var historyDays: Int

        package init(settleSeconds: Double = 5, readSeconds: Double = 20, readBytesMax: Int = 1 << 30, historyDays: Int = 30) {
            self.settleSeconds = settleSeconds
            self.readSeconds = readSeconds
            self.readBytesMax = readBytesMax
            self.historyDays = historyDays
        }
    }

    /// Since the start.
    package struct Counters: Sendable, Equatable {
        package var evaluations = 0
        package var transitions = 0
        /// Evaluations whose data could not be read, or whose transition could not be written.
        package var failures = 0
        /// Marks that passed without an evaluation, times the alarms that were due.
        package var late = 0
        /// Metrics read, each once a turn.
        package var reads = 0
        /// Alarms that cannot be evaluated at all, because what is stored is none; as of the last look.
        package var damaged = 0
        /// Time spent in turns.
        package var busyNanoseconds: Int64 = 0
        /// Alarms on metrics; as of the last look.
        package var alarms = 0
    }

    package private(set) var counters = Counters()
    /// The counters as they were after the last turn, for who does not want to wait for this one.
    package nonisolated var figures: Counters { lastFigures.withLock { $0 } }
    private nonisolated let lastFigures = Mutex(Counters())

    /// Metrics of one scan: what a damaged block keeps from being judged at the first try.
    private static let metricsOfScanMax = 1000
    /// Transitions of one transaction, so that other writers do not wait for long.
    private static let transitionsOfStepMax = 100

    private let book: AlarmBook
    private let reader: any MetricReader
    private let quotas: @Sendable (Tenant) -> QuotaLookup
    /// Of bands and forecasts; nil: trained anew each time.
    private let models: TrainedModels?
    private let clock: any TimeSource
    private let log: Log
    private let logLimit = LogLimit()
    private let configuration: Configuration
    private var timetable: AlarmTimetable
    private var watches: [AlarmKey: AlarmWatch] = [:]
    /// Of alarms that are no watches, why.
    private var damaged: [AlarmKey: String] = [:]
    /// What of the book's changes is known here; nil: nothing yet.
    private var knownChange: Int?
    /// Alarms that somebody changed without the book's knowing.
    private var stale: Set<AlarmKey> = []
    /// UTC nanoseconds.
    private var lastPruned: Int64?
    /// Failed at their last turn.
    private var retries: Set<AlarmKey> = []

    private typealias Job = (key: AlarmKey, mark: Int64)

    package init(
        book: AlarmBook, reader: any MetricReader, quotas: @escaping @Sendable (Tenant) -> QuotaLookup = { _ in { _ in nil } },
        models: TrainedModels? = nil, clock: any TimeSource, log: Log, configuration: Configuration = Configuration()
    ) {
        self.book = book
        self.reader = reader
        self.quotas = quotas
        self.models = models
        self.clock = clock
        self.log = log
        self.configuration = configuration
        timetable = AlarmTimetable(settle: Int64(configuration.settleSeconds * 1e9))
    }

    /// - Throws: `CancellationError` when its task is cancelled, nothing else.
    package func run() async throws {
        while true {
            await turn()
            await pruneHistory()
            try await clock.sleep(untilWall: timetable.next(after: clock.wallNanoseconds))
        }
    }

    /// Evaluates what is due now, and what failed at the turn before.
    package func turn() async {
        let now = clock.wallNanoseconds, begun = clock.monotonicNanoseconds
        let due = timetable.due(at: now)
        guard !due.isEmpty || !retries.isEmpty, await refresh() else { return }
        var jobs: [Job] = []
        for item in due {
            let keys = watches.filter { $0.value.rule.intervalSeconds == item.interval }.map(\.key)
            jobs += keys.map { ($0, item.mark) }
            counters.late += item.missed * keys.count
        }
        let planned = Set(jobs.map(\.key))
        for key in retries.subtracting(planned) {
            guard let interval = watches[key]?.rule.intervalSeconds else { continue }
            jobs.append((key, timetable.mark(interval, at: now)))
        }
        retries = []
        for (tenant, jobs) in Dictionary(grouping: jobs, by: \.key.tenant) { await evaluate(jobs, of: tenant, at: now) }
        counters.busyNanoseconds += clock.monotonicNanoseconds - begun
        lastFigures.withLock { $0 = counters }
    }

    /// Once an hour.
    func pruneHistory() async {
        let now = clock.wallNanoseconds
        if let lastPruned, now >= lastPruned, now - lastPruned < 3600 * PeriodAlignment.second { return }
        lastPruned = now
        let oldest = Timestamp(nanoseconds: now - Int64(configuration.historyDays) * 86_400 * PeriodAlignment.second)
        do {
            try await book.pruneHistory(before: oldest)
        } catch {
            log.warning("old history of alarms cannot be removed", ["error": String(describing: error)])
        }
    }

    // MARK: The alarms

    /// Reads alarms again that were changed.
    /// - Returns: false when that failed; nothing is evaluated then.
    private func refresh() async -> Bool {
        let (news, count) = book.changes.since(knownChange)
        let changed: Set<AlarmKey>?
        switch news {
        case .everything: changed = nil
        case .nothing: changed = stale
        case .these(let keys): changed = keys.union(stale)
        }
        if let changed, changed.isEmpty { return true }
        do {
            let (entries, errors) = if let changed { try await book.entries(changed) } else { try await book.everyEntry() }
            keep(entries, insteadOf: changed)
            for error in errors { log.error("an alarm cannot be evaluated", ["error": String(describing: error)]) }
            if changed == nil { unreadable = errors.count }
            (counters.damaged, counters.alarms) = (damaged.count + unreadable, watches.count)
            (knownChange, stale) = (count, [])
            return true
        } catch {
            counters.failures += 1
            log.error("alarms cannot be read", ["error": String(describing: error)])
            return false
        }
    }

    /// Documents that are no alarms, when all were last read.
    private var unreadable = 0

    private func keep(_ entries: [AlarmBook.Entry], insteadOf changed: Set<AlarmKey>?) {
        if let changed {
            for key in changed { (watches[key], damaged[key]) = (nil, nil) }
        } else {
            (watches, damaged) = ([:], [:])
        }
        for entry in entries {
            guard let rule = entry.alarm.rule, entry.alarm.kind == .MetricAlarm else { continue }
            do {
                watches[entry.alarm.key] = try AlarmWatch(entry.alarm, rule, entry.options)
            } catch {
                damaged[entry.alarm.key] = String(describing: error)
                log.error("an alarm cannot be evaluated", ["alarm": entry.alarm.arn, "error": String(describing: error)])
            }
        }
    }

    // MARK: Reading

    private func evaluate(_ jobs: [Job], of tenant: Tenant, at now: Int64) async {
        let tables = await read(jobs, of: tenant)
        var transitions: [AlarmTransition] = []
        for job in jobs.sorted(by: { $0.key.name < $1.key.name }) {
            guard let watch = watches[job.key], let judgement = await judge(watch, job, tables, at: now) else { continue }
            if let contributors = judgement.contributors { await keep(contributors, of: watch.alarm, at: now) }
            if let transition = judgement.transition { transitions.append(transition) }
        }
        for start in stride(from: 0, to: transitions.count, by: Self.transitionsOfStepMax) {
            await write(Array(transitions[start..<min(start + Self.transitionsOfStepMax, transitions.count)]), of: tenant, at: now)
        }
    }

    /// Requests whose metric could not be read are missing in the answer.
    private func read(_ jobs: [Job], of tenant: Tenant) async -> [BucketRequest: BucketTable] {
        var byMetric: [MetricIdentity: Set<BucketRequest>] = [:]
        for job in jobs {
            for request in watches[job.key]?.requests(endingAt: job.mark) ?? [] { byMetric[request.metric, default: []].insert(request) }
        }
        counters.reads += byMetric.count
        let metrics = byMetric.map { Array($0.value) }
        var tables: [BucketRequest: BucketTable] = [:]
        for start in stride(from: 0, to: metrics.count, by: Self.metricsOfScanMax) {
            let shared = metrics[start..<min(start + Self.metricsOfScanMax, metrics.count)]
            await read(shared, of: tenant, into: &tables)
        }
        return tables
    }

    /// - Parameter metrics: the requests of each.
    private func read(_ metrics: ArraySlice<[BucketRequest]>, of tenant: Tenant, into tables: inout [BucketRequest: BucketTable]) async {
        let requests = metrics.flatMap { $0 }
        do {
            let buckets = buckets(of: tenant)
            for (request, table) in zip(requests, try await buckets.read(requests)) { tables[request] = table }
        } catch {
            // One of them may be at fault: each for itself, so that it does not keep the others from being judged.
            if metrics.count > 1 {
                for metric in metrics { await read([metric], of: tenant, into: &tables) }
            } else if let metric = requests.first?.metric {
                log.warning(
                    "a metric cannot be read for its alarms", limit: logLimit,
                    ["namespace": metric.namespace, "metric": metric.name, "error": error.message])
            }
        }
    }

    private func buckets(of tenant: Tenant) -> BucketReader {
        let budget = QueryBudget(clock: clock, seconds: configuration.readSeconds, bytesMax: configuration.readBytesMax)
        var buckets = BucketReader(reader: reader, tenant: tenant, budget: budget, models: models)
        buckets.quotas = quotas(tenant)
        return buckets
    }

    // MARK: Deciding and writing

    /// - Returns: nil when the alarm cannot be judged.
    private func judge(_ watch: AlarmWatch, _ job: Job, _ tables: [BucketRequest: BucketTable], at now: Int64) async -> AlarmJudgement? {
        let requests = watch.requests(endingAt: job.mark)
        let own = requests.compactMap { tables[$0] }
        guard own.count == requests.count else {
            fail(job.key)
            return nil
        }
        do {
            let buckets = buckets(of: job.key.tenant)
            let findings = try await watch.findings(from: buckets, endingAt: job.mark)
            let data = try watch.datapoints(of: own, findings, endingAt: job.mark, buckets)
            var informed = watch
            if watch.grouping != nil, watch.contributors == nil {
                informed.contributors = try await book.contributorsKept(of: watch.alarm)
                watches[job.key]?.contributors = informed.contributors
            }
            counters.evaluations += 1
            return informed.judgement(of: data, at: now)
        } catch {
            log.warning("an alarm cannot be evaluated", limit: logLimit, ["alarm": watch.alarm.arn, "error": String(describing: error)])
            fail(job.key)
            return nil
        }
    }

    /// What cannot be kept is tried again at the next turn: it is still not what is known.
    private func keep(_ contributors: [LogResults.Contributor], of alarm: Alarm, at now: Int64) async {
        do {
            try await book.keep(contributors, of: alarm, at: Timestamp(nanoseconds: now))
            watches[alarm.key]?.contributors = contributors
        } catch {
            log.warning("an alarm's contributors cannot be written", limit: logLimit, ["alarm": alarm.arn, "error": String(describing: error)])
            fail(alarm.key)
        }
    }

    private func write(_ transitions: [AlarmTransition], of tenant: Tenant, at now: Int64) async {
        do {
            let states = try await book.apply(transitions, of: tenant, at: Timestamp(nanoseconds: now))
            for (transition, state) in zip(transitions, states) {
                let key = transition.alarm.key
                if let state {
                    counters.transitions += 1
                    watches[key]?.alarm.state = state
                } else {
                    stale.insert(key)       // somebody changed it meanwhile: look again, and judge it by its new rule
                    retries.insert(key)
                }
            }
        } catch {
            if transitions.count > 1 {
                for transition in transitions { await write([transition], of: tenant, at: now) }
            } else if let alarm = transitions.first?.alarm {
                log.warning("an alarm's state cannot be written", limit: logLimit, ["alarm": alarm.arn, "error": String(describing: error)])
                fail(alarm.key)
            }
        }
    }

    private func fail(_ key: AlarmKey) {
        counters.failures += 1
        retries.insert(key)
    }
}

extension AlarmWatch {
    /// Nil when the alarm stays in its state.
    func transition(on points: [AlarmEvaluator.Point], at now: Int64) -> AlarmTransition? {
        let verdict = evaluator.verdict(on: points)
        guard let value = verdict.state, value != alarm.state.value else { return nil }
        let reason = StateReason(rule: rule, state: value, verdict: verdict)
        let new = AlarmState(value: value, reason: reason.text, reasonData: reason.data(queryTime: now), updated: now, transitioned: now)
        return AlarmTransition(alarm: alarm, new: new)
    }
}
