import AWSProtocol
import Notifications

/// Ends a subscription; one that is not there is no error.
/// Source: SNS API reference, Unsubscribe. Also reached by a plain GET of a notification's UnsubscribeURL.
struct Unsubscribe: APIOperation {
    static let name = "Unsubscribe"
    let topics: TopicDirectory

    struct Input: APIInput {
        let subscription: String
        init(from reader: inout InputReader) { subscription = reader.requiredText("SubscriptionArn") }
    }

    /// The id in the ARN is random and known to the subscriber and the owner only.
    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        guard let arn = SubscriptionARN(input.subscription) else { throw AWSError.snsInvalidParameter("SubscriptionArn") }
        try await topics.unsubscribe(arn)
        return Empty()
    }
}
