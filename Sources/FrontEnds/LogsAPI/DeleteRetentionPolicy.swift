import AWSProtocol
import SignalModel

/// Lets a group keep its events for ever.
/// Source: CloudWatch Logs API reference, DeleteRetentionPolicy. Fixtures: `aws/logs/DeleteRetentionPolicy/`.
struct DeleteRetentionPolicy: APIOperation {
    static let name = "DeleteRetentionPolicy"
    let logs: LogAccess

    struct Input: APIInput {
        let group: String

        init(from reader: inout InputReader) {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        guard try await logs.directory.setRetention(days: nil, ofGroup: input.group, tenant: context.tenant) else {
            throw AWSError.missingGroup()
        }
        return Empty()
    }
}
