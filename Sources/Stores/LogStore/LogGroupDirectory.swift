package import Catalog
package import SignalModel
import Synchronization
import WireFormats

/// Log groups and streams: durable in the catalog, groups also in memory, where every write and scan looks them up.
package final class LogGroupDirectory: LogDirectory {
    private static let groups = "log-groups"
    /// Keys are `{group number}:{stream name}`; a document's number is the stream's.
    private static let streams = "log-streams"

    private let catalog: Catalog
    private let live: LiveLogGroups
    private let statistics: LogStatistics

    /// Reads every group into `live`, which must be done before the engine opens: it asks there which rows are dead.
    package init(catalog: Catalog, live: LiveLogGroups, statistics: LogStatistics) async throws(StorageError) {
        self.catalog = catalog
        self.live = live
        self.statistics = statistics
        let documents = try await Self.run { try await catalog.read { snapshot in
            var all: [Document] = []
            while true {
                let page = try snapshot.documentsOfAllTenants(in: Self.groups, after: all.last)
                if page.isEmpty { return all }
                all += page
            }
        } }
        for document in documents { live.set(try Self.group(document), of: document.tenant) }
    }

    // MARK: Groups

    package func group(named name: String, of tenant: Tenant) async throws(StorageError) -> LogGroup? { live.group(named: name, of: tenant) }

    package func groups(of tenant: Tenant, prefix: String, after: String?, limit: Int) async throws(StorageError) -> [LogGroup] {
        let wanted = live.groups(of: tenant).filter { group in group.name.hasPrefix(prefix) && (after.map { $0 < group.name } ?? true) }
        return Array(wanted.sorted { $0.name < $1.name }.prefix(limit))
    }

    package func createGroup(
        named name: String, logClass: String, tags: [(key: String, value: String)], of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogGroup? {
        let draft = LogGroup(name: name, number: 0, created: time, retentionDays: nil, logClass: logClass, tags: tags)
        let number = try await Self.run { [catalog] in try await catalog.write { transaction -> Int64? in
            guard try transaction.document(name, in: Self.groups, tenant: tenant) == nil else { return nil }
            return try transaction.insert(Self.body(of: draft), key: name, in: Self.groups, tenant: tenant)
        } }
        guard let number else { return nil }
        let group = LogGroup(
            name: name, number: UInt32(truncatingIfNeeded: number), created: time, retentionDays: nil, logClass: logClass, tags: tags)
        live.set(group, of: tenant)
        return group
    }

    package func deleteGroup(named name: String, of tenant: Tenant) async throws(StorageError) -> Bool {
        guard let group = live.group(named: name, of: tenant) else { return false }
        try await Self.run { [catalog] in try await catalog.write { transaction in
            try transaction.remove(name, in: Self.groups, tenant: tenant)
            while case let page = try transaction.documents(in: Self.streams, tenant: tenant, prefix: "\(group.number):"), !page.isEmpty {
                for stream in page { try transaction.remove(stream.key, in: Self.streams, tenant: tenant) }
            }
        } }
        live.remove(group, of: tenant)
        statistics.forget(group: group.number)
        return true
    }

    package func setRetention(days: Int?, ofGroup name: String, tenant: Tenant) async throws(StorageError) -> Bool {
        let changed = try await Self.run { [catalog] in try await catalog.write { transaction -> LogGroup? in
            guard let document = try transaction.document(name, in: Self.groups, tenant: tenant) else { return nil }
            var group = try Self.group(document)
            group.retentionDays = days
            try transaction.put(Self.body(of: group), key: name, in: Self.groups, tenant: tenant)
            return group
        } }
        guard let changed else { return false }
        live.set(changed, of: tenant)
        return true
    }

    package func storedBytes(of group: LogGroup) async throws(StorageError) -> Int { statistics.storedBytes(ofGroup: group.number) }

    // MARK: Streams

    package func stream(named name: String, in group: LogGroup, of tenant: Tenant) async throws(StorageError) -> LogStreamEntry? {
        let document = try await Self.run { [catalog] in try await catalog.read {
            try $0.document("\(group.number):\(name)", in: Self.streams, tenant: tenant)
        } }
        return try document.map { document throws(StorageError) in try stream(document, of: group) }
    }

    package func streams(
        in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int
    ) async throws(StorageError) -> [LogStreamEntry] {
        let owner = "\(group.number):"
        let documents = try await Self.run { [catalog] in try await catalog.read { snapshot in
            var found: [Document] = []
            var last = after.map { owner + $0 }
            while found.count < limit {
                let page = try snapshot.documents(in: Self.streams, tenant: tenant, prefix: owner + prefix, after: last, limit: limit - found.count)
                if page.isEmpty { break }
                found += page
                last = page.last?.key
            }
            return found
        } }
        var result: [LogStreamEntry] = []
        for document in documents { result.append(try stream(document, of: group)) }
        return result
    }

    package func createStream(
        named name: String, in group: LogGroup, of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogStreamEntry? {
        let number = try await Self.run { [catalog] in try await catalog.write { transaction -> Int64? in
            // Looked at again inside the transaction: the group may have been deleted since the caller found it.
            guard try transaction.document(group.name, in: Self.groups, tenant: tenant)?.number == Int64(group.number) else {
                throw StorageError(code: .closed, message: "cannot create stream \(name): its group is gone")
            }
            let key = "\(group.number):\(name)"
            guard try transaction.document(key, in: Self.streams, tenant: tenant) == nil else { return nil }
            return try transaction.insert(JSON.encode(["created": .integer(time.nanoseconds)]), key: key, in: Self.streams, tenant: tenant)
        } }
        return number.map { LogStreamEntry(name: name, number: UInt32(truncatingIfNeeded: $0), created: time) }
    }

    // MARK: Documents

    private static func body(of group: LogGroup) -> [UInt8] {
        JSON.encode(.members(
            ("created", .integer(group.created.nanoseconds)), ("retentionDays", group.retentionDays.map { .integer(Int64($0)) }),
            ("class", .text(group.logClass)), ("tags", .map(group.tags.map { ($0.key, .text($0.value)) }))))
    }

    private static func group(_ document: Document) throws(StorageError) -> LogGroup {
        let node = try read(document)
        guard let created = node["created"]?.integer, let logClass = node["class"]?.text else { throw damaged(document) }
        return LogGroup(
            name: document.key, number: UInt32(truncatingIfNeeded: document.number), created: Timestamp(nanoseconds: created),
            retentionDays: node["retentionDays"]?.integer.map(Int.init), logClass: logClass,
            tags: (node["tags"]?.children ?? WireChildren.none).map { (key: $0.key, value: $0.text ?? "") })
    }

    private func stream(_ document: Document, of group: LogGroup) throws(StorageError) -> LogStreamEntry {
        guard let created = try Self.read(document)["created"]?.integer, let colon = document.key.firstIndex(of: ":") else {
            throw Self.damaged(document)
        }
        let number = UInt32(truncatingIfNeeded: document.number)
        var entry = LogStreamEntry(
            name: String(document.key[document.key.index(after: colon)...]), number: number, created: Timestamp(nanoseconds: created))
        if let figures = statistics.stream(number, ofGroup: group.number) {
            entry.firstEvent = Timestamp(nanoseconds: figures.firstEvent)
            entry.lastEvent = Timestamp(nanoseconds: figures.lastEvent)
            entry.lastIngestion = Timestamp(nanoseconds: figures.lastIngestion)
        }
        return entry
    }

    private static func read(_ document: Document) throws(StorageError) -> WireNode {
        do throws(WireError) { return try WireDocument(json: document.body).root } catch { throw damaged(document) }
    }

    private static func damaged(_ document: Document) -> StorageError {
        StorageError(code: .corrupt, message: "cannot read \(document.key): its document is damaged")
    }

    /// The catalog's errors in the stores' words.
    private static func run<Result>(_ body: () async throws -> Result) async throws(StorageError) -> Result {
        do { return try await body() } catch let error as StorageError { throw error } catch let error as CatalogError {
            let code: StorageError.Code = switch error.code {
            case .busy: .busy
            case .closed: .closed
            case .noSpace: .noSpace
            case .corrupt: .corrupt
            case .tooLarge: .limit
            default: .inputOutput
            }
            throw StorageError(code: code, message: error.message)
        } catch {
            throw StorageError(code: .inputOutput, message: "cannot use the catalog: \(error)")
        }
    }
}
