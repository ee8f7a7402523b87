// Small durable things: documents, a history of events, and the outbox, in one SQLite file. `Documentation/Formats/catalog.md`.

package import SignalModel
import Synchronization

/// The catalog of one data directory.
///
///     let catalog = try Catalog.open("/data/catalog.db")
///     try await catalog.write { transaction in
///         try transaction.put(body, key: name, in: "alarms", tenant: tenant)
///         try transaction.enqueue(notice, at: now)             // both, or neither
///     }
///     let alarms = try await catalog.read { try $0.documents(in: "alarms", tenant: tenant, limit: 100) }
///
/// A write is on the disk when `write` returns, and every read that starts then sees it. Writes run one after the other, reads one
/// after the other beside them, each kind on a thread of its own, so a closure should do nothing but use its transaction.
package final class Catalog: Sendable {
    private let writer: ConnectionThread
    private let reader: ConnectionThread
    /// Set by a write whose fate is unknown; see `write`.
    private let hasFailed = Atomic<Bool>(false)
    private let observer = Mutex<(@Sendable ([CatalogChange]) -> Void)?>(nil)

    private init(writer: ConnectionThread, reader: ConnectionThread) {
        (self.writer, self.reader) = (writer, reader)
    }

    /// Opens the file, or makes it; its directory must be there. Another process may use it too, but must not change what this one keeps
    /// in memory; a write waits for the other's.
    /// - Throws: `.corrupt`, `.newer`, or what the disk says.
    package static func open(_ path: String) throws(CatalogError) -> Catalog {
        let writing = try Connection(path, .readWrite)
        try Schema.prepare(writing, path)
        let reading = try Connection(path, .readOnly)
        return Catalog(
            writer: ConnectionThread(name: "catalog-write", writing), reader: ConnectionThread(name: "catalog-read", reading))
    }

    /// Runs `body` in one transaction: when it returns, all of it is durable; when it throws, nothing of it has happened.
    ///
    /// After an input/output error at a commit every further write is refused until the program starts again: what the disk then
    /// holds is unknown, and a later commit that seemed to succeed could be lost with it.
    @discardableResult
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (CatalogTransaction) throws -> Result
    ) async throws -> Result {
        try await writer.run { [self] connection in
            guard !hasFailed.load(ordering: .acquiring) else {
                throw CatalogError(code: .inputOutput, message: "cannot write the catalog: an earlier write failed, restart first")
            }
            do {
                let transaction = CatalogTransaction(connection)
                let result = try inTransaction(connection, "BEGIN IMMEDIATE") { try body(transaction) }
                if !transaction.changes.isEmpty { observer.withLock { $0 }?(transaction.changes) }
                return result
            } catch let error as CatalogError where error.code == .inputOutput {
                hasFailed.store(true, ordering: .releasing)
                throw error
            }
        }
    }

    /// Runs `body` on one snapshot: writes that finish meanwhile do not show.
    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (CatalogSnapshot) throws -> Result
    ) async throws -> Result {
        try await reader.run { connection in
            try inTransaction(connection, "BEGIN") { try body(CatalogSnapshot(connection)) }
        }
    }

    /// `observer` is told which documents each write has changed, once they are durable, on the writer's thread and before the write
    /// returns: it must not wait. There is one; a later one takes its place.
    package func observe(_ observer: @escaping @Sendable ([CatalogChange]) -> Void) { self.observer.withLock { $0 = observer } }

    /// Finishes the calls that wait and closes the file; later calls throw `.closed`. Blocks: once, at the end of the program.
    package func close() {
        reader.close()
        writer.close()      // last, so that it folds the WAL into the file
    }
}

private func inTransaction<Result>(_ connection: Connection, _ begin: String, _ body: () throws -> Result) throws -> Result {
    try connection.run(begin)
    do {
        let result = try body()
        try connection.run("COMMIT")
        return result
    } catch {
        // Some errors (a full disk) have rolled back already; the answer is the first error either way.
        if !connection.isIdle { try connection.run("ROLLBACK") }
        throw error
    }
}

/// The catalog as it was at one moment; valid within its closure only.
package class CatalogSnapshot {
    let connection: Connection

    init(_ connection: Connection) { self.connection = connection }
}

/// A document that a write has stored or removed.
package struct CatalogChange: Sendable, Equatable {
    package let collection: String
    package let tenant: Tenant
    package let key: String
}

/// A snapshot that can be changed, and is all kept or all dropped.
package final class CatalogTransaction: CatalogSnapshot {
    fileprivate(set) var changes: [CatalogChange] = []

    func note(_ key: String, in collection: String, _ tenant: Tenant) {
        changes.append(CatalogChange(collection: collection, tenant: tenant, key: key))
    }

    func checkSize(_ key: String, _ body: [UInt8]) throws(CatalogError) {
        guard key.utf8.count <= Limits.keyBytesMax else {
            throw CatalogError(code: .tooLarge, message: "cannot store \(key.prefix(80))…: keys have at most \(Limits.keyBytesMax) bytes")
        }
        guard body.count <= Limits.bodyBytesMax else {
            throw CatalogError(code: .tooLarge, message: "cannot store \(key): \(body.count) bytes, at most \(Limits.bodyBytesMax)")
        }
    }
}
