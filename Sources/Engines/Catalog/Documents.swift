package import SignalModel

/// A document: bytes under a key of a tenant, in a collection such as "alarms" or "log-groups".
package struct Document: Sendable, Equatable {
    package let tenant: Tenant
    package let key: String
    /// Unique in the collection, over all tenants; kept by every `put`, given to no other document after a removal.
    package let number: Int64
    package let body: [UInt8]
}

extension CatalogSnapshot {
    package func document(_ key: String, in collection: String, tenant: Tenant) throws(CatalogError) -> Document? {
        try connection.first(
            selectDocument + "WHERE collection = ? AND account = ? AND region = ? AND key = ?",
            .text(collection), .text(tenant.account), .text(tenant.region), .text(key), make: Document.init(row:))
    }

    package func document(number: Int64, in collection: String) throws(CatalogError) -> Document? {
        try connection.first(
            selectDocument + "WHERE collection = ? AND number = ?", .text(collection), .integer(number), make: Document.init(row:))
    }

    /// The tenant's documents whose keys begin with `prefix`, by key (in the order of their UTF-8 bytes).
    /// - Parameter after: the last key of the page before.
    package func documents(
        in collection: String, tenant: Tenant, prefix: String = "", after: String? = nil, limit: Int = Limits.rowsMax
    ) throws(CatalogError) -> [Document] {
        let end = endOfKeys(withPrefix: prefix)
        return try connection.query(
            selectDocument + """
                WHERE collection = ? AND account = ? AND region = ? AND key >= ?
                  AND (? IS NULL OR key < ?) AND (? IS NULL OR key > ?)
                ORDER BY key LIMIT ?
                """,
            .text(collection), .text(tenant.account), .text(tenant.region), .text(prefix),
            .text(orNull: end), .text(orNull: end), .text(orNull: after), .text(orNull: after), .integer(limit: limit),
            make: Document.init(row:))
    }

    /// The documents of all tenants, by account, region and key; for loops that work for everybody.
    /// - Parameter after: the last document of the page before.
    package func documentsOfAllTenants(
        in collection: String, after: Document? = nil, limit: Int = Limits.rowsMax
    ) throws(CatalogError) -> [Document] {
        guard let after else {
            return try connection.query(
                selectDocument + "WHERE collection = ? ORDER BY account, region, key LIMIT ?",
                .text(collection), .integer(limit: limit), make: Document.init(row:))
        }
        return try connection.query(
            selectDocument + "WHERE collection = ? AND (account, region, key) > (?, ?, ?) ORDER BY account, region, key LIMIT ?",
            .text(collection), .text(after.tenant.account), .text(after.tenant.region), .text(after.key), .integer(limit: limit),
            make: Document.init(row:))
    }

    package func documentCount(in collection: String, tenant: Tenant) throws(CatalogError) -> Int {
        try connection.first(
            "SELECT count(*) FROM documents WHERE collection = ? AND account = ? AND region = ?",
            .text(collection), .text(tenant.account), .text(tenant.region)) { Int($0.integer(0)) } ?? 0
    }
}

extension CatalogTransaction {
    /// Stores a new document.
    /// - Returns: its number.
    /// - Throws: `.exists` when the key is taken; the transaction may go on.
    @discardableResult
    package func insert(_ body: [UInt8], key: String, in collection: String, tenant: Tenant) throws(CatalogError) -> Int64 {
        try checkSize(key, body)
        guard try document(key, in: collection, tenant: tenant) == nil else {
            throw CatalogError(code: .exists, message: "cannot insert \(key) into \(collection): it is there already")
        }
        let number = try nextNumber(in: collection)
        try connection.run(
            "INSERT INTO documents (collection, account, region, key, number, body) VALUES (?, ?, ?, ?, ?, ?)",
            .text(collection), .text(tenant.account), .text(tenant.region), .text(key), .integer(number), .blob(body))
        note(key, in: collection, tenant)
        return number
    }

    /// Stores a document, new or in place of the one with this key, whose number it keeps.
    /// - Returns: its number.
    @discardableResult
    package func put(_ body: [UInt8], key: String, in collection: String, tenant: Tenant) throws(CatalogError) -> Int64 {
        try checkSize(key, body)
        guard let old = try document(key, in: collection, tenant: tenant) else {
            return try insert(body, key: key, in: collection, tenant: tenant)
        }
        try connection.run(
            "UPDATE documents SET body = ? WHERE collection = ? AND number = ?", .blob(body), .text(collection), .integer(old.number))
        note(key, in: collection, tenant)
        return old.number
    }

    /// - Returns: whether it was there.
    @discardableResult
    package func remove(_ key: String, in collection: String, tenant: Tenant) throws(CatalogError) -> Bool {
        try connection.run(
            "DELETE FROM documents WHERE collection = ? AND account = ? AND region = ? AND key = ?",
            .text(collection), .text(tenant.account), .text(tenant.region), .text(key))
        guard connection.changes > 0 else { return false }
        note(key, in: collection, tenant)
        return true
    }

    /// Counts up from 1; the count outlives the documents, so no number comes twice.
    private func nextNumber(in collection: String) throws(CatalogError) -> Int64 {
        let sql = "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (collection) DO UPDATE SET last = last + 1 RETURNING last"
        guard let number = try connection.first(sql, .text(collection), make: { $0.integer(0) }) else {
            throw CatalogError(code: .corrupt, message: "cannot number a document of \(collection): no answer")
        }
        return number
    }
}

private let selectDocument = "SELECT account, region, key, number, body FROM documents "

extension Document {
    fileprivate init(row: Row) {
        self.init(
            tenant: Tenant(account: row.text(0), region: row.text(1)), key: row.text(2), number: row.integer(3), body: row.blob(4))
    }
}

/// The first text behind all that begin with `prefix`: its last scalar counted up. Nil when there is none.
///
/// SQLite compares UTF-8 bytes, whose order is that of the scalars.
func endOfKeys(withPrefix prefix: String) -> String? {
    var scalars = Array(prefix.unicodeScalars)
    while let last = scalars.popLast() {
        let next: UInt32 = last.value == 0xd7ff ? 0xe000 : last.value + 1      // surrogates are no scalars
        if let scalar = Unicode.Scalar(next) {
            scalars.append(scalar)
            var end = String.UnicodeScalarView()
            end.append(contentsOf: scalars)
            return String(end)
        }
    }
    return nil
}

extension SQLValue {
    static func text(orNull text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func integer(limit: Int) -> SQLValue { .integer(Int64(max(0, min(limit, Limits.rowsMax)))) }
}
