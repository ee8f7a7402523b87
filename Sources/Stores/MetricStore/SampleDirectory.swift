import Bytes
import SignalModel

/// Where in a table of samples a series stands: series of one metric side by side, since that is how they are asked for. Blocks keep it,
/// so that their order stands though a definition be lost.
struct SeriesRank: Hashable, Comparable {
    /// Of the metric's name.
    let metric: UInt32
    let series: SeriesID

    static func < (a: SeriesRank, b: SeriesRank) -> Bool { a.metric != b.metric ? a.metric < b.metric : a.series < b.series }

    static let first = SeriesRank(metric: 0, series: 0)
    static let last = SeriesRank(metric: .max, series: .max)
}

/// The runs of a block of samples: whose they are, from when to when, and where in the block's data they lie.
///
///     [1 B unit: 0 ns, 1 µs, 2 ms, 3 s][varint rows][varint runs] then for all runs one after the other:
///     [zigzag metric - previous metric][zigzag series - previous series], [varint rows], [1 B flags], [varint bytes],
///     [varint first time - block's smallest, in units][varint last time - first time, in units]
///
/// Runs ascend by rank; of one series by time.
struct SampleDirectory {
    struct Entry {
        let rank: SeriesRank
        let rows: Int
        let flags: SampleRun.Flags
        /// In the data.
        let bytes: Range<Int>
        let times: ClosedRange<Int64>
    }

    private static let dataBytesMax = 1 << 30
    static let units: [Int64] = [1, 1_000, 1_000_000, 1_000_000_000]

    /// All times are multiples of it, in nanoseconds.
    var unit: Int64 = 1
    private(set) var entries: [Entry] = []
    private(set) var rowCount = 0

    init(unit: Int64) { self.unit = unit }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        rowCount += entry.rows
    }

    /// The longest unit that every time is a multiple of.
    static func unit(of times: [Int64]) -> Int64 {
        units.reversed().first { unit in unit == 1 || times.allSatisfy { $0 % unit == 0 } } ?? 1
    }

    /// - Parameter start: the block's smallest time.
    func encoded(from start: Int64) -> [UInt8] {
        var writer = ByteWriter(capacity: 16 + entries.count * 12)
        writer.append(uint8: UInt8(Self.units.firstIndex(of: unit) ?? 0))
        writer.append(varint: UInt64(rowCount))
        writer.append(varint: UInt64(entries.count))
        var last = SeriesRank.first
        for entry in entries {
            writer.append(zigzag: Int64(entry.rank.metric) - Int64(last.metric))
            writer.append(zigzag: Int64(entry.rank.series) - Int64(last.series))
            last = entry.rank
        }
        for entry in entries { writer.append(varint: UInt64(entry.rows)) }
        for entry in entries { writer.append(uint8: entry.flags.rawValue) }
        for entry in entries { writer.append(varint: UInt64(entry.bytes.count)) }
        for entry in entries { writer.append(varint: UInt64(bitPattern: entry.times.lowerBound / unit &- start / unit)) }
        for entry in entries { writer.append(varint: UInt64(bitPattern: entry.times.upperBound / unit &- entry.times.lowerBound / unit)) }
        return writer.bytes
    }

    /// - Parameter dataBytes: how long the data are that it speaks of; nil for who does not read them.
    init(_ reader: inout ByteReader, from start: Int64, dataBytes: Int?) throws(BytesError) {
        let number = Int(try reader.uint8())
        guard Self.units.indices.contains(number) else { throw Self.malformed("unit \(number)") }
        unit = Self.units[number]
        let rows = try reader.varint()
        let runs = try reader.count(ofAtLeast: 7)
        var ranks: [SeriesRank] = []
        ranks.reserveCapacity(runs)
        var (metric, series): (Int64, Int64) = (0, 0)
        for _ in 0..<runs {
            metric &+= try reader.zigzag()
            series &+= try reader.zigzag()
            ranks.append(SeriesRank(metric: UInt32(truncatingIfNeeded: metric), series: SeriesID(truncatingIfNeeded: series)))
        }
        var rowsOfRun: [Int] = []
        for _ in 0..<runs {
            let rows = try reader.varint()
            guard rows > 0, rows <= SampleRun.rowsMax else { throw Self.malformed("a run of \(rows) rows") }
            rowsOfRun.append(Int(rows))
        }
        let flags = try reader.bytes(runs)
        var ends: [Int] = [0]
        for _ in 0..<runs {
            let bytes = try reader.varint()
            guard bytes <= UInt64((dataBytes ?? Self.dataBytesMax) - ends[ends.count - 1]) else { throw Self.malformed("a run of \(bytes) bytes does not fit") }
            ends.append(ends[ends.count - 1] + Int(bytes))
        }
        var firsts: [Int64] = []
        for _ in 0..<runs { firsts.append((start / unit &+ Int64(bitPattern: try reader.varint())) &* unit) }
        for run in 0..<runs {
            let last = (firsts[run] / unit &+ Int64(bitPattern: try reader.varint())) &* unit
            guard firsts[run] <= last else { throw Self.malformed("a run ends before it begins") }
            append(Entry(
                rank: ranks[run], rows: rowsOfRun[run], flags: SampleRun.Flags(rawValue: flags[run]).intersection(.all),
                bytes: ends[run]..<ends[run + 1], times: firsts[run]...last))
        }
        guard rowCount == rows, ends[runs] == dataBytes ?? ends[runs] else { throw Self.malformed("runs do not add up to the block") }
    }

    /// Its runs of one series: places in `entries`.
    func runs(of rank: SeriesRank) -> Range<Int> {
        let start = place(of: rank)
        var end = start
        while end < entries.count, entries[end].rank == rank { end += 1 }
        return start..<end
    }

    /// The first place whose rank is not before `rank`.
    func place(of rank: SeriesRank) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].rank < rank { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func malformed(_ why: String) -> BytesError {
        BytesError(code: .malformed, message: "cannot read a directory of samples: \(why)")
    }
}
