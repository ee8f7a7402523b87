import Bytes
package import Catalog
package import Platform
package import SignalModel
import WireFormats

/// Topics and subscriptions of all tenants, in the catalog.
package struct TopicDirectory: Sendable {
    static let topics = "sns-topics"
    /// Keys are `{topic}:{subscription id}`.
    static let subscriptions = "sns-subscriptions"

    let catalog: Catalog
    private let random: RandomSource

    package init(catalog: Catalog, random: RandomSource) {
        self.catalog = catalog
        self.random = random
    }

    /// A topic that is there already stays as it is.
    package func create(_ topic: Topic) async throws {
        try await catalog.write { transaction in
            guard try transaction.document(topic.arn.name, in: Self.topics, tenant: topic.arn.tenant) == nil else { return }
            try transaction.put(JSON.encode(topic.document), key: topic.arn.name, in: Self.topics, tenant: topic.arn.tenant)
        }
    }

    package func topic(_ arn: TopicARN) async throws -> Topic? {
        try await catalog.read { snapshot in
            try snapshot.document(arn.name, in: Self.topics, tenant: arn.tenant).map { try Topic(arn: arn, document: WireDocument(json: $0.body).root) }
        }
    }

    /// By name, ascending, names after `after`.
    package func topics(of tenant: Tenant, after: String?, limit: Int) async throws -> [TopicARN] {
        try await catalog.read { snapshot in
            try snapshot.documents(in: Self.topics, tenant: tenant, after: after, limit: limit).map { TopicARN(tenant: tenant, name: $0.key) }
        }
    }

    /// With all its subscriptions. No error when there is none.
    package func delete(_ arn: TopicARN) async throws {
        try await catalog.write { transaction in
            try transaction.remove(arn.name, in: Self.topics, tenant: arn.tenant)
            for document in try transaction.documents(in: Self.subscriptions, tenant: arn.tenant, prefix: arn.name + ":") {
                try transaction.remove(document.key, in: Self.subscriptions, tenant: arn.tenant)
            }
        }
    }

    /// Notes a new subscription and asks its endpoint to confirm, in one transaction. The same endpoint again is the same subscription,
    /// asked once more if it has not confirmed yet.
    /// - Returns: nil when there is no such topic.
    package func subscribe(
        _ transport: Subscription.Transport, _ endpoint: String, isRaw: Bool, to arn: TopicARN, serverURL: String, at now: Timestamp
    ) async throws -> Subscription? {
        let id = RandomID(randomBits: random.next(), random.next())
        let token = Hex.encode(random.bytes(64))
        let messageID = RandomID(randomBits: random.next(), random.next()).description
        return try await catalog.write { transaction in
            guard try transaction.document(arn.name, in: Self.topics, tenant: arn.tenant) != nil else { return nil }
            let known = try Self.subscriptions(of: arn, in: transaction).first { $0.endpoint == endpoint && $0.transport == transport }
            let subscription = known ?? Subscription(
                arn: SubscriptionARN(topic: arn, id: id.description), transport: transport, endpoint: endpoint, isRaw: isRaw,
                isConfirmed: false, token: token, serverURL: serverURL)
            guard !subscription.isConfirmed else { return subscription }
            try Self.put(subscription, in: transaction)
            let text = "You have chosen to subscribe to the topic \(arn).\nTo confirm the subscription, visit the SubscribeURL included in this message."
            let message = Message(id: messageID, topic: arn, subject: nil, body: text, published: now)
            try Outbox.enqueue(message, kind: .confirmation, about: arn.description, for: subscription, in: transaction, at: now)
            return subscription
        }
    }

    /// - Returns: nil when no subscription of the topic has this token.
    package func confirm(_ arn: TopicARN, token: String) async throws -> Subscription? {
        try await catalog.write { transaction in
            let shown = Array(token.utf8)
            let found = try Self.subscriptions(of: arn, in: transaction).first { ConstantTime.equal(Array($0.token.utf8), shown) }
            guard var subscription = found else { return nil }
            subscription.isConfirmed = true
            try Self.put(subscription, in: transaction)
            return subscription
        }
    }

    /// No error when there is none.
    package func unsubscribe(_ arn: SubscriptionARN) async throws {
        _ = try await catalog.write { transaction in
            try transaction.remove(Self.key(arn), in: Self.subscriptions, tenant: arn.topic.tenant)
        }
    }

    /// By topic and id, ascending.
    /// - Parameter topic: nil lists those of every topic of the tenant.
    package func subscriptions(of tenant: Tenant, topic: TopicARN?, after: String?, limit: Int) async throws -> [Subscription] {
        try await catalog.read { snapshot in
            try snapshot.documents(
                in: Self.subscriptions, tenant: tenant, prefix: topic.map { $0.name + ":" } ?? "", after: after, limit: limit
            ).compactMap { try Self.subscription($0) }
        }
    }

    package static func key(_ arn: SubscriptionARN) -> String { "\(arn.topic.name):\(arn.id)" }

    static func subscriptions(of arn: TopicARN, in snapshot: CatalogSnapshot) throws -> [Subscription] {
        try snapshot.documents(in: subscriptions, tenant: arn.tenant, prefix: arn.name + ":").compactMap { try subscription($0) }
    }

    static func subscription(_ document: Document) throws -> Subscription? {
        guard let arn = SubscriptionARN("arn:aws:sns:\(document.tenant.region):\(document.tenant.account):\(document.key)") else { return nil }
        return try Subscription(arn: arn, document: WireDocument(json: document.body).root)
    }

    private static func put(_ subscription: Subscription, in transaction: CatalogTransaction) throws {
        try transaction.put(
            JSON.encode(subscription.document), key: key(subscription.arn), in: subscriptions, tenant: subscription.arn.topic.tenant)
    }
}
