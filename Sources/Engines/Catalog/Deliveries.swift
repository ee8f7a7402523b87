package import SignalModel

/// One attempt to deliver a notice: what an auditor reads.
package struct Delivery: Sendable, Equatable {
    package enum Outcome: Int64, Sendable {
        case delivered = 0
        /// Another attempt follows.
        case failed = 1
        case dead = 2
    }

    package let notice: Int64
    package let tenant: Tenant
    package let target: String
    package let kind: String
    package let subject: String
    /// The how many-th attempt, from 1.
    package let attempt: Int
    package let time: Timestamp
    package let outcome: Outcome
    package let error: String?
    package let position: EventPosition
}

extension CatalogSnapshot {
    /// Attempts of a tenant, newest first.
    /// - Parameters:
    ///   - list: to one target, or about one subject.
    ///   - after: the position of the last row of the page before.
    package func deliveries(
        _ list: DeliveryList, tenant: Tenant, limit: Int = Limits.rowsMax, after: EventPosition? = nil
    ) throws(CatalogError) -> [Delivery] {
        let (column, value) =
            switch list {
            case .target(let target): ("target", target)
            case .subject(let subject): ("subject", subject)
            }
        let start = after ?? .first(newestFirst: true)
        return try connection.query(
            """
            SELECT notice, target, kind, subject, attempt, time, outcome, error, id FROM deliveries
            WHERE account = ? AND region = ? AND \(column) = ? AND (time, id) < (?, ?) ORDER BY time DESC, id DESC LIMIT ?
            """,
            .text(tenant.account), .text(tenant.region), .text(value), .integer(start.time.nanoseconds), .integer(start.id),
            .integer(limit: limit)
        ) { row throws(CatalogError) in try delivery(row, tenant) }
    }
}

package enum DeliveryList: Sendable {
    case target(String)
    case subject(String)
}

extension CatalogTransaction {
    /// Removes the audit rows of all tenants that are older than `time`, at most `limit` of them.
    /// - Returns: the number removed.
    @discardableResult
    package func pruneDeliveries(before time: Timestamp, limit: Int = Limits.rowsMax) throws(CatalogError) -> Int {
        try connection.run(
            "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE time < ? ORDER BY time LIMIT ?)",
            .integer(time.nanoseconds), .integer(limit: limit))
        return connection.changes
    }
}

private func delivery(_ row: Row, _ tenant: Tenant) throws(CatalogError) -> Delivery {
    guard let outcome = Delivery.Outcome(rawValue: row.integer(6)) else {
        throw CatalogError(code: .corrupt, message: "cannot read delivery \(row.integer(8)): outcome \(row.integer(6)) is unknown")
    }
    let time = Timestamp(nanoseconds: row.integer(5))
    return Delivery(
        notice: row.integer(0), tenant: tenant, target: row.text(1), kind: row.text(2), subject: row.text(3),
        attempt: Int(row.integer(4)), time: time, outcome: outcome, error: row.optionalText(7),
        position: EventPosition(time: time, id: row.integer(8)))
}
