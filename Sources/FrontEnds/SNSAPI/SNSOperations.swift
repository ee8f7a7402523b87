package import AWSProtocol
package import Notifications

/// SNS's contents page.
package enum SNSOperations {
    package static func service(topics: TopicDirectory, outbox: Outbox) -> APIService {
        .sns([
            ConfirmSubscription(topics: topics),
            CreateTopic(topics: topics),
            DeleteTopic(topics: topics),
            ListSubscriptions(topics: topics),
            ListSubscriptionsByTopic(topics: topics),
            ListTopics(topics: topics),
            Publish(outbox: outbox),
            Subscribe(topics: topics),
            Unsubscribe(topics: topics),
        ])
    }
}
