package import SignalModel

/// Something that happened to a key, such as an alarm's transition; written once and never changed.
package struct CatalogEvent: Sendable, Equatable {
    package let tenant: Tenant
    package let key: String
    package let time: Timestamp
    package let body: [UInt8]
    /// Where this event stands among those of a listing; the page after it begins there.
    package let position: EventPosition
}

/// A place in a listing of events or deliveries: by time, then in the order they were written.
package struct EventPosition: Sendable, Hashable {
    package let time: Timestamp
    package let id: Int64

    /// For a page token: "time.id".
    package var text: String { "\(time.nanoseconds).\(id)" }

    init(time: Timestamp, id: Int64) { (self.time, self.id) = (time, id) }

    /// Nil for anything that `text` does not write.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let time = Int64(parts[0]), let id = Int64(parts[1]) else { return nil }
        self.init(time: Timestamp(nanoseconds: time), id: id)
    }
}

extension CatalogSnapshot {
    /// The tenant's events within `range`, of one key or of all.
    /// - Parameter after: the position of the last event of the page before.
    package func events(
        in collection: String, tenant: Tenant, key: String? = nil, range: TimeRange = .all, newestFirst: Bool = true,
        limit: Int = Limits.rowsMax, after: EventPosition? = nil
    ) throws(CatalogError) -> [CatalogEvent] {
        let (end, order) = newestFirst ? ("<", "DESC") : (">", "ASC")
        let start = after ?? EventPosition.first(newestFirst: newestFirst)
        // Named columns of one index each, so that a page costs what it holds however long the history is.
        let byKey = key == nil ? "" : "AND key = ?6 "
        return try connection.query(
            """
            SELECT account, region, key, time, body, id FROM events
            WHERE collection = ?1 AND account = ?2 AND region = ?3 AND time >= ?4 AND time < ?5 \(byKey)
              AND (time, id) \(end) (?7, ?8)
            ORDER BY time \(order), id \(order) LIMIT ?9
            """,
            .text(collection), .text(tenant.account), .text(tenant.region), .integer(range.start.nanoseconds),
            .integer(range.end.nanoseconds), .text(orNull: key), .integer(start.time.nanoseconds), .integer(start.id),
            .integer(limit: limit)
        ) { row in
            let time = Timestamp(nanoseconds: row.integer(3))
            return CatalogEvent(
                tenant: Tenant(account: row.text(0), region: row.text(1)), key: row.text(2), time: time, body: row.blob(4),
                position: EventPosition(time: time, id: row.integer(5)))
        }
    }
}

extension CatalogTransaction {
    package func append(
        _ body: [UInt8], key: String, to collection: String, tenant: Tenant, at time: Timestamp
    ) throws(CatalogError) {
        try checkSize(key, body)
        try connection.run(
            "INSERT INTO events (collection, account, region, key, time, body) VALUES (?, ?, ?, ?, ?, ?)",
            .text(collection), .text(tenant.account), .text(tenant.region), .text(key), .integer(time.nanoseconds), .blob(body))
    }

    /// Removes the events of all tenants that are older than `time`.
    /// - Parameter limit: rows of one transaction, so that writers do not wait for long; call again while it returns as many.
    /// - Returns: the number removed.
    @discardableResult
    package func pruneEvents(in collection: String, before time: Timestamp, limit: Int = Limits.rowsMax) throws(CatalogError) -> Int {
        try connection.run(
            "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE collection = ? AND time < ? ORDER BY time LIMIT ?)",
            .text(collection), .integer(time.nanoseconds), .integer(limit: limit))
        return connection.changes
    }
}

extension EventPosition {
    /// Before every event there can be: ids count from 1.
    static func first(newestFirst: Bool) -> EventPosition {
        newestFirst
            ? EventPosition(time: Timestamp(nanoseconds: .max), id: .max) : EventPosition(time: Timestamp(nanoseconds: .min), id: 0)
    }
}
