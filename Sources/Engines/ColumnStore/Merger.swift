import Platform
import SignalModel

/// Joins parts, and leaves out what is dead or damaged on the way.
struct Merger {
    let context: StoreContext
    let tables: Tables
    let register: PartRegister

    /// What to do next with the parts of a store.
    enum Work {
        /// Join these, of one partition and adjacent; or rewrite one that is largely dead.
        case merge([Part])
        /// Every row of them is dead.
        case drop([Part])
        /// Some rows of these, of one partition, belong in another by now.
        case move([Part])
    }

    /// What is dead by now; looks at every block's header.
    func deadWork(now: Int64) throws(StorageError) -> [Work] {
        var dropped: [Part] = []
        var rewritten: [Work] = []
        let moving = try movingParts(now: now)
        let moved = Set(moving.joined().map(\.number))
        for part in tables.parts where !moved.contains(part.number) {
            let dead = try deadRows(of: part, now: now)
            if dead == part.rowCount {
                dropped.append(part)
            } else if Double(dead) > Double(part.rowCount) * context.configuration.deadShareMax,
                part.plainBytes <= (try plan(for: part.table).bytesMax)
            {
                rewritten.append(.merge([part]))
            }
        }
        return (dropped.isEmpty ? [] : [.drop(dropped)]) + moving.map { .move($0) } + rewritten
    }

    /// The cheapest run of any partition.
    func mergeWork() throws(StorageError) -> Work? {
        var best: [Part]?
        for parts in tables.partsByPartition() {
            let plan = try plan(for: parts[0].table)
            guard let run = plan.run(in: parts.map { MergePlan.Candidate(number: $0.number, bytes: $0.plainBytes) }) else { continue }
            let bytes = parts[run].reduce(0) { $0 + $1.plainBytes }
            if bytes < best?.reduce(0, { $0 + $1.plainBytes }) ?? .max { best = Array(parts[run]) }
        }
        return best.map { .merge($0) }
    }

    /// A layout that joins block by block needs little memory whatever the parts' size; one that does not holds the rows, and a sorted copy.
    private func plan(for table: TableID) throws(StorageError) -> MergePlan {
        let settings = context.configuration
        var plan = MergePlan(partsMin: settings.mergePartsMin, partsMax: settings.mergePartsMax, bytesMax: settings.mergeBytesMax)
        switch try context.layout(of: table).mergeManner {
        case .atOnce: plan.bytesMax = min(plan.bytesMax, settings.mergeMemory.map { $0.bytesMax / 4 } ?? .max)
        case .blockByBlock: break
        case .carrying: (plan.partsMin, plan.bytesMax) = (settings.carriedPartsMin, settings.carriedBytesMax)
        }
        return plan
    }

    /// - Precondition: the parts are still served: work found before they were replaced would bring their rows back.
    func act(_ work: Work, now: Int64) throws(StorageError) {
        switch work {
        case .drop(let parts):
            try register.commitMerge(of: parts, as: [])
            context.counters.add(to: \.droppedParts, parts.count)
        case .merge(let parts):
            try merge(parts, now: now)
            context.counters.add(to: \.merges)
        case .move(let parts):
            try move(parts, now: now)
            context.counters.add(to: \.movedParts, parts.count)
        }
    }

    private func merge(_ parts: [Part], now: Int64) throws(StorageError) {
        var builder = PartBuilder(
            number: register.newNumber(), table: parts[0].table, partition: parts[0].partition, context: context)
        let merged: Part?
        do throws(StorageError) {
            for (scope, runs) in try livingBlocks(of: parts, now: now) { try builder.merge(runs, scope: scope, pause: pause(after:)) }
            merged = try builder.finish(order: parts[0].order)
        } catch {
            builder.abandon()
            throw error
        }
        do throws(StorageError) {
            try register.commitMerge(of: parts, as: merged.map { [$0] } ?? [])
        } catch {
            builder.abandon()
            throw error
        }
    }

    /// Keeps to the pace that is set for merges, and waits while seals fall behind.
    func pause(after bytes: Int) throws(StorageError) {
        try context.mergePace.pause(after: bytes, context) { tables.unsealed.isPressing(context.configuration) }
    }

    /// By scope in order of first appearance, so that only one scope's rows are in memory at a time; a run for each part.
    func livingBlocks(of parts: [Part], now: Int64) throws(StorageError) -> [(BlockScope, [[TableSnapshot.Block]])] {
        let layout = try context.layout(of: parts[0].table)
        let mayDrop = context.configuration.mayDrop(parts[0].table, parts[0].partition)
        var groups: [(BlockScope, [[TableSnapshot.Block]])] = []
        var places: [BlockScope: Int] = [:]
        for part in parts {
            let damaged = part.damagedBlocks
            for place in part.headers.indices where !damaged.contains(place) {
                let header = part.headers[place]
                if mayDrop, layout.isDead(header, now: now) { continue }
                if try isKeyGone(header.scope) { continue }
                let scope = header.scope
                let block = part.block(at: place, memory: context.configuration.mergeMemory)
                guard let known = places[scope] else {
                    places[scope] = groups.count
                    groups.append((scope, [[block]]))
                    continue
                }
                if groups[known].1.last?.last?.part === part {
                    groups[known].1[groups[known].1.count - 1].append(block)
                } else {
                    groups[known].1.append([block])
                }
            }
        }
        return groups
    }

    /// Rows that a merge would leave out; they stay while the archive wants to keep them, unless nobody can read them.
    private func deadRows(of part: Part, now: Int64) throws(StorageError) -> Int {
        let layout = try context.layout(of: part.table)
        let mayDrop = context.configuration.mayDrop(part.table, part.partition)
        var rows = 0
        for place in part.headers.indices {
            let header = part.headers[place]
            let isKeyGone = try isKeyGone(header.scope)
            if isKeyGone || mayDrop && layout.isDead(header, now: now) { rows += header.rowCount }
        }
        return rows
    }

    private func isKeyGone(_ scope: BlockScope) throws(StorageError) -> Bool {
        do throws(StorageError) {
            _ = try context.cipher.key(scope.key)
            return false
        } catch {
            guard error.code == .keyGone else { throw error }
            return true
        }
    }
}
