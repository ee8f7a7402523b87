import Bytes
import Columns
package import ColumnStore
package import SignalModel

/// The table of samples: in a partition's parts sorted by `SeriesRank`, then time, then order of writing.
///
/// Of a sampled series' rows at one time only the last is kept from sealing on; rows of coarser tiers that have one period become one.
package struct SampleLayout: TableLayout {
    package let table = TableID.samples
    package let mergeManner = MergeManner.blockByBlock

    private let index: SeriesIndex
    private let tiers: MetricTiers

    package init(index: SeriesIndex, tiers: MetricTiers = MetricTiers()) {
        self.index = index
        self.tiers = tiers
    }

    package func encode(_ batches: [TableBatch]) throws(StorageError) -> [EncodedBlock] {
        guard let partition = batches.first?.partition else { return [] }
        var rows = SampleRows()
        for batch in batches { try rows.append(batch) }
        var ranks: [SeriesRank] = []
        var areSampled: [Bool] = []
        let order = rows.order { numbers in
            let sorted = index.traits(of: numbers).sorted { $0.rank < $1.rank }
            ranks = sorted.map(\.rank)
            areSampled = sorted.map(\.isSampled)
            numbers = ranks.map(\.series)
        }
        var writer = SampleBlockWriter()
        for place in 0..<order.seriesCount {
            var run = SampleRun()
            run.append(order.rows[order.starts[place]..<order.starts[place + 1]], of: rows)
            writer.append(joined(run, of: partition, isSampled: areSampled[place]), of: ranks[place])
        }
        return writer.finish()
    }

    package func decode(_ sections: SectionReader, of header: BlockHeader) throws(StorageError) -> TableBatch {
        if header.form == SampleBlockForm0.form { return try SampleBlockForm0.decode(try sections.section(0), of: header) }
        guard header.form == SampleBlock.form else {
            throw StorageError(code: .corrupt, message: "cannot decode samples: unknown form \(header.form)")
        }
        let block = try SampleBlock(
            try sections.sections([SampleBlock.Section.directory.rawValue, SampleBlock.Section.data.rawValue]), times: header.times)
        var run = SampleRun()
        var series: [UInt32] = []
        for (place, entry) in block.directory.entries.enumerated() {
            try block.read(place, into: &run)
            series += repeatElement(entry.rank.series, count: entry.rows)
        }
        return TableBatch(
            table: table, partition: header.partition, scope: header.scope, times: header.times, rowCount: series.count,
            columns: [.uint32(series)] + run.columns)
    }

    package func merge(
        _ runs: [[TableSnapshot.Block]], emit: (MergedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        try gather(runs) { block throws(StorageError) in
            try emit(.new(block))
        } _: { run, partition, isSampled in
            joined(run, of: partition, isSampled: isSampled)
        }
    }

    /// Rows of one series of one partition, as they are to be stored.
    private func joined(_ run: SampleRun, of partition: PartitionKey, isSampled: Bool) -> SampleRun {
        var run = run
        let period = tiers.period(of: partition)
        run.sort(keepsLastOnly: isSampled && period == 0)
        guard period > 0 else { return run }
        var rollUp = RollUp(period: period)
        rollUp.add(run)
        return rollUp.finish()
    }

    /// Goes through the series of many parts together, one at a time, and writes what `transform` makes of each.
    private func gather(
        _ runs: [[TableSnapshot.Block]], emit: (EncodedBlock) throws(StorageError) -> Void,
        _ transform: (SampleRun, PartitionKey, _ isSampled: Bool) -> SampleRun
    ) throws(StorageError) {
        guard let partition = runs.first?.first?.header.partition else { return }
        var walk = try SampleWalk(runs, range: .all, index: index)
        var writer = SampleBlockWriter()
        while let rank = walk.next {
            let run = try walk.take(rank)
            let isSampled = index.traits(of: CollectionOfOne(rank.series))[0].isSampled
            writer.append(transform(run, partition, isSampled), of: rank)
            for block in writer.takeBlocks() { try emit(block) }
        }
        for block in writer.finish() { try emit(block) }
    }

    // MARK: what becomes of them

    package func didPublish(_ batch: TableBatch) {
        guard let series = batch.columns[MetricColumn.series.rawValue].uint32s, let times = batch.columns[MetricColumn.time.rawValue].int64s
        else { return }
        index.noteSamples(series, times, tenant: batch.scope.tenant)
    }

    package func didFind(_ block: TableSnapshot.Block) throws(StorageError) {
        guard block.header.form == SampleBlock.form else {
            let columns = try SampleBatchColumns(try block.rows())
            return index.noteSamples(columns.series, columns.times, tenant: block.header.scope.tenant)
        }
        let entries = try SampleDirectory(of: block).entries
        index.noteSamples(entries.map(\.rank.series), entries.map(\.times.upperBound), tenant: block.header.scope.tenant)
    }

    package func isDead(_ header: BlockHeader, now: Int64) -> Bool { fate(of: header, now) == .ends }

    package func successor(of header: BlockHeader, now: Int64) -> PartitionKey? {
        guard case .moves(let next) = fate(of: header, now) else { return nil }
        return next
    }

    package func move(
        _ runs: [[TableSnapshot.Block]], to partition: PartitionKey, emit: (EncodedBlock) throws(StorageError) -> Void
    ) throws(StorageError) {
        let period = tiers.period(of: partition)
        try gather(runs, emit: emit) { run, source, isSampled in
            var rollUp = RollUp(period: period)
            rollUp.add(joined(run, of: source, isSampled: isSampled))
            return rollUp.finish()
        }
    }

    private func fate(of header: BlockHeader, _ now: Int64) -> MetricTiers.Fate {
        guard let newest = index.newestSample(of: header.scope.tenant) else { return .stays }
        return tiers.fate(of: header.partition, newest: min(newest, now))
    }
}
