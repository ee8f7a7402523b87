import AWSProtocol
import SignalModel

/// Removes a group with its streams and events.
/// Source: CloudWatch Logs API reference, DeleteLogGroup. Fixtures: `aws/logs/DeleteLogGroup/`.
struct DeleteLogGroup: APIOperation {
    static let name = "DeleteLogGroup"
    let logs: LogAccess

    struct Input: APIInput {
        let group: String

        init(from reader: inout InputReader) {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        guard try await logs.directory.deleteGroup(named: input.group, of: context.tenant) else { throw AWSError.missingGroup() }
        return Empty()
    }
}
