import AWSProtocol
import SignalModel

/// Sets how many days a group keeps its events.
/// Source: CloudWatch Logs API reference, PutRetentionPolicy. Fixtures: `aws/logs/PutRetentionPolicy/`.
struct PutRetentionPolicy: APIOperation {
    static let name = "PutRetentionPolicy"
    let logs: LogAccess

    struct Input: APIInput {
        let group: String
        let days: Int

        init(from reader: inout InputReader) {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            let given = reader.requiredInteger("retentionInDays")
            days = Int(given)
            if reader.has("retentionInDays"), !Limits.retentionDays.contains(given) {
                let allowed = Limits.retentionDays.map(String.init).joined(separator: ", ")
                reader.violate("retentionInDays", value: "\(given)", "satisfy enum value set: [\(allowed)]")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        guard try await logs.directory.setRetention(days: input.days, ofGroup: input.group, tenant: context.tenant) else {
            throw AWSError.missingGroup()
        }
        return Empty()
    }
}
