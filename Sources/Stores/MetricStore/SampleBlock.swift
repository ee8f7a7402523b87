import Bytes
import Columns
import ColumnStore
import SignalModel

/// A block of samples, packed, of form 2: two sections, the directory of its runs and their data, one run after the other.
struct SampleBlock {
    static let form: UInt8 = 2
    enum Section: Int { case directory, data }

    let directory: SampleDirectory
    private let data: [UInt8]

    /// - Parameter sections: those of `Section`, in order.
    init(_ sections: [[UInt8]], times: ClosedRange<Int64>) throws(StorageError) {
        let data = sections[Section.data.rawValue]
        self.data = data
        directory = try decoding("samples", sections[Section.directory.rawValue][...]) { reader throws(BytesError) in
            let directory = try SampleDirectory(&reader, from: times.lowerBound, dataBytes: data.count)
            try reader.expectEnd()
            return directory
        }
    }

    /// Reads it from its part.
    init(_ block: TableSnapshot.Block) throws(StorageError) {
        try self.init(try block.sections([Section.directory.rawValue, Section.data.rawValue]), times: block.header.times)
    }

    var byteCount: Int { data.count + directory.entries.count * MemoryLayout<SampleDirectory.Entry>.stride }

    /// Unpacks the run at a place of the directory.
    func read(_ place: Int, into run: inout SampleRun) throws(StorageError) {
        let entry = directory.entries[place]
        do throws(BytesError) {
            try data.withRawBytes { data throws(BytesError) in
                var reader = ByteReader(UnsafeRawBufferPointer(rebasing: data[entry.bytes]))
                try run.append(
                    &reader, rows: entry.rows, entry.flags, first: entry.times.lowerBound, last: entry.times.upperBound, unit: directory.unit)
                try reader.expectEnd()
            }
        } catch { throw StorageError(code: .corrupt, message: "cannot decode samples: \(error.message)") }
    }
}

extension SampleDirectory {
    /// Reads only the directory of a block.
    init(of block: TableSnapshot.Block) throws(StorageError) {
        self = try decoding("samples", try block.section(SampleBlock.Section.directory.rawValue)[...]) { reader throws(BytesError) in
            let directory = try SampleDirectory(&reader, from: block.header.times.lowerBound, dataBytes: nil)
            try reader.expectEnd()
            return directory
        }
    }
}

/// `body` over the bytes; what does not make sense of them is damage.
func decoding<Result>(
    _ thing: String, _ bytes: ArraySlice<UInt8>, _ body: (inout ByteReader) throws(BytesError) -> Result
) throws(StorageError) -> Result {
    do throws(BytesError) {
        return try ByteReader.reading(bytes, body)
    } catch {
        throw StorageError(code: .corrupt, message: "cannot decode \(thing): \(error.message)")
    }
}

/// Gathers runs into blocks: a run never spans two, and many short ones share one.
struct SampleBlockWriter {
    /// Together some 64 KB packed: little enough to be read for one series, and enough to pay for a block's own entry.
    static let rowsMax = 65_536

    private var blocks: [EncodedBlock] = []
    private var runs: [(rank: SeriesRank, run: SampleRun)] = []
    private var rowCount = 0

    /// - Parameter run: oldest first, of any length. Ranks ascend from call to call.
    mutating func append(_ run: SampleRun, of rank: SeriesRank) {
        for start in stride(from: 0, to: run.count, by: SampleRun.rowsMax) {
            let rows = start..<min(start + SampleRun.rowsMax, run.count)
            if rowCount > 0, rowCount + rows.count > Self.rowsMax { close() }
            if rows.count == run.count {
                runs.append((rank, run))
            } else {
                var piece = SampleRun()
                piece.append(rows, of: run)
                runs.append((rank, piece))
            }
            rowCount += rows.count
        }
    }

    /// The last rows too.
    mutating func finish() -> [EncodedBlock] {
        close()
        return takeBlocks()
    }

    /// The blocks that are full.
    mutating func takeBlocks() -> [EncodedBlock] {
        defer { blocks = [] }
        return blocks
    }

    private mutating func close() {
        guard let first = runs.first, let last = runs.last else { return }
        var smallest = first.run.times[0]
        var largest = smallest
        for (_, run) in runs {
            smallest = min(smallest, run.times[0])
            largest = max(largest, run.times[run.count - 1])
        }
        let unit = runs.reduce(SampleDirectory.units[SampleDirectory.units.count - 1]) { min($0, SampleDirectory.unit(of: $1.run.times)) }
        var directory = SampleDirectory(unit: unit)
        var data = ByteWriter(capacity: rowCount * 2)
        for (rank, run) in runs {
            let start = data.count
            let flags = run.pack(unit: unit, into: &data)
            directory.append(.init(
                rank: rank, rows: run.count, flags: flags, bytes: start..<data.count, times: run.times[0]...run.times[run.count - 1]))
        }
        // Long runs are packed as tightly as they go; many short ones are alike, which zstd sees.
        let areShort = rowCount / runs.count < 512
        blocks.append(EncodedBlock(
            form: SampleBlock.form, rowCount: rowCount, times: smallest...largest,
            summary: SampleSummary(ranks: first.rank...last.rank).encoded,
            sections: [EncodedSection(directory.encoded(from: smallest)), EncodedSection(data.bytes, compression: areShort ? .zstd : .none)]))
        runs.removeAll(keepingCapacity: true)
        rowCount = 0
    }
}

/// What the header of a sample block of form 2 says of it: the first and the last of its series.
///
///     [4 B metric][4 B series][4 B metric][4 B series]
struct SampleSummary {
    let ranks: ClosedRange<SeriesRank>

    init(ranks: ClosedRange<SeriesRank>) { self.ranks = ranks }

    /// - Throws: `.corrupt`.
    init(_ bytes: ArraySlice<UInt8>) throws(StorageError) {
        ranks = try decoding("a sample block's summary", bytes) { reader throws(BytesError) in
            let first = SeriesRank(metric: try reader.uint32(), series: try reader.uint32())
            let last = SeriesRank(metric: try reader.uint32(), series: try reader.uint32())
            try reader.expectEnd()
            guard first <= last else { throw BytesError(code: .malformed, message: "its series are out of order") }
            return first...last
        }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 16)
        for rank in [ranks.lowerBound, ranks.upperBound] {
            writer.append(uint32: rank.metric)
            writer.append(uint32: rank.series)
        }
        return writer.bytes
    }
}
