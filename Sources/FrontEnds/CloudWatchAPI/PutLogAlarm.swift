import AWSProtocol
import Alarms
import WireFormats

/// Creates an alarm on a scheduled Logs Insights query, or replaces all of it but its state.
/// Source: CloudWatch API reference, PutLogAlarm.
struct PutLogAlarm: APIOperation {
    static let name = "PutLogAlarm"
    let alarms: AlarmBook
    let logs: LogQueries

    struct Input: APIInput {
        let rule: AlarmRule
        let watch: LogWatch
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            let settings = try AlarmSettingsInput(from: &reader)
            let query: QueryInput = try reader.requiredStructure("ScheduledQueryConfiguration")
            let evaluated = Int(reader.requiredInteger("QueryResultsToEvaluate", in: 1...100))
            let needed = Int(reader.requiredInteger("QueryResultsToAlarm", in: 1...100))
            let threshold = reader.requiredDouble("Threshold")
            let comparison: AlarmRule.Comparison = reader.requiredEnumeration("ComparisonOperator")
            let missing: AlarmRule.MissingData? = reader.enumeration("TreatMissingData")
            let lines = reader.integer("ActionLogLineCount", in: 0...50) ?? 0
            try reader.check()
            try settings.check()
            guard lines == 0 else { throw AWSError.validation("ActionLogLineCount above 0 is not served: notifications carry no log lines.") }
            guard needed <= evaluated else { throw AWSError.validation("QueryResultsToAlarm must be less than or equal to QueryResultsToEvaluate.") }
            guard threshold.isFinite else { throw AWSError.validation("Threshold must be a finite number.") }
            guard !comparison.needsBand else { throw AWSError.validation("The comparison operator \(comparison.rawValue) cannot be used by log alarms.") }
            guard query.end < query.start else { throw AWSError.validation("EndTimeOffset must be less than StartTimeOffset.") }
            let watch = LogWatch(
                query: query.text, groups: query.groups, role: query.role, schedule: query.schedule, startOffset: query.start,
                endOffset: query.end, aggregation: query.aggregation)
            guard let watch else {
                throw AWSError.validation("ScheduleExpression \(query.schedule) is not valid: it must be a rate such as rate(5 minutes), of a day at most.")
            }
            var rule = AlarmRule(
                name: settings.settings.name, subject: .log(watch), evaluationPeriods: evaluated, datapointsToAlarm: needed, threshold: threshold,
                comparison: comparison, missingData: missing)
            rule.settings = settings.settings
            self.rule = rule
            self.watch = watch
            tags = settings.tags
        }
    }

    private struct QueryInput: APIInput {
        let text, role, schedule, aggregation: String
        let groups: [String]
        let start, end: Int64

        init(from reader: inout InputReader) throws {
            text = reader.text("QueryString", length: 0...10_000) ?? ""
            groups = reader.requiredTexts("LogGroupIdentifiers", count: 1...50, length: 1...1024)
            role = reader.requiredText("ScheduledQueryRoleARN", length: 1...1024)
            aggregation = reader.requiredText("AggregationExpression", length: 1...2048)
            let schedule: ScheduleInput = try reader.requiredStructure("ScheduleConfiguration")
            (self.schedule, start, end) = (schedule.expression, schedule.start, schedule.end)
        }
    }

    private struct ScheduleInput: APIInput {
        let expression: String
        let start, end: Int64

        init(from reader: inout InputReader) {
            expression = reader.requiredText("ScheduleExpression", length: 1...256)
            start = reader.requiredInteger("StartTimeOffset", in: 1...2_592_000)
            end = reader.integer("EndTimeOffset", in: 0...2_592_000) ?? 0
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        if let refusal = logs.refusal(of: input.watch) { throw AWSError.validation("The query is not valid: \(refusal)") }
        do {
            try await alarms.put(input.rule, tags: input.tags, of: context.tenant, at: context.now)
        } catch let error as AlarmError where error.code == .name {
            throw AWSError("ResourceConflict", status: 409, error.message)
        } catch let error as AlarmError {
            throw AWSError(error) ?? error as any Error
        }
        return Empty()
    }
}
