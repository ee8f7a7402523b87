import Columns
import ColumnStore
import Platform
import SignalModel
import Synchronization

/// Hands out the samples of the plan's series, reading each block that holds some of them once.
struct SampleCursor: ScanCursor {
    private let plan: MetricScan
    private let reading: SampleReading
    private let queries: ThreadPoolExecutor

    init(plan: MetricScan, snapshot: TableSnapshot, index: SeriesIndex, tiers: MetricTiers, queries: ThreadPoolExecutor) {
        self.plan = plan
        self.queries = queries
        reading = SampleReading(plan, snapshot, index, tiers)
    }

    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        let reading = reading
        try plan.budget.spend()
        chunk = try await withTaskExecutorPreference(queries) { () async throws(StorageError) in try reading.next() }
        return chunk.rowCount > 0
    }
}

/// The state of a scan. Only its cursor touches it, one call after the other; the lock hands it from thread to thread.
private final class SampleReading: Sendable {
    private let plan: MetricScan
    private let state: Mutex<State>

    /// A series of the plan.
    private struct Wanted {
        let rank: SeriesRank
        /// Position in the plan.
        let key: Int
        /// Of its raw rows at one time the last stands for all.
        let isSampled: Bool
    }

    /// Rows of one width: of one tier.
    private struct Tier {
        let width: Int64
        var walks: [SampleWalk] = []
    }

    private struct State {
        let index: SeriesIndex
        let tiers: MetricTiers
        /// Nil once it is opened.
        var snapshot: TableSnapshot?
        var wanted: [Wanted] = []
        /// The coarsest, which are the oldest rows, first; the last is the one of raw rows.
        var sources: [Tier] = []
        var unsealed = SampleRowsSource()
        var memory: MemoryReservation?
        /// The next of `wanted`, and of `sources`.
        var place = 0
        var tier = 0
        /// What is left of the rows that were read last.
        var run = SampleRun()
        var row = 0
        var runKey = 0
        var runWidth: Int64 = 0
    }

    init(_ plan: MetricScan, _ snapshot: TableSnapshot, _ index: SeriesIndex, _ tiers: MetricTiers) {
        self.plan = plan
        state = Mutex(State(index: index, tiers: tiers, snapshot: snapshot))
    }

    /// - Returns: a chunk without rows at the end.
    func next() throws(StorageError) -> ColumnChunk {
        try state.withLock { state throws(StorageError) in
            if let snapshot = state.snapshot {
                state.snapshot = nil
                try open(snapshot, &state)
            }
            return try fill(&state)
        }
    }

    // MARK: opening

    private func open(_ snapshot: TableSnapshot, _ state: inout State) throws(StorageError) {
        let traits = state.index.traits(of: plan.series)
        state.wanted = traits.enumerated().map { Wanted(rank: $1.rank, key: $0, isSampled: $1.isSampled) }.sorted { $0.rank < $1.rank }
        guard let first = state.wanted.first?.rank, let last = state.wanted.last?.rank else { return }
        var partitions: [PartitionKey: PartRuns] = [:]
        let blocks = snapshot.blocks.filter { $0.header.scope.tenant == plan.tenant && plan.range.overlaps($0.header.times) }
        try TableSnapshot.forEachSummary(of: blocks) { block, summary throws(StorageError) in
            let ranks = block.header.form == SampleBlock.form ? try SampleSummary(summary).ranks : nil
            if let ranks {
                guard ranks.lowerBound <= last, first <= ranks.upperBound, mayHold(ranks, state.wanted) else { return }
            }
            partitions[block.header.partition, default: PartRuns()].append(block, ranks)
        }
        let sorted = partitions.sorted { $0.key.tier != $1.key.tier ? $0.key.tier > $1.key.tier : $0.key.window < $1.key.window }
        for (partition, parts) in sorted {
            let width = state.tiers.period(of: partition)
            if state.sources.last?.width != width { state.sources.append(Tier(width: width)) }
            let walk = try SampleWalk(parts.runs, range: plan.range, index: state.index, budget: plan.budget)
            state.sources[state.sources.count - 1].walks.append(walk)
        }
        if state.sources.last?.width != 0 { state.sources.append(Tier(width: 0)) }
        let rows = try unsealedRows(of: snapshot)
        // The rows, and their order.
        state.memory = try plan.budget.hold(rows.count * (rows.isPlain ? 28 : 52) + state.wanted.count * MemoryLayout<Wanted>.stride)
        state.unsealed = SampleRowsSource(rows, state.index)
    }

