import SignalModel
import Synchronization

/// Numbers of streams by name, made where they are missing. A stream's number never changes, so what was learnt once is kept.
final class StreamNumbers: Sendable {
    private struct Key: Hashable {
        let group: UInt32
        let name: String
    }

    /// About 20 MB of names; past it all are forgotten and learnt again.
    private static let namesMax = 200_000

    private let directory: any LogDirectory
    private let known = Mutex<[Key: UInt32]>([:])

    init(directory: any LogDirectory) { self.directory = directory }

    /// - Returns: numbers in the order of the names.
    func numbers(of names: [String], in group: LogGroup, of tenant: Tenant, at now: Timestamp) async throws -> [UInt32] {
        var result = known.withLock { known in names.map { known[Key(group: group.number, name: $0)] } }
        for (index, name) in names.enumerated() where result[index] == nil {
            result[index] = try await number(of: name, in: group, of: tenant, at: now)
        }
        return result.compactMap { $0 }
    }

    private func number(of name: String, in group: LogGroup, of tenant: Tenant, at now: Timestamp) async throws -> UInt32 {
        var stream = try await directory.stream(named: name, in: group, of: tenant)
        if stream == nil { stream = try await directory.createStream(named: name, in: group, of: tenant, at: now) }
        // Somebody else made it meanwhile.
        if stream == nil { stream = try await directory.stream(named: name, in: group, of: tenant) }
        guard let number = stream?.number else { throw StorageError(code: .closed, message: "cannot create stream \(name): its group is gone") }
        known.withLock { known in
            if known.count >= Self.namesMax { known.removeAll() }
            known[Key(group: group.number, name: name)] = number
        }
        return number
    }
}
