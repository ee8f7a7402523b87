import ColumnStore
import Platform
import SignalModel

/// Goes through the series of several parts of one partition in their common order, each part's blocks read once and let go again.
///
///     var walk = try SampleWalk(runs, range: range, index: index)
///     while let rank = walk.next { let rows = try walk.take(rank) … }
struct SampleWalk {
    private var sources: [Source] = []
    private let range: TimeRange

    /// - Parameters:
    ///   - runs: the blocks of each part, in their order; oldest part first.
    ///   - range: rows outside it are left out.
    ///   - budget: counts the blocks that are open.
    /// - Throws: what reading does. Blocks of older forms are read now: they have another order.
    init(_ runs: [[TableSnapshot.Block]], range: TimeRange, index: SeriesIndex, budget: QueryBudget? = nil) throws(StorageError) {
        self.range = range
        for blocks in runs {
            let old = blocks.filter { $0.header.form != SampleBlock.form }
            if !old.isEmpty { sources.append(.rows(try SampleRowsSource(old, index))) }
            let new = blocks.filter { $0.header.form == SampleBlock.form }
            if !new.isEmpty { sources.append(.blocks(try SampleBlocksSource(new, budget))) }
        }
    }

    private enum Source {
        case rows(SampleRowsSource)
        case blocks(SampleBlocksSource)
    }

    /// The first series that is not taken yet.
    var next: SeriesRank? {
        var first: SeriesRank?
        for source in sources {
            let rank: SeriesRank? = switch source {
            case .rows(let rows): rows.next
            case .blocks(let blocks): blocks.next
            }
            if let rank, rank < first ?? .last || first == nil { first = rank }
        }
        return first
    }

    /// The rows of a series, the parts' one after the other; each part's are oldest first. Series before it are passed over.
    mutating func take(_ rank: SeriesRank) throws(StorageError) -> SampleRun {
        var run = SampleRun()
        for place in sources.indices {
            switch sources[place] {
            case .rows(var rows):
                rows.take(rank, range, into: &run)
                sources[place] = .rows(rows)
            case .blocks(var blocks):
                sources[place] = .rows(SampleRowsSource())  // so that nothing is copied
                try blocks.take(rank, range, into: &run)
                sources[place] = .blocks(blocks)
            }
        }
        return run
    }
}

/// Blocks of one part, in the order of their series.
struct SampleBlocksSource {
    private let blocks: [TableSnapshot.Block]
    private let ranks: [ClosedRange<SeriesRank>]
    /// The first block that may hold series not taken yet.
    private var place = 0
    private var opened: (place: Int, block: SampleBlock, memory: MemoryReservation?)?
    private let budget: QueryBudget?
    /// In the opened block's directory.
    private var entry = 0
    /// Bytes of blocks read so far.
    private(set) var bytesRead = 0

    init(_ blocks: [TableSnapshot.Block], _ budget: QueryBudget?) throws(StorageError) {
        var ranks: [ClosedRange<SeriesRank>] = []
        try TableSnapshot.forEachSummary(of: blocks) { _, summary throws(StorageError) in ranks.append(try SampleSummary(summary).ranks) }
        self.blocks = blocks
        self.budget = budget
        self.ranks = ranks
    }

    /// A lower bound until the block is opened: its first series, which is there.
    var next: SeriesRank? {
        guard place < blocks.count else { return nil }
        guard let opened, opened.place == place else { return ranks[place].lowerBound }
        return opened.block.directory.entries[entry].rank
    }

    mutating func take(_ rank: SeriesRank, _ range: TimeRange, into run: inout SampleRun) throws(StorageError) {
        while place < blocks.count, ranks[place].lowerBound <= rank {
            guard ranks[place].upperBound >= rank else {
                advance()
                continue
            }
            let block = try open()
            entry = max(entry, block.directory.place(of: rank))
            while entry < block.directory.entries.count, block.directory.entries[entry].rank == rank {
                let times = block.directory.entries[entry].times
                if range.overlaps(times) {
                    let before = run.count
                    try block.read(entry, into: &run)
                    run.keep(from: before, only: range)
                }
                entry += 1
            }
            guard entry == block.directory.entries.count else { return }
            advance()
        }
    }

    private mutating func open() throws(StorageError) -> SampleBlock {
        if let opened, opened.place == place { return opened.block }
        let block = try SampleBlock(blocks[place])
        bytesRead += block.byteCount
        opened = (place, block, try budget?.hold(block.byteCount))
        entry = 0
        return block
    }

    private mutating func advance() {
        place += 1
        opened = nil
        entry = 0
    }
}

/// Rows in memory, of batches or of blocks of older forms.
struct SampleRowsSource {
    private var rows = SampleRows()
    private var ranks: [SeriesRank] = []
    private var order = SampleOrder(rows: [], starts: [])
    private var place = 0

    init() {}

    init(_ blocks: [TableSnapshot.Block], _ index: SeriesIndex) throws(StorageError) {
        for block in blocks { try rows.append(try block.rows()) }
        sort(index)
    }

    init(_ rows: SampleRows, _ index: SeriesIndex) {
        self.rows = rows
        sort(index)
    }

    private mutating func sort(_ index: SeriesIndex) {
        var ranks: [SeriesRank] = []
        order = rows.order { numbers in
            ranks = index.traits(of: numbers).map(\.rank).sorted()
            numbers = ranks.map(\.series)
        }
        self.ranks = ranks
    }

    var next: SeriesRank? { place < ranks.count ? ranks[place] : nil }

    mutating func take(_ rank: SeriesRank, _ range: TimeRange, into run: inout SampleRun) {
        while place < ranks.count, ranks[place] < rank { place += 1 }
        guard place < ranks.count, ranks[place] == rank else { return }
        let before = run.count
        run.append(order.rows[order.starts[place]..<order.starts[place + 1]], of: rows)
        run.keep(from: before, only: range)
        place += 1
    }
}
