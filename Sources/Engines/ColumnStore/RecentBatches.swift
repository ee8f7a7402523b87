import SignalModel

/// The last batch ids that were committed, so that a retried batch is stored once.
struct RecentBatches: Sendable {
    private let countMax: Int
    private var sequences: [BatchID: UInt64] = [:]
    /// A ring once it is full: `oldest` is the next to go.
    private var ring: [BatchID] = []
    private var oldest = 0

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { ring.count }

    /// The sequence under which the id was committed, as far as it is known.
    subscript(id: BatchID) -> UInt64? { sequences[id] }

    mutating func insert(_ id: BatchID, sequence: UInt64) {
        guard countMax > 0, sequences.updateValue(sequence, forKey: id) == nil else { return }
        guard ring.count == countMax else { return ring.append(id) }
        sequences[ring[oldest]] = nil
        ring[oldest] = id
        oldest = oldest + 1 == countMax ? 0 : oldest + 1
    }

    /// Oldest first.
    var ids: [BatchID] { Array(ring[oldest...] + ring[..<oldest]) }
}
