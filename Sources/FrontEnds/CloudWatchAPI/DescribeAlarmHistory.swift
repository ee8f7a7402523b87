import AWSProtocol
import Alarms
import Catalog
import SignalModel
import WireFormats

/// What happened to an alarm, or to all of them; of deleted alarms too.
/// Source: CloudWatch API reference, DescribeAlarmHistory.
struct DescribeAlarmHistory: APIOperation {
    static let name = "DescribeAlarmHistory"
    let alarms: AlarmBook

    /// Items about single contributors are not written: what they would tell is in the alarm's own.
    enum ItemKind: String, CaseIterable {
        case ConfigurationUpdate, StateUpdate, Action, AlarmContributorStateUpdate, AlarmContributorAction
    }

    struct Input: APIInput {
        let alarmName: String?
        let alarmKinds: Set<AlarmKind>
        let kind: ItemKind?
        let contributor: String?
        let range: TimeRange
        let scanBy: GetMetricData.ScanBy
        let recordsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            alarmName = reader.text("AlarmName", length: 1...255)
            let kinds: [AlarmKind] = reader.enumerations("AlarmTypes")
            alarmKinds = kinds.isEmpty ? [.MetricAlarm] : Set(kinds)
            contributor = reader.text("AlarmContributorId", length: 1...16)
            kind = reader.enumeration("HistoryItemType")
            let start = reader.timestamp("StartDate") ?? TimeRange.all.start
            let end = reader.timestamp("EndDate") ?? TimeRange.all.end
            // Both dates belong to it.
            range = TimeRange(start: start, end: Timestamp(nanoseconds: end.nanoseconds == .max ? .max : end.nanoseconds + 1))
            scanBy = reader.enumeration("ScanBy") ?? .TimestampDescending
            recordsMax = Int(reader.integer("MaxRecords", in: 1...100) ?? 100)
            nextToken = reader.text("NextToken")
        }

        var key: [String] {
            [alarmName ?? "", kind?.rawValue ?? "", "\(range.start.nanoseconds)", "\(range.end.nanoseconds)", scanBy.rawValue]
                + alarmKinds.map(\.rawValue).sorted()
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        var position: EventPosition?
        if let text = input.nextToken {
            guard let token = PageToken(text, for: request), let place = token.fields.first.flatMap({ EventPosition($0) }) else {
                throw AWSError.invalidNextToken("The token is not one of this request.")
            }
            position = place
        }
        let kind = input.kind.map { AlarmHistoryItem.Kind(rawValue: $0.rawValue) }
        if input.contributor != nil || kind == .some(nil) { return .members(("AlarmHistoryItems", .list([]))) }
        let (items, next) = try await alarms.history(
            of: input.alarmName, alarms: input.alarmKinds, tenant: context.tenant, kind: kind ?? nil, range: input.range,
            newestFirst: input.scanBy == .TimestampDescending, limit: input.recordsMax, after: position)
        return .members(
            ("AlarmHistoryItems", .list(items.map(\.wire))),
            ("NextToken", next.map { .text(PageToken(fields: [$0.text]).text(for: request)) }))
    }
}
