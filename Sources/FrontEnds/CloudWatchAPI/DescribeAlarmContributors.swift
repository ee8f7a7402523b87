import AWSProtocol
import Alarms
import Bytes
import SignalModel
import WireFormats

/// What keeps an alarm in ALARM: of a query that groups, of logs or of metrics, the groups that breach. Alarms on one series have no
/// contributors of their own.
/// Source: CloudWatch API reference, DescribeAlarmContributors.
struct DescribeAlarmContributors: APIOperation {
    static let name = "DescribeAlarmContributors"
    let alarms: AlarmBook

    private static let pageSize = 100

    struct Input: APIInput {
        let name: String
        let nextToken: String?

        init(from reader: inout InputReader) {
            name = reader.requiredText("AlarmName", length: 1...255)
            nextToken = reader.text("NextToken")
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        guard let (alarm, contributors) = try await alarms.contributors(of: input.name, tenant: context.tenant) else {
            throw AWSError.noSuchResource(AlarmARN(tenant: context.tenant, name: input.name).description)
        }
        let request = [context.tenant.account, context.tenant.region, input.name]
        let last = try input.nextToken.map { try PageToken.lastName($0, for: request) }
        let all = contributors.filter { !$0.attributes.isEmpty }.map { (id: Self.id(of: $0), contributor: $0) }.sorted { $0.id < $1.id }
        let rest = all.filter { entry in last.map { $0 < entry.id } ?? true }
        let page = rest.prefix(Self.pageSize)
        let next = rest.count > page.count ? page.last.map { PageToken(fields: [$0.id]).text(for: request) } : nil
        return .members(
            ("AlarmContributors", .list(page.map { Self.wire($0.id, $0.contributor, of: alarm) })), ("NextToken", next.map(WireValue.text)))
    }

    private static func id(of contributor: LogResults.Contributor) -> String {
        let text = contributor.attributes.map { "\($0.name)\u{1}\($0.value)" }.joined(separator: "\u{2}")
        return Hex.encode(Checksum.xxh3(Array(text.utf8)))
    }

    private static func wire(_ id: String, _ contributor: LogResults.Contributor, of alarm: Alarm) -> WireValue {
        let rule = alarm.rule
        let reason = contributor.reason ?? "Threshold Crossed: \(contributor.value) was \(rule?.comparison.words ?? "past") the threshold (\(rule?.threshold ?? 0))."
        return [
            "ContributorId": .text(id), "ContributorAttributes": .textMap(contributor.attributes.map { ($0.name, $0.value) }),
            "StateReason": .text(reason), "StateTransitionedTimestamp": .timestamp(contributor.since),
        ]
    }
}
