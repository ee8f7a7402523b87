import AWSProtocol
import Notifications
import WireFormats

/// Makes a topic, or answers the one of that name.
/// Source: SNS API reference, CreateTopic.
struct CreateTopic: APIOperation {
    static let name = "CreateTopic"
    let topics: TopicDirectory

    struct Input: APIInput {
        let name: String
        let displayName: String

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("Name")
            let attributes = reader.textMap("Attributes")
            try reader.check()
            guard Topic.isName(name) else { throw AWSError.snsInvalidParameter("Topic Name") }
            if let unknown = attributes.first(where: { $0.key != "DisplayName" }) {
                throw AWSError.snsInvalidParameter("Attributes Reason: \(unknown.key) is not supported by this server yet")
            }
            displayName = attributes.first { $0.key == "DisplayName" }?.value ?? ""
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let arn = TopicARN(tenant: context.tenant, name: input.name)
        try await topics.create(Topic(arn: arn, displayName: input.displayName))
        return ["TopicArn": .text(arn.description)]
    }
}
