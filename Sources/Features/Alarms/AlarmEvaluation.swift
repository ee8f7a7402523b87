import MetricMath
package import Platform
package import SignalModel

/// Evaluates every tenant's alarms for as long as the server runs.
///
///     let evaluation = AlarmEvaluation(book: book, reader: store, clock: clock, log: log)
///     try await evaluation.run()                     // returns when its task is cancelled
///
/// Alarms on one metric share a read, whatever their periods. An alarm whose data cannot be read keeps its state, is counted, and is
/// evaluated again ten seconds later: never on a part of its data.
package actor AlarmEvaluation {
    package struct Configuration: Sendable {
        /// How long after its end a period is judged.
        package var settleSeconds: Double
        /// For one metric's read.
        package var readSeconds: Double
        package var readBytesMax: Int
        /// What happened to alarms is told so long.
        package var historyDays: Int

        package init(settleSeconds: Double = 5, readSeconds: Double = 10, readBytesMax: Int = 256 << 20, historyDays: Int = 30) {
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
        /// Reads of a metric.
        package var reads = 0
        /// Alarms that cannot be evaluated at all, because what is stored is none; as of the last look.
        package var damaged = 0
    }

    package private(set) var counters = Counters()

    private let book: AlarmBook
    private let reader: any MetricReader
    private let clock: any TimeSource
    private let log: Log
    private let logLimit = LogLimit()
    private let configuration: Configuration
    private var timetable: AlarmTimetable
    private var watches: [AlarmARNKey: AlarmWatch] = [:]
    private var knownChange: Int?
    /// UTC nanoseconds.
    private var lastPruned: Int64?
    /// Failed at their last turn.
    private var retries: Set<AlarmARNKey> = []

    /// Names an alarm among all tenants'.
    private struct AlarmARNKey: Hashable {
        let tenant: Tenant
        let name: String

        init(_ alarm: Alarm) {
            tenant = alarm.tenant
            name = alarm.name
        }
    }

    package init(
        book: AlarmBook, reader: any MetricReader, clock: any TimeSource, log: Log, configuration: Configuration = Configuration()
    ) {
        self.book = book
        self.reader = reader
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
        let now = clock.wallNanoseconds
        let due = timetable.due(at: now)
        guard !due.isEmpty || !retries.isEmpty, await refresh() else { return }
        var jobs: [(key: AlarmARNKey, mark: Int64)] = []
        for item in due {
            let keys = watches.filter { $0.value.alarm.rule.intervalSeconds == item.interval }.map(\.key)
            jobs += keys.map { ($0, item.mark) }
            counters.late += item.missed * keys.count
        }
        let planned = Set(jobs.map(\.key))
        for key in retries.subtracting(planned) {
            guard let interval = watches[key]?.alarm.rule.intervalSeconds else { continue }
            jobs.append((key, timetable.mark(interval, at: now)))
        }
        retries = []
        await evaluate(jobs, at: now)
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

    /// Reads the alarms again when one of them was changed.
    /// - Returns: false when that failed; nothing is evaluated then.
    private func refresh() async -> Bool {
        let change = book.changeCount
        guard change != knownChange else { return true }
        do {
            let (alarms, damaged) = try await book.everyAlarm()
            var errors = damaged
            watches = [:]
            for alarm in alarms {
                do { watches[AlarmARNKey(alarm)] = try AlarmWatch(alarm) } catch { errors.append(error) }
            }
            counters.damaged = errors.count
            for error in errors { log.error("an alarm cannot be evaluated", ["error": String(describing: error)]) }
            knownChange = change
            return true
        } catch {
            counters.failures += 1
            knownChange = nil
            log.error("alarms cannot be read", ["error": String(describing: error)])
            return false
        }
    }

    // MARK: Reading

    private func evaluate(_ jobs: [(key: AlarmARNKey, mark: Int64)], at now: Int64) async {
        for (tenant, jobs) in Dictionary(grouping: jobs, by: \.key.tenant) {
            let requests = jobs.flatMap { job in watches[job.key]?.requests(endingAt: job.mark) ?? [] }
            let tables = await read(Set(requests), of: tenant)
            for job in jobs.sorted(by: { $0.key.name < $1.key.name }) {
                guard let watch = watches[job.key] else { continue }
                await evaluate(watch, job.key, endingAt: job.mark, tables, at: now)
            }
        }
    }

    /// One scan a metric. Requests whose metric could not be read are missing in the answer.
    private func read(_ requests: Set<BucketRequest>, of tenant: Tenant) async -> [BucketRequest: BucketTable] {
        var tables: [BucketRequest: BucketTable] = [:]
        for (metric, requests) in Dictionary(grouping: requests, by: \.metric) {
            counters.reads += 1
            do {
                let buckets = BucketReader(reader: reader, tenant: tenant, budget: budget())
                for (request, table) in zip(requests, try await buckets.read(requests)) { tables[request] = table }
            } catch {
                log.warning(
                    "a metric cannot be read for its alarms", limit: logLimit,
                    ["namespace": metric.namespace, "metric": metric.name, "error": error.message])
            }
        }
        return tables
    }

    private func budget() -> QueryBudget {
        QueryBudget(clock: clock, seconds: configuration.readSeconds, bytesMax: configuration.readBytesMax)
    }

    // MARK: Deciding and writing

    private func evaluate(
        _ watch: AlarmWatch, _ key: AlarmARNKey, endingAt mark: Int64, _ tables: [BucketRequest: BucketTable], at now: Int64
    ) async {
        let requests = watch.requests(endingAt: mark)
        let own = requests.compactMap { tables[$0] }
        guard own.count == requests.count else { return fail(key) }
        do {
            let buckets = BucketReader(reader: reader, tenant: key.tenant, budget: budget())
            let findings = try await watch.findings(from: buckets, endingAt: mark)
            let points = try watch.points(of: own, findings, endingAt: mark, budget: budget())
            counters.evaluations += 1
            guard let transition = watch.transition(on: points, at: now) else { return }
            if try await book.apply(transition) {
                counters.transitions += 1
                watches[key]?.alarm.state = transition.new
            } else {
                knownChange = nil       // somebody changed it meanwhile: look again, and judge it by its new rule
                retries.insert(key)
            }
        } catch {
            log.warning("an alarm cannot be evaluated", limit: logLimit, ["alarm": watch.alarm.arn, "error": String(describing: error)])
            fail(key)
        }
    }

    private func fail(_ key: AlarmARNKey) {
        counters.failures += 1
        retries.insert(key)
    }
}

extension AlarmWatch {
    /// Nil when the alarm stays in its state.
    func transition(on points: [AlarmEvaluator.Point], at now: Int64) -> AlarmTransition? {
        let verdict = evaluator.verdict(on: points)
        guard let value = verdict.state, value != alarm.state.value else { return nil }
        let reason = StateReason(rule: alarm.rule, state: value, verdict: verdict)
        let new = AlarmState(value: value, reason: reason.text, reasonData: reason.data(queryTime: now), updated: now, transitioned: now)
        return AlarmTransition(alarm: alarm, new: new)
    }
}
