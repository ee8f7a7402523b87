import Synchronization

/// Names of streams by number. A number's name never changes, so what was learnt once is kept.
package final class StreamNames: Sendable {
    private struct Key: Hashable {
        let group, stream: UInt32
    }

    /// About 20 MB of names; past it all are forgotten and learnt again.
    private static let namesMax = 200_000
    /// Streams asked for at once.
    private static let pageMax = 1000

    private let directory: any LogDirectory
    private let known = Mutex<[Key: String]>([:])

    package init(directory: any LogDirectory) { self.directory = directory }

    /// - Returns: names of those of the numbers that the group has.
    package func names(of numbers: Set<UInt32>, in group: LogGroup, of tenant: Tenant) async throws -> [UInt32: String] {
        var found = lookup(numbers, in: group)
        var last: String?
        while found.count < numbers.count {
            let page = try await directory.streams(in: group, of: tenant, prefix: "", after: last, limit: Self.pageMax)
            learn(page, in: group)
            for stream in page where numbers.contains(stream.number) { found[stream.number] = stream.name }
            last = page.last?.name
            if page.count < Self.pageMax { break }
        }
        return found
    }

    private func lookup(_ numbers: Set<UInt32>, in group: LogGroup) -> [UInt32: String] {
        known.withLock { known in
            var found: [UInt32: String] = [:]
            for number in numbers { found[number] = known[Key(group: group.number, stream: number)] }
            return found
        }
    }

    private func learn(_ streams: [LogStreamEntry], in group: LogGroup) {
        known.withLock { known in
            if known.count + streams.count > Self.namesMax { known.removeAll() }
            for stream in streams { known[Key(group: group.number, stream: stream.number)] = stream.name }
        }
    }
}
