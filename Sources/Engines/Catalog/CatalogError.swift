import CSQLite
package import SignalModel

/// Why the catalog could not do what it was asked.
package struct CatalogError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// An insert met a document of the same key.
        case exists
        case notFound
        /// A key or a body is over its limit.
        case tooLarge
        /// Too many calls wait; come back later.
        case busy
        case closed
        case noSpace
        case inputOutput
        case permission
        /// The file is damaged, or is no catalog.
        case corrupt
        /// A newer version of the program wrote the file.
        case newer
        /// Anything else SQLite says, with its extended result code.
        case other(Int32)
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String
    package let cause: (any Error)?

    package init(code: Code, message: String, cause: (any Error)? = nil) {
        (self.code, self.message, self.cause) = (code, message, cause)
    }

    /// The error for a result of SQLite (extended codes: the low byte is the kind).
    init(_ result: Int32, _ action: String, _ why: String) {
        let code: Code =
            switch result & 0xff {
            case SQLITE_FULL: .noSpace
            case SQLITE_IOERR: .inputOutput
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH: .permission
            case SQLITE_CANTOPEN: .notFound
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_TOOBIG: .tooLarge
            default: .other(result)
            }
        self.init(code: code, message: "cannot \(action): \(why)")
    }
}

extension Catalog {
    /// What is kept here for a feature: its work with the catalog, whose errors come out as the stores'.
    package static func stored<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch let error as CatalogError { throw StorageError(error) }
    }
}

extension StorageError {
    /// The catalog's errors in the stores' words, which front ends know how to answer.
    package init(_ error: CatalogError) {
        let code: Code =
            switch error.code {
            case .busy: .busy
            case .closed: .closed
            case .noSpace: .noSpace
            case .tooLarge: .limit
            case .corrupt, .newer: .corrupt
            case .exists, .notFound, .inputOutput, .permission, .other: .inputOutput
            }
        self.init(code: code, message: error.message)
    }
}
