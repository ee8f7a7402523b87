import SignalModel

// Rows that grew too old for their partition: the table says where they go and what they become there. What replaces what is decided by
// one write of the manifest, so a crash leaves either the old rows or the new ones.

extension Merger {
    /// Parts that hold rows to be moved, by partition; with those between, so that what stays keeps its order.
    func movingParts(now: Int64) throws(StorageError) -> [[Part]] {
        var result: [[Part]] = []
        for parts in tables.partsByPartition() {
            guard let first = parts.first, context.configuration.mayDrop(first.table, first.partition) else { continue }
            let layout = try context.layout(of: first.table)
            let due = parts.indices.filter { place in
                let headers = parts[place].headers
                return headers.indices.contains { !headers.isKeyGone($0) && layout.successor(of: headers[$0], now: now) != nil }
            }
            if let first = due.first, let last = due.last { result.append(Array(parts[first...last])) }
        }
        return result
    }

    func move(_ parts: [Part], now: Int64) throws(StorageError) {
        let layout = try context.layout(of: parts[0].table)
        var builders: [PartitionKey: PartBuilder] = [:]
        var made: [Part] = []
        do throws(StorageError) {
            for (scope, runs) in try livingBlocks(of: parts, now: now) {
                let target = layout.successor(of: runs[0][0].header, now: now)
                let partition = target ?? parts[0].partition
                // Taken out, so that it is not copied while it grows.
                var builder = builders.removeValue(forKey: partition) ?? PartBuilder(
                    number: register.newNumber(), table: parts[0].table, partition: partition, context: context)
                defer { builders[partition] = builder }
                if target == nil {
                    try builder.merge(runs, scope: scope, pause: pause(after:))
                } else {
                    try builder.move(runs, scope: scope, pause: pause(after:))
                }
            }
            for partition in builders.keys.sorted(by: { $0.isBefore($1) }) {
                // What stays keeps its place among its partition's parts; what comes to another is its newest.
                let order = partition == parts[0].partition ? parts[0].order : builders[partition]?.number ?? 0
                if let part = try builders[partition]?.finish(order: order) { made.append(part) }
            }
            try register.commitMerge(of: parts, as: made)
        } catch {
            for builder in builders.values { builder.abandon() }
            throw error
        }
    }
}
