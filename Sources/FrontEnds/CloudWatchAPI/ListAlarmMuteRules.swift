import AWSProtocol
import Alarms
import SignalModel
import WireFormats

/// Mute rules by name, page by page.
/// Source: CloudWatch API reference, ListAlarmMuteRules.
struct ListAlarmMuteRules: APIOperation {
    static let name = "ListAlarmMuteRules"
    let alarms: AlarmBook

    struct Input: APIInput {
        let alarmName: String?
        let statuses: [MuteRule.Status]
        let recordsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) {
            alarmName = reader.text("AlarmName", length: 1...255)
            statuses = reader.enumerations("Statuses")
            recordsMax = Int(reader.integer("MaxRecords", in: 1...100) ?? 50)
            nextToken = reader.text("NextToken")
        }

        var key: [String] { [alarmName ?? ""] + statuses.map(\.rawValue) }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        if let name = input.alarmName, try await alarms.alarm(name, of: context.tenant) == nil {
            throw AWSError.noSuchResource(AlarmARN(tenant: context.tenant, name: name).description)
        }
        var found: [MuteRule] = []
        var last = try input.nextToken.map { try PageToken.lastName($0, for: request) }
        while found.count <= input.recordsMax {
            let batch = try await alarms.muteRules(of: context.tenant, muting: input.alarmName, after: last, limit: 500)
            guard let end = batch.last else { break }
            found += batch.filter { input.statuses.isEmpty || input.statuses.contains($0.status(at: context.now.nanoseconds)) }
            last = end.name
        }
        let page = found.prefix(input.recordsMax)
        let next = found.count > page.count ? page.last.map { PageToken(fields: [$0.name]).text(for: request) } : nil
        return .members(
            ("AlarmMuteRuleSummaries", .list(page.map { $0.summary(of: context.tenant, at: context.now.nanoseconds) })),
            ("NextToken", next.map(WireValue.text)))
    }
}
