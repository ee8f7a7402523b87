import Columns
import ColumnStore
import Platform
import SignalModel

/// Where events of a scan come from: a sealed block, or batches in memory.
struct LogSource: Sendable {
    enum Kind: Sendable {
        case block(TableSnapshot.Block)
        case batches([TableBatch])
    }

    let times: ClosedRange<Int64>
    private let kind: Kind
    /// No other source of the scan has events of the same time: numbers are not needed to tell which comes first.
    private var isAlone = false

    init(times: ClosedRange<Int64>, _ kind: Kind) {
        self.times = times
        self.kind = kind
    }

    /// - Precondition: not empty.
    init(_ batches: [TableBatch]) {
        let earliest = batches.reduce(Int64.max) { min($0, $1.times.lowerBound) }
        let latest = batches.reduce(Int64.min) { max($0, $1.times.upperBound) }
        self.init(times: earliest...latest, .batches(batches))
    }

    /// Rows that pass, in the plan's order, with the projection's columns.
    struct Opened: Sendable {
        struct Place {
            let time: Int64
            let number: UInt64
        }

        let times: [Int64]
        /// Empty for a source that is alone.
        let numbers: [UInt64]
        let columns: [Column]
        /// For all of these.
        var memory: MemoryReservation?
        var place = 0

        var isUsedUp: Bool { place == times.count }
        /// The room that the columns take.
        var heldBytes: Int { times.count * 8 + numbers.count * 8 + columns.reduce(0) { $0 + $1.vector.heldBytes } }
        var next: Place { place(at: place) }
        func place(at row: Int) -> Place { Place(time: times[row], number: numbers.isEmpty ? 0 : numbers[row]) }
    }

    /// - Parameter sources: in a scan's order.
    static func markedAlone(_ sources: [LogSource]) -> [LogSource] {
        var marked = sources
        let places = sources.indices.sorted { sources[$0].times.lowerBound < sources[$1].times.lowerBound }
        var end = Int64.min
        for (index, place) in places.enumerated() {
            let times = sources[place].times
            let isBehind = index == 0 || end < times.lowerBound
            let isBefore = index + 1 == places.count || times.upperBound < sources[places[index + 1]].times.lowerBound
            marked[place].isAlone = isBehind && isBefore
            end = max(end, times.upperBound)
        }
        return marked
    }

    /// - Returns: nil when no row passes.
    func open(_ plan: LogScan) throws(StorageError) -> Opened? {
        switch kind {
        case .batches(let batches): return try holding(plan) { () throws(StorageError) in try MessageScan(plan).opened(batches) }
        case .block(let block) where block.header.form == LogBlockSection.form:
            var opened: Opened?
            // Inside of the engine's reading, so that a block that does not make sense is set aside like one that cannot be read.
            _ = try block.rows { sections throws(StorageError) in
                let columns = try LogBlock(rowCount: block.header.rowCount) { wanted throws(StorageError) in
                    let bytes = try sections.sections(wanted)
                    try plan.budget.spend(bytes: bytes.reduce(0) { $0 + $1.count })
                    return bytes
                }
                opened = try holding(plan) { () throws(StorageError) in try BlockScan(plan, columns).opened(needsNumbers: !isAlone) }
                return TableBatch(
                    table: .logs, partition: block.header.partition, scope: block.header.scope, times: block.header.times,
                    rowCount: block.header.rowCount, columns: [])
            }
            return opened
        case .block(let block):
            return try holding(plan) { () throws(StorageError) in try MessageScan(plan).opened([try block.rows()]) }
        }
    }

    private func holding(_ plan: LogScan, _ open: () throws(StorageError) -> Opened?) throws(StorageError) -> Opened? {
        guard var opened = try open() else { return nil }
        let memory = try plan.budget.hold(opened.heldBytes)
        opened.memory = memory
        return opened
    }
}
