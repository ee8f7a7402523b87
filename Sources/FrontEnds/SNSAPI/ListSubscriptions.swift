import AWSProtocol
import Notifications
import SignalModel
import WireFormats

/// The account's subscriptions in this region, 100 a page.
/// Source: SNS API reference, ListSubscriptions.
struct ListSubscriptions: APIOperation {
    static let name = "ListSubscriptions"
    let topics: TopicDirectory

    struct Input: APIInput {
        let token: String?
        init(from reader: inout InputReader) { token = reader.text("NextToken") }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        try await SubscriptionPage(topics: topics, topic: nil, token: input.token).wire(for: context)
    }
}

/// One topic's subscriptions.
/// Source: SNS API reference, ListSubscriptionsByTopic.
struct ListSubscriptionsByTopic: APIOperation {
    static let name = "ListSubscriptionsByTopic"
    let topics: TopicDirectory

    struct Input: APIInput {
        let topic: String
        let token: String?
        init(from reader: inout InputReader) {
            topic = reader.requiredText("TopicArn")
            token = reader.text("NextToken")
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let arn = try TopicARN.named(input.topic, by: context)
        guard try await topics.topic(arn) != nil else { throw AWSError.snsNotFound("Topic does not exist") }
        return try await SubscriptionPage(topics: topics, topic: arn, token: input.token).wire(for: context)
    }
}

private struct SubscriptionPage {
    private static let size = 100
    let topics: TopicDirectory
    let topic: TopicARN?
    let token: String?

    func wire(for context: RequestContext) async throws -> WireValue {
        let found = try await topics.subscriptions(of: context.tenant, topic: topic, after: try PageToken.key(token), limit: Self.size + 1)
        let page = found.prefix(Self.size)
        return .members(
            ("Subscriptions", .list(page.map { subscription in
                [
                    "SubscriptionArn": .text(subscription.isConfirmed ? subscription.arn.description : "PendingConfirmation"),
                    "Owner": .text(context.tenant.account), "Protocol": .text(subscription.transport.rawValue),
                    "Endpoint": .text(subscription.endpoint), "TopicArn": .text(subscription.arn.topic.description),
                ]
            })),
            ("NextToken", found.count > page.count ? page.last.map { PageToken.text(after: TopicDirectory.key($0.arn)) } : nil))
    }
}
