import Bytes
package import Catalog
package import Platform
package import SignalModel
import WireFormats

/// From a message to one durable notice for each subscription. The catalog keeps the notices, `OutboxLoop` delivers them.
///
/// Three kinds of notice: `Notice.publication`, to a topic ARN, as an alarm's transition leaves it; `notification` and `confirmation`, to a
/// subscription ARN. A publication becomes notifications in one transaction, so that a crash between doubles nothing and loses nothing.
package struct Outbox: Sendable {
    private let directory: TopicDirectory
    private let random: RandomSource

    package init(directory: TopicDirectory, random: RandomSource) {
        self.directory = directory
        self.random = random
    }

    /// Returns when the message is durable for every confirmed subscription.
    /// - Returns: the message's id; nil when there is no such topic.
    package func publish(
        _ body: String, subject: String?, attributes: [Message.Attribute], to arn: TopicARN, at now: Timestamp
    ) async throws -> String? {
        let id = messageID()
        let message = Message(id: id, topic: arn, subject: subject, body: body, published: now, attributes: attributes)
        return try await directory.catalog.write { transaction in try Self.spread(message, about: arn.description, in: transaction, at: now) ? id : nil }
    }

    /// Turns a publication into notifications.
    func spread(_ notice: Notice, at now: Timestamp) async throws {
        let document = try WireDocument(json: notice.payload)
        let id = messageID()
        try await directory.catalog.write { transaction in
            if let refusal = try Self.refusal(transaction, tenant: notice.tenant, target: notice.target) {
                return try transaction.dead(notice.id, error: refusal, at: now)
            }
            guard let arn = TopicARN(notice.target) else { return }
            let attributes = (document.root["Attributes"]?.children ?? WireChildren.none).map { node in
                Message.Attribute(name: node.key, type: "String", value: node.text ?? "")
            }
            let message = Message(
                id: id, topic: arn, subject: document.root["Subject"]?.text, body: document.root["Message"]?.text ?? "", published: now,
                attributes: attributes)
            _ = try Self.spread(message, about: notice.subject, in: transaction, at: now)
            try transaction.delivered(notice.id, at: now)
        }
    }

    /// Why a publication of this tenant could not be sent there, or nil.
    package static func refusal(_ snapshot: CatalogSnapshot, tenant: Tenant, target: String) throws -> String? {
        guard let arn = TopicARN(target) else { return "\(target) is not the ARN of a topic" }
        guard arn.tenant == tenant, try snapshot.document(arn.name, in: TopicDirectory.topics, tenant: tenant) != nil else {
            return "topic \(arn) does not exist"
        }
        return nil
    }

    /// - Parameter subject: what it is about: an alarm's ARN, or the topic's where somebody published to it.
    static func enqueue(
        _ message: Message, kind: Envelope.Kind, about subject: String, for subscription: Subscription, in transaction: CatalogTransaction,
        at now: Timestamp
    ) throws {
        let notice = NewNotice(
            tenant: subscription.arn.topic.tenant, target: subscription.arn.description, kind: kind.rawValue,
            subject: subject, payload: JSON.encode(message.document))
        try transaction.enqueue(notice, at: now)
    }

    /// - Returns: false when there is no such topic.
    private static func spread(
        _ message: Message, about subject: String, in transaction: CatalogTransaction, at now: Timestamp
    ) throws -> Bool {
        guard try transaction.document(message.topic.name, in: TopicDirectory.topics, tenant: message.topic.tenant) != nil else { return false }
        for subscription in try TopicDirectory.subscriptions(of: message.topic, in: transaction) where subscription.isConfirmed {
            try enqueue(message, kind: .notification, about: subject, for: subscription, in: transaction, at: now)
        }
        return true
    }

    private func messageID() -> String { RandomID(randomBits: random.next(), random.next()).description }
}
