// The outbox: a notice is durable before the change that causes it is done, because both are one transaction (DESIGN, promise 5).
//
//     due → deliver → delivered                      gone, one audit row
//                   → failed, with the next time     stays, one audit row
//                   → dead                           kept apart for people, one audit row

package import SignalModel

/// A message that has to get out.
package struct Notice: Sendable, Equatable {
    package let id: Int64
    package let tenant: Tenant
    /// The ARN it goes to.
    package let target: String
    /// What the payload is, for the one who delivers it.
    package let kind: String
    /// What it is about, such as the alarm's key; audit rows can be listed by it.
    package let subject: String
    package let payload: [UInt8]
    package let created: Timestamp
    /// Deliveries tried so far.
    package let attempts: Int
    package let nextAttempt: Timestamp
    package let lastError: String?
}

extension Notice {
    /// The kind of a notice to a topic: its payload is `{"Subject": …, "Message": …, "Attributes": {name: text}}`
    /// (the last may be missing), to be spread among the topic's subscriptions.
    package static let publication = "publication"
}

/// A notice before it has an id.
package struct NewNotice: Sendable {
    package var tenant: Tenant
    package var target: String
    package var kind: String
    package var subject: String
    package var payload: [UInt8]

    package init(tenant: Tenant, target: String, kind: String, subject: String, payload: [UInt8]) {
        (self.tenant, self.target, self.kind, self.subject, self.payload) = (tenant, target, kind, subject, payload)
    }
}

extension CatalogSnapshot {
    /// Notices whose time has come, the longest due first.
    package func dueNotices(at now: Timestamp, limit: Int) throws(CatalogError) -> [Notice] {
        try connection.query(
            selectNotice + "WHERE is_dead = 0 AND next_attempt <= ? ORDER BY next_attempt, id LIMIT ?",
            .integer(now.nanoseconds), .integer(limit: limit), make: Notice.init(row:))
    }

    /// When the next waiting notice is due; nil when none waits.
    package func nextNoticeTime() throws(CatalogError) -> Timestamp? {
        try connection.first("SELECT next_attempt FROM notices WHERE is_dead = 0 ORDER BY next_attempt LIMIT 1") {
            Timestamp(nanoseconds: $0.integer(0))
        }
    }

    package func notice(_ id: Int64) throws(CatalogError) -> Notice? {
        try connection.first(selectNotice + "WHERE id = ?", .integer(id), make: Notice.init(row:))
    }

    /// The tenant's notices that were given up, oldest first.
    package func deadNotices(tenant: Tenant, after id: Int64 = 0, limit: Int = Limits.rowsMax) throws(CatalogError) -> [Notice] {
        try connection.query(
            selectNotice + "WHERE is_dead = 1 AND account = ? AND region = ? AND id > ? ORDER BY id LIMIT ?",
            .text(tenant.account), .text(tenant.region), .integer(id), .integer(limit: limit), make: Notice.init(row:))
    }

    /// The tenant's notices about one subject that wait, or that were given up, newest first. Reads the outbox through.
    package func notices(about subject: String, isDead: Bool, tenant: Tenant, limit: Int = Limits.rowsMax) throws(CatalogError) -> [Notice] {
        try connection.query(
            selectNotice + "WHERE is_dead = ? AND account = ? AND region = ? AND subject = ? ORDER BY id DESC LIMIT ?",
            .integer(isDead ? 1 : 0), .text(tenant.account), .text(tenant.region), .text(subject), .integer(limit: limit),
            make: Notice.init(row:))
    }

    package func noticeCounts() throws(CatalogError) -> (waiting: Int, dead: Int) {
        let counts = try connection.query("SELECT is_dead, count(*) FROM notices GROUP BY is_dead") {
            (isDead: $0.integer(0) == 1, count: Int($0.integer(1)))
        }
        return (counts.first { !$0.isDead }?.count ?? 0, counts.first { $0.isDead }?.count ?? 0)
    }
}

