package import MetricMath
package import SignalModel

/// Runs alarms over stored data as the evaluation would have run over it, mark by mark, from INSUFFICIENT_DATA on. Nothing is written.
///
///     let drill = AlarmDrill { BucketReader(reader: store, tenant: tenant, budget: budget()) }
///     let timelines = try await drill.timelines(of: [subject], tenant, in: range)
///     timelines[0].firings                        // "would have fired 4 times"
package struct AlarmDrill: Sendable {
    /// Marks of one run, times the alarms; a week of minutes for one alarm is 10,080.
    package static let evaluationsMax = 200_000
    /// Runs of log alarms' queries in one drill; each reads the logs.
    package static let queriesMax = 2_000
    /// Marks that are read for at once.
    private static let marksOfReadMax = 240

    package struct Subject: Sendable {
        package let definition: AlarmDefinition
        package let options: AlarmOptions
        /// Those about this alarm.
        package let mutes: [MuteRule]

        package init(_ definition: AlarmDefinition, _ options: AlarmOptions = AlarmOptions(tags: []), mutes: [MuteRule] = []) {
            self.definition = definition
            self.options = options
            self.mutes = mutes
        }
    }

    package struct Refusal: Error, Sendable {
        /// "cannot <verb> <thing>: <why>"
        package let message: String
    }

    /// What the query of a log alarm comes to at a mark: the rows of its range.
    package typealias LogRuns = @Sendable (_ alarm: String, _ watch: LogWatch, _ mark: Int64) async throws -> [LogQueries.Row]

    private let buckets: @Sendable () -> BucketReader
    private let logs: LogRuns?

    /// - Parameters:
    ///   - logs: nil where there are none: log alarms are refused.
    ///   - buckets: the tenant's data; a reader, with a budget of its own, for each of the reads that a long range takes.
    package init(logs: LogRuns? = nil, _ buckets: @escaping @Sendable () -> BucketReader) {
        self.buckets = buckets
        self.logs = logs
    }

    /// Runs the queries over the logs of a server.
    package static func runs(of queries: LogQueries, _ tenant: Tenant) -> LogRuns {
        { _, watch, mark in try await queries.rows(LogRows.query(of: watch), watch.groups, tenant, watch.range(at: mark)) }
    }

    /// - Parameters:
    ///   - subjects: composite alarms see those of the others that they name.
    ///   - range: marks lie in it: its end is one, its start is not.
    /// - Returns: one timeline a subject, in their order.
    /// - Throws: `Refusal`, `MetricDataPlan.Failure`, or what the store throws.
    package func timelines(of subjects: [Subject], _ tenant: Tenant, in range: TimeRange) async throws -> [AlarmTimeline] {
        var run = try DrillRun(subjects, tenant: tenant, from: range.start)
        let interval = run.intervalSeconds * PeriodAlignment.second
        let first = floorDivided(range.start.nanoseconds, by: interval) * interval + interval
        guard range.end > range.start, (range.end.nanoseconds - first) / interval * Int64(max(1, subjects.count)) <= Self.evaluationsMax else {
            throw Refusal(message: "cannot drill: the range is empty, or so long that it takes more than \(Self.evaluationsMax) evaluations")
        }
        var marks = stride(from: first, through: range.end.nanoseconds, by: Int64.Stride(interval)).map { $0 }[...]
        let judged = try await logPoints(of: run.watches, at: Array(marks))
        while !marks.isEmpty {
            let chunk = Array(marks.prefix(Self.marksOfReadMax))
            marks = marks.dropFirst(chunk.count)
            var data: [[AlarmDatapoints?]] = []
            for (place, watch) in run.watches.enumerated() {
                if let mine = judged[place] {
                    data.append(chunk.map { mine[$0].map(AlarmDatapoints.series) })
                } else {
                    data.append(try await datapoints(of: watch, at: chunk))
                }
            }
            for (place, mark) in chunk.enumerated() { run.step(at: mark, data.map { $0[place] }) }
        }
        return run.timelines(until: range.end.nanoseconds)
    }

    /// By subject that is a log alarm, what it would have judged at the marks of its schedule.
    private func logPoints(of watches: [AlarmWatch?], at marks: [Int64]) async throws -> [Int: [Int64: [AlarmEvaluator.Point]]] {
        var found: [Int: [Int64: [AlarmEvaluator.Point]]] = [:], queries = 0
        for (place, watch) in watches.enumerated() {
            guard let watch, case .log(let log) = watch.rule.subject else { continue }
            guard let logs else { throw Refusal(message: "cannot drill \(watch.rule.name): there are no logs here") }
            let own = marks.filter { $0 % (log.periodSeconds * PeriodAlignment.second) == 0 }
            queries += own.count
            guard queries <= Self.queriesMax else {
                throw Refusal(message: "cannot drill \(watch.rule.name): the range is so long that its query would be run more than \(Self.queriesMax) times")
            }
            var results = LogResults(), points: [Int64: [AlarmEvaluator.Point]] = [:]
            for mark in own {
                results.add(LogRows.groups(try await logs(watch.rule.name, log, mark), of: log), at: mark, for: watch.rule, kept: watch.rule.evaluationPeriods)
                points[mark] = results.points
            }
            found[place] = points
        }
        return found
    }

    /// What the alarm would have judged at each mark; nil at marks that are not its own.
    private func datapoints(of watch: AlarmWatch?, at marks: [Int64]) async throws -> [AlarmDatapoints?] {
        guard let watch else { return marks.map { _ in nil } }
        let own = marks.filter { $0 % (watch.rule.intervalSeconds * PeriodAlignment.second) == 0 }
        let buckets = buckets()
        let requests = own.map { watch.requests(endingAt: $0) }
        var tables = try await buckets.read(requests.flatMap { $0 })[...]
        var found: [Int64: AlarmDatapoints] = [:]
        for (mark, requests) in zip(own, requests) {
            let mine = Array(tables.prefix(requests.count))
            tables = tables.dropFirst(requests.count)
            let findings = try await watch.findings(from: buckets, endingAt: mark)
            found[mark] = try watch.datapoints(of: mine, findings, endingAt: mark, buckets)
        }
        return marks.map { found[$0] }
    }
}

/// What an alarm would have done.
package struct AlarmTimeline: Sendable {
    package struct Change: Sendable {
        /// UTC nanoseconds: the end of the newest period that was judged.
        package let time: Int64
        package let from, to: AlarmState.Value
        package let reason: String
    }

    /// The alarm was in this state from `start` to `end`, UTC nanoseconds.
    package struct Segment: Sendable {
        package let state: AlarmState.Value
        package let start, end: Int64
    }

    package let name: String
    package let definition: AlarmDefinition
    package internal(set) var changes: [Change] = []
    package internal(set) var segments: [Segment] = []
    /// What was judged, period by period without overlap, oldest first; periods without data are not there.
    package internal(set) var points: [AlarmEvaluator.Point] = []
    package internal(set) var evaluations = 0
    /// Oldest first.
    package internal(set) var told: [Told] = []
    package internal(set) var held: [Held] = []

    /// How often it would have gone into ALARM.
    package var firings: Int { changes.count { $0.to == .alarm } }
    package var state: AlarmState.Value { changes.last?.to ?? .insufficientData }
}
