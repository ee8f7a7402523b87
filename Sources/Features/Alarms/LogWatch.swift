import SignalModel
import WireFormats

/// The scheduled Logs Insights query that a log alarm judges.
/// Source: CloudWatch API reference, ScheduledQueryConfiguration.
package struct LogWatch: Sendable, Equatable {
    package var query: String
    /// Names or ARNs of log groups.
    package var groups: [String]
    package var role: String
    /// `rate(5 minutes)`, as it was put.
    package var schedule: String
    package let periodSeconds: Int64
    /// Seconds before the run at which the query's range begins and ends.
    package var startOffset: Int64
    package var endOffset: Int64
    /// What follows `stats`.
    package var aggregation: String
    /// Log lines that notifications carry.
    package var lineCount: Int64
    package var lineRole: String?

    /// - Returns: nil when `schedule` is no rate.
    package init?(
        query: String, groups: [String], role: String, schedule: String, startOffset: Int64, endOffset: Int64, aggregation: String,
        lineCount: Int64 = 0, lineRole: String? = nil
    ) {
        guard let period = Self.seconds(ofRate: schedule) else { return nil }
        self.query = query
        self.groups = groups
        self.role = role
        self.schedule = schedule
        periodSeconds = period
        self.startOffset = startOffset
        self.endOffset = endOffset
        self.aggregation = aggregation
        self.lineCount = lineCount
        self.lineRole = lineRole
    }

    /// `rate(1 minute)`, `rate(2 hours)`, `rate(1 day)`; at most a day.
    static func seconds(ofRate text: String) -> Int64? {
        guard text.hasPrefix("rate("), text.hasSuffix(")") else { return nil }
        let parts = text.dropFirst(5).dropLast().split(separator: " ")
        guard parts.count == 2, parts[0].utf8.count <= 5, parts[0].utf8.allSatisfy({ $0 &- 48 < 10 }), let count = Int64(parts[0]), count > 0 else {
            return nil
        }
        let units: [String: Int64] = ["minute": 60, "hour": 3600, "day": 86_400]
        guard let unit = units[parts[1].hasSuffix("s") ? String(parts[1].dropLast()) : String(parts[1])], count * unit <= 86_400 else { return nil }
        return count * unit
    }

    /// What a run at `mark` looks at, UTC nanoseconds.
    func range(at mark: Int64) -> TimeRange {
        TimeRange(start: Timestamp(nanoseconds: mark - startOffset * 1_000_000_000), end: Timestamp(nanoseconds: mark - endOffset * 1_000_000_000))
    }

    var wire: WireValue {
        .members(
            ("QueryString", .text(query)), ("LogGroupIdentifiers", groups.isEmpty ? nil : .texts(groups)), ("ScheduledQueryRoleARN", .text(role)),
            ("ScheduleConfiguration", [
                "ScheduleExpression": .text(schedule), "StartTimeOffset": .integer(startOffset), "EndTimeOffset": .integer(endOffset),
            ]),
            ("AggregationExpression", .text(aggregation)))
    }

    init?(document: WireNode, lines: WireNode) {
        guard let query = document["QueryString"]?.text, let role = document["ScheduledQueryRoleARN"]?.text,
            let schedule = document["ScheduleConfiguration"], let expression = schedule["ScheduleExpression"]?.text,
            let start = schedule["StartTimeOffset"]?.integer, let aggregation = document["AggregationExpression"]?.text
        else { return nil }
        self.init(
            query: query, groups: document["LogGroupIdentifiers"].texts, role: role, schedule: expression, startOffset: start,
            endOffset: schedule["EndTimeOffset"]?.integer ?? 0, aggregation: aggregation,
            lineCount: lines["ActionLogLineCount"]?.integer ?? 0, lineRole: lines["ActionLogLineRoleArn"]?.text)
    }
}
