// The tables, as `Documentation/Formats/catalog.md` describes them. A change is a new entry at the end, never an edit.

enum Schema {
    /// "GWCT": tells our files from other programs' SQLite files.
    static let applicationID: Int64 = 0x4757_4354

    /// `user_version` is the number of entries that a file has been through.
    static let migrations = [
        """
        CREATE TABLE documents (
            collection TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL,
            number INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (collection, account, region, key)
        ) STRICT;
        CREATE UNIQUE INDEX documents_by_number ON documents (collection, number);

        CREATE TABLE numbers (collection TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL,
            time INTEGER NOT NULL, body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX events_by_key ON events (collection, account, region, key, time, id);
        CREATE INDEX events_by_tenant ON events (collection, account, region, time, id);
        CREATE INDEX events_by_age ON events (collection, time);

        CREATE TABLE notices (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            account TEXT NOT NULL, region TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
            payload BLOB NOT NULL, created INTEGER NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
            last_error TEXT, is_dead INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX notices_due ON notices (is_dead, next_attempt, id);

        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            notice INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL,
            subject TEXT NOT NULL, attempt INTEGER NOT NULL, time INTEGER NOT NULL, outcome INTEGER NOT NULL, error TEXT
        ) STRICT;
        CREATE INDEX deliveries_by_target ON deliveries (account, region, target, time, id);
        CREATE INDEX deliveries_by_subject ON deliveries (account, region, subject, time, id);
        CREATE INDEX deliveries_by_age ON deliveries (time);
        """
    ]

    /// Makes a new file into a catalog, or brings an older one up to date; both in one transaction.
    static func prepare(_ connection: Connection, _ path: String) throws(CatalogError) {
        // WAL with FULL: a commit is on the disk when it returns. Checkpoints run every 1,000 pages by themselves.
        try connection.execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
        try connection.execute("BEGIN IMMEDIATE")
        do throws(CatalogError) {
            let version = try checkedVersion(connection, path)
            for migration in migrations[version...] { try connection.execute(migration) }
            try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(migrations.count); COMMIT")
        } catch {
            try connection.execute("ROLLBACK")
            throw error
        }
    }

    /// - Throws: `.corrupt` for a damaged file or one that is not ours, `.newer` for one that we could only spoil.
    private static func checkedVersion(_ connection: Connection, _ path: String) throws(CatalogError) -> Int {
        let tables = try number(connection, "SELECT count(*) FROM sqlite_schema")
        let application = try number(connection, "PRAGMA application_id")
        let version = try number(connection, "PRAGMA user_version")
        if tables == 0, application == 0, version == 0 { return 0 }
        guard application == applicationID, version > 0 else {
            throw CatalogError(code: .corrupt, message: "cannot open catalog \(path): it is the SQLite file of another program")
        }
        guard version <= migrations.count else {
            throw CatalogError(
                code: .newer,
                message: "cannot open catalog \(path): format \(version), and this program knows formats up to \(migrations.count)")
        }
        let verdict = try connection.first("PRAGMA quick_check(1)") { $0.text(0) }
        guard verdict == "ok" else {
            throw CatalogError(code: .corrupt, message: "cannot open catalog \(path): \(verdict ?? "no answer to a check")")
        }
        return Int(version)
    }

    private static func number(_ connection: Connection, _ sql: String) throws(CatalogError) -> Int64 {
        try connection.first(sql) { $0.integer(0) } ?? 0
    }
}
