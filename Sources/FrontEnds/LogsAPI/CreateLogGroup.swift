import AWSProtocol
import SignalModel

/// Makes a group without events.
/// Source: CloudWatch Logs API reference, CreateLogGroup. Fixtures: `aws/logs/CreateLogGroup/`.
struct CreateLogGroup: APIOperation {
    static let name = "CreateLogGroup"
    let logs: LogAccess

    enum LogClass: String, CaseIterable, Sendable {
        case STANDARD, INFREQUENT_ACCESS, DELIVERY
    }

    struct Input: APIInput {
        let group: String
        let logClass: LogClass
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            logClass = reader.enumeration("logGroupClass") ?? .STANDARD
            tags = reader.textMap("tags", count: 1...Limits.tagsMax)
            try reader.check()
            if group.lowercased().hasPrefix("aws/") {
                throw AWSError.invalidParameter("Log groups starting with AWS/ are reserved for AWS.")
            }
            // A group that says it is encrypted and is not would be worse than none.
            if reader.has("kmsKeyId") {
                throw AWSError.invalidParameter("kmsKeyId is not supported: log groups cannot be encrypted with a key yet.")
            }
            if reader.bool("deletionProtectionEnabled") == true {
                throw AWSError.invalidParameter("deletionProtectionEnabled is not supported: log groups cannot be protected yet.")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        let group = try await logs.directory.createGroup(
            named: input.group, logClass: input.logClass.rawValue, tags: input.tags, of: context.tenant, at: context.now)
        guard group != nil else { throw AWSError.resourceAlreadyExists("The specified log group already exists") }
        return Empty()
    }
}
