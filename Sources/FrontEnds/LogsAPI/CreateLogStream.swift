import AWSProtocol
import SignalModel

/// Makes a stream in a group.
/// Source: CloudWatch Logs API reference, CreateLogStream. Fixtures: `aws/logs/CreateLogStream/`.
struct CreateLogStream: APIOperation {
    static let name = "CreateLogStream"
    let logs: LogAccess

    struct Input: APIInput {
        let group, stream: String

        init(from reader: inout InputReader) {
            group = reader.requiredText("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            stream = reader.requiredText("logStreamName", length: 1...Limits.nameLengthMax, pattern: LogNames.stream)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        let group = try await logs.group(input.group, of: context.tenant)
        let stream = try await logs.directory.createStream(named: input.stream, in: group, of: context.tenant, at: context.now)
        guard stream != nil else { throw AWSError.resourceAlreadyExists("The specified log stream already exists") }
        return Empty()
    }
}
