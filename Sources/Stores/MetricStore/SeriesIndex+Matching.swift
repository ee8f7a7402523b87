import Bytes
import SignalModel
import Synchronization

// Which series a reader asks for. Patterns run outside the lock, over a bounded piece of the labels at a time, so that a search
// through a million values does not hold up writers. Numbers only ever get more, so what was there at the start is seen whole.

extension SeriesIndex {
    /// How many labels or series are looked at under the lock at once.
    private static let pieceMax = 4096

    /// The published series of a tenant that pass every matcher and have a sample at or after `start`, by ascending number.
    /// - Returns: nil when there are more than `countMax`.
    func entries(
        matching matchers: [LabelMatcher], of tenant: Tenant, newestSampleFrom oldest: Timestamp, countMax: Int = .max
    ) -> [SeriesEntry]? {
        guard let tenant = state.withLock({ $0.tenantNumbers[tenant] }) else { return [] }
        let base = candidates(matchers, tenant)
        var conditions = matchers.enumerated().filter { $0.offset != base.settled }.map { Condition($0.element) }
        var found: [SeriesEntry] = []
        for start in stride(from: 0, to: base.series.count, by: Self.pieceMax) {
            let piece = base.series[start..<min(start + Self.pieceMax, base.series.count)]
            found += passing(piece, &conditions, tenant).filter { $0.lastTime.nanoseconds != .min && $0.lastTime >= oldest }
            guard found.count <= countMax else { return nil }
        }
        return found
    }

    /// A superset of the series that pass: of the shortest list that an equality names, else of one pattern's values, else all.
    /// - Returns: `settled` is the matcher that all of them pass.
    private func candidates(_ matchers: [LabelMatcher], _ tenant: Int) -> (series: [SeriesID], settled: Int?) {
        var best: (series: [SeriesID], settled: Int)?
        for (position, matcher) in matchers.enumerated() {
            guard case .equals(let value) = matcher.condition, !value.isEmpty else { continue }
            let encoded = LabelSet([(matcher.name, value)]).encoded
            let hash = UInt32(truncatingIfNeeded: key.fingerprint(of: encoded).low)
            let shortest = best?.series.count ?? .max
            let series: [SeriesID]? = state.withLock { state in
                let table = state.tenants[tenant].table
                guard let label = encoded.withUnsafeBytes({ table.find($0, hash: hash) }) else { return [] }
                return table.seriesCount(of: label) < shortest ? table.series(of: label) : nil
            }
            if let series { best = (series, position) }
        }
        if let best { return best }
        for (position, matcher) in matchers.enumerated() {
            guard case .matches = matcher.condition, !matcher.holds(value: []) else { continue }
            return (series(withLabelPassing: matcher, tenant), position)
        }
        return (state.withLock { $0.tenants[tenant].series.map { $0 } }, nil)
    }

    private func series(withLabelPassing matcher: LabelMatcher, _ tenant: Int) -> [SeriesID] {
        let labels: [UInt32] = state.withLock { state in
            let table = state.tenants[tenant].table
            return table.name(Array(matcher.name.utf8)).map { table.labels(ofName: $0).map { $0 } } ?? []
        }
        var result: [SeriesID] = []
        for start in stride(from: 0, to: labels.count, by: Self.pieceMax) {
            let piece = labels[start..<min(start + Self.pieceMax, labels.count)]
            let values = state.withLock { state in piece.map { [UInt8](state.tenants[tenant].table.value(of: $0)) } }
            let passing = zip(piece, values).filter { matcher.holds(value: $0.1[...]) }.map(\.0)
            state.withLock { state in
                for label in passing { result += state.tenants[tenant].table.series(of: label) }
            }
        }
        // A series has one value of a name, so no number comes twice.
        result.sort()
        return result
    }

    /// Those of the piece that pass what is left of the conditions.
    private func passing(_ piece: ArraySlice<SeriesID>, _ conditions: inout [Condition], _ tenant: Int) -> [SeriesEntry] {
        for index in conditions.indices { decideLabels(of: piece, &conditions[index], tenant) }
        let conditions = conditions
        return state.withLock { state in
            let table = state.tenants[tenant].table
            var found: [SeriesEntry] = []
            for number in piece {
                let entry = state.entries[Int(number)]
                let labels = Self.labelIDs(of: entry, state)
                guard entry.lastTime != .min, conditions.allSatisfy({ $0.holds(labels, table) }) else { continue }
                guard let set = LabelSet(validating: Self.encodedLabels(of: entry, state)) else { continue }
                found.append(SeriesEntry(id: number, labels: set, kind: entry.kind, lastTime: Timestamp(nanoseconds: entry.lastTime)))
            }
            return found
        }
    }

    /// Makes sure that the condition knows about every label that a series of the piece has of its name.
    private func decideLabels(of piece: ArraySlice<SeriesID>, _ condition: inout Condition, _ tenant: Int) {
        let known = condition
        let (name, unknown): (UInt32?, [(label: UInt32, value: [UInt8])]) = state.withLock { state in
            let table = state.tenants[tenant].table
            guard let name = table.name(known.nameBytes) else { return (nil, []) }
            var unknown: [UInt32: [UInt8]] = [:]
            for number in piece {
                for label in Self.labelIDs(of: state.entries[Int(number)], state) where table.name(of: label) == name {
                    if known.passes[label] == nil, unknown[label] == nil { unknown[label] = Array(table.value(of: label)) }
                }
            }
            return (name, unknown.map { (label: $0.key, value: $0.value) })
        }
        condition.name = name
        for (label, value) in unknown { condition.passes[label] = condition.matcher.holds(value: value[...]) }
    }

    /// A matcher, and what it said about labels so far.
    private struct Condition {
        let matcher: LabelMatcher
        let nameBytes: [UInt8]
        let holdsWithout: Bool
        /// Nil: no series of the tenant has such a label.
        var name: UInt32?
        var passes: [UInt32: Bool] = [:]

        init(_ matcher: LabelMatcher) {
            self.matcher = matcher
            nameBytes = Array(matcher.name.utf8)
            holdsWithout = matcher.holds(value: [])
        }

        func holds(_ labels: ArraySlice<UInt32>, _ table: LabelTable) -> Bool {
            guard let name, let label = labels.first(where: { table.name(of: $0) == name }) else { return holdsWithout }
            return passes[label] ?? false
        }
    }
}
