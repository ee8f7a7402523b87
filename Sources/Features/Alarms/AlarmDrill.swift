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
    /// Marks that are read for at once.
    private static let marksOfReadMax = 240

    package struct Subject: Sendable {
        package let definition: AlarmDefinition
        package let options: AlarmOptions

        package init(_ definition: AlarmDefinition, _ options: AlarmOptions = AlarmOptions(tags: [])) {
            self.definition = definition
            self.options = options
        }
    }

    package struct Refusal: Error, Sendable {
        /// "cannot <verb> <thing>: <why>"
        package let message: String
    }

    private let buckets: @Sendable () -> BucketReader

    /// - Parameter buckets: the tenant's data; a reader, with a budget of its own, for each of the reads that a long range takes.
    package init(_ buckets: @escaping @Sendable () -> BucketReader) { self.buckets = buckets }

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
        while !marks.isEmpty {
            let chunk = Array(marks.prefix(Self.marksOfReadMax))
            marks = marks.dropFirst(chunk.count)
            var points: [[[AlarmEvaluator.Point]?]] = []
            for watch in run.watches { points.append(try await self.points(of: watch, at: chunk)) }
            for (place, mark) in chunk.enumerated() { run.step(at: mark, points.map { $0[place] }) }
        }
        return run.timelines(until: range.end.nanoseconds)
    }

    /// What the alarm would have judged at each mark; nil at marks that are not its own.
    private func points(of watch: AlarmWatch?, at marks: [Int64]) async throws -> [[AlarmEvaluator.Point]?] {
        guard let watch else { return marks.map { _ in nil } }
        let own = marks.filter { $0 % (watch.rule.intervalSeconds * PeriodAlignment.second) == 0 }
        let buckets = buckets()
        let requests = own.map { watch.requests(endingAt: $0) }
        var tables = try await buckets.read(requests.flatMap { $0 })[...]
        var found: [Int64: [AlarmEvaluator.Point]] = [:]
        for (mark, requests) in zip(own, requests) {
            let mine = Array(tables.prefix(requests.count))
            tables = tables.dropFirst(requests.count)
            let findings = try await watch.findings(from: buckets, endingAt: mark)
            found[mark] = try watch.points(of: mine, findings, endingAt: mark, buckets)
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

    /// How often it would have gone into ALARM.
    package var firings: Int { changes.count { $0.to == .alarm } }
    package var state: AlarmState.Value { changes.last?.to ?? .insufficientData }
}