extension CatalogTransaction {
    /// Due at once.
    @discardableResult
    package func enqueue(_ new: NewNotice, at now: Timestamp) throws(CatalogError) -> Int64 {
        try checkSize(new.target, new.payload)
        try checkSize(new.subject, [])
        try connection.run(
            """
            INSERT INTO notices (account, region, target, kind, subject, payload, created, attempts, next_attempt, last_error, is_dead)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, NULL, 0)
            """,
            .text(new.tenant.account), .text(new.tenant.region), .text(new.target), .text(new.kind), .text(new.subject),
            .blob(new.payload), .integer(now.nanoseconds), .integer(now.nanoseconds))
        return connection.lastRowID
    }

    package func delivered(_ id: Int64, at now: Timestamp) throws(CatalogError) {
        try audit(id, .delivered, nil, at: now)
        try connection.run("DELETE FROM notices WHERE id = ?", .integer(id))
    }

    /// This attempt failed; the next comes at `nextAttempt`.
    package func failed(_ id: Int64, error: String, at now: Timestamp, nextAttempt: Timestamp) throws(CatalogError) {
        try audit(id, .failed, error, at: now)
        try connection.run(
            "UPDATE notices SET attempts = attempts + 1, next_attempt = ?, last_error = ? WHERE id = ?",
            .integer(nextAttempt.nanoseconds), .text(error), .integer(id))
    }

    /// The last attempt failed: no more are made, the notice is kept.
    package func dead(_ id: Int64, error: String, at now: Timestamp) throws(CatalogError) {
        try audit(id, .dead, error, at: now)
        try connection.run(
            "UPDATE notices SET attempts = attempts + 1, last_error = ?, is_dead = 1 WHERE id = ?", .text(error), .integer(id))
    }

    /// Gives a dead notice a new life, due at once.
    package func revive(_ id: Int64, at now: Timestamp) throws(CatalogError) {
        try connection.run(
            "UPDATE notices SET is_dead = 0, attempts = 0, next_attempt = ? WHERE id = ? AND is_dead = 1",
            .integer(now.nanoseconds), .integer(id))
        guard connection.changes == 1 else { throw noSuchNotice(id) }
    }

    /// Drops a notice whose target is gone.
    /// - Returns: whether it was there.
    @discardableResult
    package func removeNotice(_ id: Int64) throws(CatalogError) -> Bool {
        try connection.run("DELETE FROM notices WHERE id = ?", .integer(id))
        return connection.changes > 0
    }

    private func audit(_ id: Int64, _ outcome: Delivery.Outcome, _ error: String?, at now: Timestamp) throws(CatalogError) {
        try connection.run(
            """
            INSERT INTO deliveries (notice, account, region, target, kind, subject, attempt, time, outcome, error)
            SELECT id, account, region, target, kind, subject, attempts + 1, ?, ?, ? FROM notices WHERE id = ? AND is_dead = 0
            """,
            .integer(now.nanoseconds), .integer(outcome.rawValue), .text(orNull: error), .integer(id))
        guard connection.changes == 1 else { throw noSuchNotice(id) }
    }

    private func noSuchNotice(_ id: Int64) -> CatalogError {
        CatalogError(code: .notFound, message: "cannot record a delivery of notice \(id): it is not in the outbox")
    }
}

private let selectNotice = """
    SELECT id, account, region, target, kind, subject, payload, created, attempts, next_attempt, last_error FROM notices\u{20}
    """

extension Notice {
    fileprivate init(row: Row) {
        self.init(
            id: row.integer(0), tenant: Tenant(account: row.text(1), region: row.text(2)), target: row.text(3), kind: row.text(4),
            subject: row.text(5), payload: row.blob(6), created: Timestamp(nanoseconds: row.integer(7)),
            attempts: Int(row.integer(8)), nextAttempt: Timestamp(nanoseconds: row.integer(9)), lastError: row.optionalText(10))
    }
}
