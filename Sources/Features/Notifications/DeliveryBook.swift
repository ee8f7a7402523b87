package import Catalog
package import SignalModel

/// What became of the notices about one thing, such as an alarm: each with its attempts, whether it waits, and for how long.
///
///     let sent = try await book.deliveries(about: alarm.arn, of: tenant)
///     for delivery in sent.deliveries where delivery.status == .gaveUp { … }
package struct DeliveryBook: Sendable {
    /// Attempts read for one list. A notice that never arrives makes 33 of them.
    private static let attemptsMax = 500

    private let catalog: Catalog

    package init(catalog: Catalog) { self.catalog = catalog }

    /// The newest activity first.
    /// - Parameter subject: an alarm's ARN, or a topic's for what was published to it by hand.
    /// - Returns: `isWhole` is false when there are more, older ones.
    package func deliveries(about subject: String, of tenant: Tenant) async throws -> (deliveries: [NoticeDelivery], isWhole: Bool) {
        try await catalog.read { snapshot in
            let attempts = try snapshot.deliveries(.subject(subject), tenant: tenant, limit: Self.attemptsMax)
            let waiting = try snapshot.notices(about: subject, isDead: false, tenant: tenant, limit: Self.attemptsMax)
            let dead = try snapshot.notices(about: subject, isDead: true, tenant: tenant, limit: Self.attemptsMax)
            var found = Dictionary(grouping: attempts, by: \.notice).mapValues { NoticeDelivery(attempts: $0) }
            for notice in waiting { found[notice.id, default: NoticeDelivery(notice)].wait(notice) }
            for notice in dead { found[notice.id, default: NoticeDelivery(notice)].status = .gaveUp }
            for (id, delivery) in found { found[id]?.endpoint = try Self.endpoint(delivery.target, tenant, in: snapshot) }
            return (
                found.values.sorted { ($0.latest, $0.id) > ($1.latest, $1.id) },
                [attempts.count, waiting.count, dead.count].allSatisfy { $0 < Self.attemptsMax }
            )
        }
    }

    /// Tries a notice again that was given up.
    /// - Returns: false when the tenant has no such notice, or it was not given up.
    package func retry(_ id: Int64, of tenant: Tenant, at now: Timestamp) async throws -> Bool {
        do {
            return try await catalog.write { transaction in
                guard try transaction.notice(id)?.tenant == tenant else { return false }
                try transaction.revive(id, at: now)
                return true
            }
        } catch let error as CatalogError where error.code == .notFound {
            return false
        }
    }

    /// Where the target's messages go; nil for a topic, and for a subscription that is gone.
    private static func endpoint(_ target: String, _ tenant: Tenant, in snapshot: CatalogSnapshot) throws -> String? {
        guard let arn = SubscriptionARN(target) else { return nil }
        return try snapshot.document(TopicDirectory.key(arn), in: TopicDirectory.subscriptions, tenant: tenant)
            .flatMap(TopicDirectory.subscription)?.endpoint
    }
}

/// One notice on its way, or at the end of it.
package struct NoticeDelivery: Sendable {
    package enum Status: String, Sendable {
        case delivered
        /// The next attempt is due at `next`.
        case waiting
        /// Kept, and tried again only when somebody asks for it.
        case gaveUp
        /// Nobody waits for it any more: the subscription was taken back.
        case droppedOut
    }

    package let id: Int64
    /// ARN of a subscription, or of a topic whose subscriptions it is yet to be spread among.
    package let target: String
    /// `publication`, `Notification` or `SubscriptionConfirmation`.
    package let kind: String
    package internal(set) var status: Status
    package internal(set) var next: Timestamp?
    package internal(set) var endpoint: String?
    /// Newest first.
    package let attempts: [Delivery]
    /// When it was made, where that is still known.
    package internal(set) var created: Timestamp?

    init(_ notice: Notice) {
        (id, target, kind, status, attempts) = (notice.id, notice.target, notice.kind, .waiting, [])
        created = notice.created
    }

    /// - Parameter attempts: of one notice, at least one, newest first.
    init(attempts: [Delivery]) {
        (id, target, kind, self.attempts) = (attempts[0].notice, attempts[0].target, attempts[0].kind, attempts)
        status =
            switch attempts[0].outcome {
            case .delivered: .delivered
            case .dead: .gaveUp
            case .failed: .droppedOut
            }
    }

    mutating func wait(_ notice: Notice) {
        (status, next, created) = (.waiting, notice.nextAttempt, notice.created)
    }

    /// The last that is known of it.
    var latest: Timestamp { attempts.first?.time ?? created ?? Timestamp(nanoseconds: 0) }
}
