import CSQLite

/// One SQLite connection with its prepared statements. Used by one thread at a time.
final class Connection {
    enum Mode { case readWrite, readOnly }

    private let handle: OpaquePointer
    private let path: String
    private var statements: [String: OpaquePointer] = [:]

    init(_ path: String, _ mode: Mode) throws(CatalogError) {
        let flags = mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let why = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw CatalogError(result, "open catalog \(path)", why)
        }
        handle = opened
        self.path = path
        sqlite3_busy_timeout(handle, 5000)      // only a checkpoint of the other connection can be in the way
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Rows that the last `run` inserted, changed or removed.
    var changes: Int { Int(sqlite3_changes64(handle)) }
    /// No transaction is open.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }
    var lastRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs statements without results or values; for schema and pragmas.
    func execute(_ sql: String) throws(CatalogError) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw failure(result, "run") }
    }

    /// Runs one statement to its end.
    func run(_ sql: String, _ values: SQLValue...) throws(CatalogError) {
        _ = try rows(sql, values) { (_) throws(CatalogError) in }
    }

    /// All rows of a query, each made into a value by `make`.
    func query<Value>(
        _ sql: String, _ values: SQLValue..., make: (Row) throws(CatalogError) -> Value
    ) throws(CatalogError) -> [Value] { try rows(sql, values, make) }

    /// The first row of a query; nil when it has none.
    func first<Value>(
        _ sql: String, _ values: SQLValue..., make: (Row) throws(CatalogError) -> Value
    ) throws(CatalogError) -> Value? { try rows(sql, values, make).first }

    private func rows<Value>(
        _ sql: String, _ values: [SQLValue], _ make: (Row) throws(CatalogError) -> Value
    ) throws(CatalogError) -> [Value] {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let result = value.bind(to: statement, at: Int32(index + 1))
            guard result == SQLITE_OK else { throw failure(result, "bind a value in") }
        }
        var made: [Value] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: made.append(try make(Row(statement: statement)))
            case SQLITE_DONE: return made
            case let result: throw failure(result, "use")
            }
        }
    }

    /// Statements are few and written in the source, so each is kept once compiled.
    private func prepared(_ sql: String) throws(CatalogError) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement else { throw failure(result, "prepare a statement in") }
        statements[sql] = statement
        return statement
    }

    private func failure(_ result: Int32, _ verb: String) -> CatalogError {
        CatalogError(result, "\(verb) catalog \(path)", String(cString: sqlite3_errmsg(handle)))
    }
}

/// A value for a `?` of a statement.
enum SQLValue {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null

    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)      // SQLITE_TRANSIENT, a cast macro

    func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .integer(let value): return sqlite3_bind_int64(statement, index, value)
        case .null: return sqlite3_bind_null(statement, index)
        case .text(var text):
            // With its length: a key may hold a zero byte.
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        statement, index, $0.baseAddress ?? Self.nothing, UInt64($0.count), Self.copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            // A null pointer would bind NULL.
            return bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0)
                : sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), Self.copied)
        }
    }

    private nonisolated(unsafe) static let nothing = UnsafePointer(UnsafeMutablePointer<CChar>.allocate(capacity: 1))
}

/// The current row of a query; columns count from 0.
struct Row {
    let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : text(column)
    }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }
}
