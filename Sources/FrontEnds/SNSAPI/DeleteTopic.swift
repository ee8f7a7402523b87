import AWSProtocol
import Notifications

/// Removes a topic and its subscriptions; one that is not there is no error.
/// Source: SNS API reference, DeleteTopic.
struct DeleteTopic: APIOperation {
    static let name = "DeleteTopic"
    let topics: TopicDirectory

    struct Input: APIInput {
        let topic: String
        init(from reader: inout InputReader) { topic = reader.requiredText("TopicArn") }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        guard let arn = TopicARN(input.topic) else { throw AWSError.snsInvalidParameter("TopicArn") }
        if arn.tenant == context.tenant { try await topics.delete(arn) }
        return Empty()
    }
}
