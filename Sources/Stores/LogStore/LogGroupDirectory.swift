package import Catalog
package import Platform
package import SignalModel
import Synchronization
import WireFormats

/// Log groups and streams: durable in the catalog, groups also in memory, where every write and scan looks them up.
package final class LogGroupDirectory: LogDirectory {
    private static let groups = "log-groups"
    /// Keys are `{group number}:{stream name}`, or `{group number}:*{hash}` where the name is sealed; a document's number is the stream's.
    private static let streams = "log-streams"
    private static let pageMax = 1000

    private let catalog: Catalog
    private let live: LiveLogGroups
    private let statistics: LogStatistics
    private let keys: LogDataKeys?
    private let random: RandomSource

    /// Reads every group into `live`, which must be done before the engine opens: it asks there which rows are dead.
    /// - Parameter keys: of encrypted groups; the engine has the same. Nil: no group can be encrypted.
    package init(
        catalog: Catalog, live: LiveLogGroups, statistics: LogStatistics, keys: LogDataKeys? = nil, random: RandomSource = RandomSource()
    ) async throws(StorageError) {
        self.catalog = catalog
        self.live = live
        self.statistics = statistics
        self.keys = keys
        self.random = random
        let documents = try await Self.run { try await catalog.read { snapshot in
            var all: [Document] = []
            while true {
                let page = try snapshot.documentsOfAllTenants(in: Self.groups, after: all.last)
                if page.isEmpty { return all }
                all += page
            }
        } }
        for document in documents { live.set(try Self.group(document), of: document.tenant) }
        try keys?.keepOnly(groups: Set(documents.map { UInt32(truncatingIfNeeded: $0.number) }))
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
        // Last: a crash before it leaves the key of a group that is gone, which the next start erases.
        try keys?.erase(group: group.number)
        return true
    }

    package func setRetention(days: Int?, ofGroup name: String, tenant: Tenant) async throws(StorageError) -> Bool {
        try await change(name, of: tenant) { $0.retentionDays = days }
    }

    /// - Returns: false when there is no such group.
    private func change(_ name: String, of tenant: Tenant, _ body: @Sendable @escaping (inout LogGroup) -> Void) async throws(StorageError) -> Bool {
        let changed = try await Self.run { [catalog] in try await catalog.write { transaction -> LogGroup? in
            guard let document = try transaction.document(name, in: Self.groups, tenant: tenant) else { return nil }
            var group = try Self.group(document)
            body(&group)
            try transaction.put(Self.body(of: group), key: name, in: Self.groups, tenant: tenant)
            return group
        } }
        guard let changed else { return false }
        live.set(changed, of: tenant)
        return true
    }

    // MARK: Keys

    /// Everything that the group is sent from now on is sealed under a new data key of its own, and that under the named key. What it
    /// has already stays as it is.
    /// - Returns: false when there is no such group.
    package func associateKey(named keyName: String, withGroup name: String, of tenant: Tenant) async throws(StorageError) -> Bool {
        guard let keys, let group = live.group(named: name, of: tenant) else { return false }
        let key = try keys.make(for: group.number, under: keyName)
        return try await change(name, of: tenant) { $0.dataKey = key }
    }

    /// What the group is sent from now on is kept in the clear; what was sealed stays so, and can be read.
    package func disassociateKey(fromGroup name: String, of tenant: Tenant) async throws(StorageError) -> Bool {
        try await change(name, of: tenant) { $0.dataKey = nil }
    }

    /// Seals the group's data keys under the newest version of its key. No row is written anew.
    package func resealKeys(ofGroup name: String, of tenant: Tenant) async throws(StorageError) -> Bool {
        guard let group = live.group(named: name, of: tenant) else { return false }
        try keys?.reseal(group: group.number)
        return true
    }

    package func storedBytes(of group: LogGroup) async throws(StorageError) -> Int { statistics.storedBytes(ofGroup: group.number) }

    // MARK: Streams

    package func stream(named name: String, in group: LogGroup, of tenant: Tenant) async throws(StorageError) -> LogStreamEntry? {
        let owner = "\(group.number):"
        let places = [name] + (try sealedNames(of: group).map { $0.hash(of: name) })
        let document = try await Self.run { [catalog] in try await catalog.read { snapshot -> Document? in
            for place in places { if let found = try snapshot.document(owner + place, in: Self.streams, tenant: tenant) { return found } }
            return nil
        } }
        return try document.map { document throws(StorageError) in try stream(document, of: group) }
    }

    package func streams(
        in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int
    ) async throws(StorageError) -> [LogStreamEntry] {
        if try !sealedNames(of: group).isEmpty { return try await sealedStreams(in: group, of: tenant, prefix: prefix, after: after, limit: limit) }
        return try await documents(in: group, of: tenant, prefix: prefix, after: after, limit: limit).mapTyped { document throws(StorageError) in
            try stream(document, of: group)
        }
    }

    /// Names that the catalog keeps sealed are in no order there: all are opened and sorted here.
    private func sealedStreams(
        in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int
    ) async throws(StorageError) -> [LogStreamEntry] {
        let all = try await documents(in: group, of: tenant, prefix: "", after: nil, limit: .max)
        let streams = try all.mapTyped { document throws(StorageError) in try stream(document, of: group) }
        let wanted = streams.filter { stream in stream.name.hasPrefix(prefix) && after.map { stream.name.utf8.lexicographicallyPrecedes($0.utf8) } != true && stream.name != after }
        return Array(wanted.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.prefix(limit))
    }

    private func documents(
        in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int
    ) async throws(StorageError) -> [Document] {
        let owner = "\(group.number):"
        return try await Self.run { [catalog] in try await catalog.read { snapshot in
            var found: [Document] = []
            var last = after.map { owner + $0 }
            while found.count < limit {
                let page = try snapshot.documents(
                    in: Self.streams, tenant: tenant, prefix: owner + prefix, after: last, limit: min(limit - found.count, Self.pageMax))
                if page.isEmpty { break }
                found += page
                last = page.last?.key
            }
            return found
        } }
    }

    package func createStream(
        named name: String, in group: LogGroup, of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogStreamEntry? {
        if try await stream(named: name, in: group, of: tenant) != nil { return nil }
        let current = live.group(number: group.number) ?? group
        let sealing = try current.dataKey.flatMap { id throws(StorageError) in try keys.map { keys throws(StorageError) in try SealedStreamName(id, keys) } }
        let place = sealing?.hash(of: name) ?? name
        let body = JSON.encode(.members(
            ("created", .integer(time.nanoseconds)), ("name", sealing.map { .text($0.sealed(name, random: random)) }),
            ("key", current.dataKey.map { .text(String($0.number, radix: 16)) })))
        let number = try await Self.run { [catalog] in try await catalog.write { transaction -> Int64? in
            // Looked at again inside the transaction: the group may have been deleted since the caller found it.
            guard try transaction.document(group.name, in: Self.groups, tenant: tenant)?.number == Int64(group.number) else {
                throw StorageError(code: .closed, message: "cannot create stream \(name): its group is gone")
            }
            let key = "\(group.number):\(place)"
            guard try transaction.document(key, in: Self.streams, tenant: tenant) == nil else { return nil }
            return try transaction.insert(body, key: key, in: Self.streams, tenant: tenant)
        } }
        return number.map { LogStreamEntry(name: name, number: UInt32(truncatingIfNeeded: $0), created: time) }
    }

    /// One for each key that names of the group's streams may be sealed with.
    private func sealedNames(of group: LogGroup) throws(StorageError) -> [SealedStreamName] {
        guard let keys else { return [] }
        return try keys.all(ofGroup: group.number).mapTyped { id throws(StorageError) in try SealedStreamName(id, keys) }
    }

    // MARK: Documents

    private static func body(of group: LogGroup) -> [UInt8] {
        JSON.encode(.members(
            ("created", .integer(group.created.nanoseconds)), ("retentionDays", group.retentionDays.map { .integer(Int64($0)) }),
            ("class", .text(group.logClass)), ("tags", .map(group.tags.map { ($0.key, .text($0.value)) })),
            ("dataKey", group.dataKey.map { .text(String($0.number, radix: 16)) })))
    }

    private static func group(_ document: Document) throws(StorageError) -> LogGroup {
        let node = try read(document)
        guard let created = node["created"]?.integer, let logClass = node["class"]?.text else { throw damaged(document) }
        var group = LogGroup(
            name: document.key, number: UInt32(truncatingIfNeeded: document.number), created: Timestamp(nanoseconds: created),
            retentionDays: node["retentionDays"]?.integer.map(Int.init), logClass: logClass,
            tags: (node["tags"]?.children ?? WireChildren.none).map { (key: $0.key, value: $0.text ?? "") })
        group.dataKey = node["dataKey"]?.text.flatMap { UInt64($0, radix: 16) }.map(DataKeyID.init(number:))
        return group
    }

    private func stream(_ document: Document, of group: LogGroup) throws(StorageError) -> LogStreamEntry {
        let node = try Self.read(document)
        guard let created = node["created"]?.integer, let colon = document.key.firstIndex(of: ":") else { throw Self.damaged(document) }
        let number = UInt32(truncatingIfNeeded: document.number)
        let name = try sealedName(node, document) ?? String(document.key[document.key.index(after: colon)...])
        var entry = LogStreamEntry(name: name, number: number, created: Timestamp(nanoseconds: created))
        if let figures = statistics.stream(number, ofGroup: group.number) {
            entry.firstEvent = Timestamp(nanoseconds: figures.firstEvent)
            entry.lastEvent = Timestamp(nanoseconds: figures.lastEvent)
            entry.lastIngestion = Timestamp(nanoseconds: figures.lastIngestion)
        }
        return entry
    }

    private func sealedName(_ node: WireNode, _ document: Document) throws(StorageError) -> String? {
        guard let sealed = node["name"]?.text else { return nil }
        guard let keys, let number = node["key"]?.text.flatMap({ UInt64($0, radix: 16) }) else { throw Self.damaged(document) }
        return try SealedStreamName(DataKeyID(number: number), keys).opened(sealed)
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

extension Array {
    /// With the error's type, which the standard library's does not keep.
    fileprivate func mapTyped<Result, Failure: Error>(_ body: (Element) throws(Failure) -> Result) throws(Failure) -> [Result] {
        var results: [Result] = []
        results.reserveCapacity(count)
        for element in self { results.append(try body(element)) }
        return results
    }
}