    private func mayHold(_ ranks: ClosedRange<SeriesRank>, _ wanted: [Wanted]) -> Bool {
        var (low, high) = (0, wanted.count)
        while low < high {
            let middle = (low + high) / 2
            if wanted[middle].rank < ranks.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < wanted.count && wanted[low].rank <= ranks.upperBound
    }

    private func unsealedRows(of snapshot: TableSnapshot) throws(StorageError) -> SampleRows {
        var rows = SampleRows()
        let wanted = SeriesSet(plan.series)
        let (start, end) = (plan.range.start.nanoseconds, plan.range.end.nanoseconds)
        for batch in snapshot.batches where batch.scope.tenant == plan.tenant && plan.range.overlaps(batch.times) {
            let columns = try SampleBatchColumns(batch)
            guard wanted.mayHoldAny(of: columns.series) else { continue }
            let before = rows.count
            for row in columns.series.indices where wanted.contains(columns.series[row]) && columns.times[row] >= start && columns.times[row] < end {
                rows.append(row, of: columns, as: columns.series[row])
            }
            try plan.budget.spend(bytes: (rows.count - before) * 20)
        }
        return rows
    }

    // MARK: chunks

    private func fill(_ state: inout State) throws(StorageError) -> ColumnChunk {
        var rows = SampleRun()
        var runs: [ColumnChunk.Run] = []
        while rows.count < ColumnChunk.rowsMax {
            if state.row == state.run.count {
                guard try read(&state) else { break }
            }
            let piece = state.row..<min(state.run.count, state.row + ColumnChunk.rowsMax - rows.count)
            runs.append(ColumnChunk.Run(key: state.runKey, firstRow: rows.count, width: state.runWidth))
            rows.append(piece, of: state.run)
            state.row = piece.upperBound
        }
        return ColumnChunk(rowCount: rows.count, columns: [.absent] + rows.columns.map { Column($0) }, runs: runs)
    }

    /// Reads on until there are rows.
    /// - Returns: false at the end.
    private func read(_ state: inout State) throws(StorageError) -> Bool {
        while state.place < state.wanted.count {
            let wanted = state.wanted[state.place]
            while state.tier < state.sources.count {
                let tier = state.tier
                state.tier += 1
                let run = try read(wanted, tier, &state)
                guard run.count > 0 else { continue }
                try plan.budget.spend(bytes: run.byteCount)
                (state.run, state.row, state.runKey, state.runWidth) = (run, 0, wanted.key, state.sources[tier].width)
                return true
            }
            state.place += 1
            state.tier = 0
            if state.place % 256 == 0 { try plan.budget.spend() }
        }
        return false
    }

    private func read(_ wanted: Wanted, _ tier: Int, _ state: inout State) throws(StorageError) -> SampleRun {
        var run = SampleRun()
        for walk in state.sources[tier].walks.indices {
            let rows = try state.sources[tier].walks[walk].take(wanted.rank)
            if run.count == 0 { run = rows } else { run.append(0..<rows.count, of: rows) }
        }
        let isRaw = state.sources[tier].width == 0
        if isRaw { state.unsealed.take(wanted.rank, plan.range, into: &run) }
        run.sort(keepsLastOnly: isRaw && wanted.isSampled)
        return run
    }
}

/// A snapshot's blocks come part by part; where their order begins anew, a new part begins.
private struct PartRuns {
    private(set) var runs: [[TableSnapshot.Block]] = []
    /// Where the last block ends.
    private var end: SeriesRank?

    /// - Parameter ranks: nil for a block of an older form, which has no such order.
    mutating func append(_ block: TableSnapshot.Block, _ ranks: ClosedRange<SeriesRank>?) {
        if let ranks, let end, end <= ranks.lowerBound { runs[runs.count - 1].append(block) } else { runs.append([block]) }
        end = ranks?.upperBound
    }
}

/// Series numbers to be asked for quickly, row by row.
struct SeriesSet {
    private let range: ClosedRange<SeriesID>
    /// A bit a number from the smallest on.
    private var words: [UInt64]

    init(_ numbers: [SeriesID]) {
        range = (numbers.min() ?? .max)...(numbers.max() ?? .max)
        words = [UInt64](repeating: 0, count: Int(range.upperBound - range.lowerBound) / 64 + 1)
        for number in numbers {
            let bit = number - range.lowerBound
            words[Int(bit >> 6)] |= 1 << UInt64(bit & 63)
        }
    }

    @inline(__always) func contains(_ number: SeriesID) -> Bool {
        guard number >= range.lowerBound, number <= range.upperBound else { return false }
        let bit = number &- range.lowerBound
        return words[Int(bit &>> 6)] & (1 &<< UInt64(bit & 63)) != 0
    }

    /// False when all of them lie outside: a request's series mostly lie close together.
    func mayHoldAny(of numbers: [SeriesID]) -> Bool {
        var (smallest, largest) = (SeriesID.max, SeriesID.min)
        for number in numbers {
            smallest = min(smallest, number)
            largest = max(largest, number)
        }
        return smallest <= range.upperBound && range.lowerBound <= largest
    }
}
