import AWSProtocol
import Notifications
import WireFormats

/// The endpoint's yes: the token that was sent to it.
/// Source: SNS API reference, ConfirmSubscription. Also reached by a plain GET of the message's SubscribeURL.
struct ConfirmSubscription: APIOperation {
    static let name = "ConfirmSubscription"
    let topics: TopicDirectory

    struct Input: APIInput {
        let topic: String
        let token: String
        init(from reader: inout InputReader) {
            topic = reader.requiredText("TopicArn")
            token = reader.requiredText("Token")
        }
    }

    /// The token is the proof: whoever visits the link need not be the tenant.
    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        guard let arn = TopicARN(input.topic) else { throw AWSError.snsInvalidParameter("TopicArn") }
        guard try await topics.topic(arn) != nil else { throw AWSError.snsNotFound("Topic does not exist") }
        guard let subscription = try await topics.confirm(arn, token: input.token) else { throw AWSError.snsInvalidParameter("Token") }
        return ["SubscriptionArn": .text(subscription.arn.description)]
    }
}
