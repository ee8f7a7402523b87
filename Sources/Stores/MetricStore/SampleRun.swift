import Bytes
import Columns
import SignalModel

/// Samples of one series, oldest first, column by column: at most `rowsMax` of them are packed together.
///
/// Packed: times as `PackedIntegers` in the block's unit unless they are regular; values, and with sets counts, minima and maxima, as
/// `PackedDoubles`; with details their lengths as `PackedIntegers`, then `PackedBytes` of all of them.
struct SampleRun {
    static let rowsMax = 8192

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// From the first to the last time in equal steps: there are no packed times.
        static let regular = Flags(rawValue: 1)
        static let sets = Flags(rawValue: 2)
        static let details = Flags(rawValue: 4)
        static let all: Flags = [.regular, .sets, .details]
    }

    var times: [Int64] = []
    var values: [Double] = []
    /// Empty where every row is a plain value.
    var counts: [Double] = []
    var minima: [Double] = []
    var maxima: [Double] = []
    /// Empty where no row has any.
    var details = BytesVector()

    var count: Int { times.count }
    var byteCount: Int { count * 16 + counts.count * 24 + details.bytes.count + details.count * 4 }

    mutating func removeAll() {
        times.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        minima.removeAll(keepingCapacity: true)
        maxima.removeAll(keepingCapacity: true)
        details.removeAll()
    }

    /// Appends rows of `source`; sets that turn out to be plain values only are not kept.
    mutating func append(_ rows: ArraySlice<UInt32>, of source: SampleRows) {
        let before = count
        for row in rows { times.append(source.times[Int(row)]) }
        for row in rows { values.append(source.values[Int(row)]) }
        if !source.isPlain {
            let isPlain = rows.allSatisfy { Self.isPlain(source, Int($0)) }
            if !isPlain || !counts.isEmpty {
                makeSets(rows: before)
                for row in rows {
                    counts.append(source.counts[Int(row)])
                    minima.append(source.minima[Int(row)])
                    maxima.append(source.maxima[Int(row)])
                }
            }
        } else if !counts.isEmpty {
            for row in rows { appendPlainSet(source.values[Int(row)]) }
        }
        if source.hasDetails, details.count > 0 || rows.contains(where: { !source.details.range(at: Int($0)).isEmpty }) {
            makeDetails(rows: before)
            for row in rows { details.append(source.details[Int(row)]) }
        } else if details.count > 0 {
            for _ in rows { details.append([]) }
        }
    }

    /// Compared as bit patterns, so that a stale mark's NaN is a plain value too.
    private static func isPlain(_ source: SampleRows, _ row: Int) -> Bool {
        let value = source.values[row].bitPattern
        return source.counts[row] == 1 && source.minima[row].bitPattern == value && source.maxima[row].bitPattern == value
    }

    mutating func append(time: Int64, value: Double, count weight: Double, minimum: Double, maximum: Double, detail: [UInt8]) {
        let before = count
        times.append(time)
        values.append(value)
        if !counts.isEmpty || weight != 1 || minimum.bitPattern != value.bitPattern || maximum.bitPattern != value.bitPattern {
            makeSets(rows: before)
            counts.append(weight)
            minima.append(minimum)
            maxima.append(maximum)
        }
        if details.count > 0 || !detail.isEmpty {
            makeDetails(rows: before)
            details.append(detail)
        }
    }

    mutating func append(_ rows: Range<Int>, of other: SampleRun) {
        let before = count
        times += other.times[rows]
        values += other.values[rows]
        if !other.counts.isEmpty {
            makeSets(rows: before)
            counts += other.counts[rows]
            minima += other.minima[rows]
            maxima += other.maxima[rows]
        } else if !counts.isEmpty {
            for row in rows { appendPlainSet(other.values[row]) }
        }
        if other.details.count > 0 {
            makeDetails(rows: before)
            for row in rows { details.append(other.details[row]) }
        } else if details.count > 0 {
            for _ in rows { details.append([]) }
        }
    }

    private mutating func appendPlainSet(_ value: Double) {
        counts.append(1)
        minima.append(value)
        maxima.append(value)
    }

    private mutating func makeSets(rows: Int) {
        guard counts.isEmpty else { return }
        counts += repeatElement(1, count: rows)
        minima += values[..<rows]
        maxima += values[..<rows]
    }

    private mutating func makeDetails(rows: Int) {
        guard details.count == 0 else { return }
        for _ in 0..<rows { details.append([]) }
    }

    /// Sorts by time, keeping the order of rows of one time; of those only the last stays when `keepsLastOnly`.
    mutating func sort(keepsLastOnly: Bool) {
        var isAscending = true
        var isStrict = true
        for row in times.indices.dropFirst() where times[row] <= times[row - 1] {
            isStrict = false
            if times[row] < times[row - 1] { isAscending = false }
        }
        guard !isStrict, keepsLastOnly || !isAscending else { return }
        var order = Array(times.indices)
        if !isAscending { order.sort { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 } }
        if keepsLastOnly {
            order = order.indices.filter { $0 + 1 == order.count || times[order[$0]] != times[order[$0 + 1]] }.map { order[$0] }
        }
        self = gathered(order)
    }

    /// Leaves out what lies outside the range, of the rows from `start` on, which are oldest first.
    mutating func keep(from start: Int, only range: TimeRange) {
        let first = firstRow(in: start..<count, from: range.start.nanoseconds)
        let last = firstRow(in: first..<count, from: range.end.nanoseconds)
        guard first > start || last < count else { return }
        self = gathered(Array(0..<start) + Array(first..<last))
    }

    private func firstRow(in rows: Range<Int>, from time: Int64) -> Int {
        var (low, high) = (rows.lowerBound, rows.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Those of the metric table after `series`.
    var columns: [Vector] {
        func optional(_ values: [Double]) -> Vector { values.isEmpty ? .absent : .double(values) }
        return [
            .int64(times), .double(values), optional(counts), optional(minima), optional(maxima),
            details.count > 0 ? .bytes(details) : .absent,
        ]
    }

    private func gathered(_ rows: [Int]) -> SampleRun {
        var result = SampleRun()
        result.times = rows.map { times[$0] }
        result.values = rows.map { values[$0] }
        if !counts.isEmpty {
            result.counts = rows.map { counts[$0] }
            result.minima = rows.map { minima[$0] }
            result.maxima = rows.map { maxima[$0] }
        }
        if details.count > 0 { result.details = details.gathered(rows) }
        return result
    }
}

// MARK: - Packing

extension SampleRun {
    /// - Parameter unit: divides every time.
    /// - Precondition: there are rows.
    func pack(unit: Int64, into writer: inout ByteWriter) -> Flags {
        var flags: Flags = []
        if isRegular {
            flags.insert(.regular)
        } else if unit == 1 {
            times.withUnsafeBufferPointer { PackedIntegers.append($0, to: &writer) }
        } else {
            times.map { $0 / unit }.withUnsafeBufferPointer { PackedIntegers.append($0, to: &writer) }
        }
        values.withUnsafeBufferPointer { PackedDoubles.append($0, to: &writer) }
        if !counts.isEmpty {
            flags.insert(.sets)
            for column in [counts, minima, maxima] { column.withUnsafeBufferPointer { PackedDoubles.append($0, to: &writer) } }
        }
        if details.count > 0 {
            flags.insert(.details)
            let lengths = (0..<details.count).map { Int64(details.range(at: $0).count) }
            lengths.withUnsafeBufferPointer { PackedIntegers.append($0, to: &writer) }
            details.bytes.withUnsafeBytes { PackedBytes.append($0, to: &writer) }
        }
        return flags
    }

    private var isRegular: Bool {
        guard count > 1 else { return true }
        let step = times[1] &- times[0]
        for row in 1..<count where times[row] &- times[row - 1] != step { return false }
        // Told from the ends alone, so the whole way must fit an Int64.
        let (way, overflow) = step.multipliedReportingOverflow(by: Int64(count - 1))
        return !overflow && times[0].addingReportingOverflow(way) == (times[count - 1], false)
    }

    /// Appends a packed run.
    /// - Parameters:
    ///   - first: of its times, which lie between it and `last`.
    ///   - rows: at most `rowsMax`.
    mutating func append(
        _ reader: inout ByteReader, rows: Int, _ flags: Flags, first: Int64, last: Int64, unit: Int64
    ) throws(BytesError) {
        let before = count
        try Self.extend(&times, by: rows) { target throws(BytesError) in
            if flags.contains(.regular) { return Self.fillSteps(target, from: first, to: last) }
            try PackedIntegers.read(&reader, into: target)
            if unit != 1 { for row in target.indices { target[row] &*= unit } }
        }
        try Self.readDoubles(&reader, rows, into: &values)
        if flags.contains(.sets) {
            makeSets(rows: before)
            try Self.readDoubles(&reader, rows, into: &counts)
            try Self.readDoubles(&reader, rows, into: &minima)
            try Self.readDoubles(&reader, rows, into: &maxima)
        } else if !counts.isEmpty {
            for row in before..<count { appendPlainSet(values[row]) }
        }
        if flags.contains(.details) {
            makeDetails(rows: before)
            try readDetails(&reader, rows)
        } else if details.count > 0 {
            for _ in 0..<rows { details.append([]) }
        }
    }

    private mutating func readDetails(_ reader: inout ByteReader, _ rows: Int) throws(BytesError) {
        var lengths: [Int64] = []
        try Self.extend(&lengths, by: rows) { target throws(BytesError) in try PackedIntegers.read(&reader, into: target) }
        var total = 0
        for length in lengths {
            guard length >= 0, length <= Self.detailBytesMax, total <= Self.detailBytesMax else {
                throw BytesError(code: .malformed, message: "cannot read a run: a detail of \(length) bytes")
            }
            total += Int(length)
        }
        let bytes = try PackedBytes.read(&reader, count: total)
        var place = 0
        for length in lengths {
            details.append(bytes[place..<place + Int(length)])
            place += Int(length)
        }
    }

    private static let detailBytesMax: Int64 = 1 << 28

    private static func fillSteps(_ target: UnsafeMutableBufferPointer<Int64>, from first: Int64, to last: Int64) {
        let step = target.count > 1 ? (last &- first) / Int64(target.count - 1) : 0
        var time = first
        for row in target.indices {
            target[row] = time
            time &+= step
        }
    }

    private static func readDoubles(_ reader: inout ByteReader, _ rows: Int, into values: inout [Double]) throws(BytesError) {
        try extend(&values, by: rows) { target throws(BytesError) in try PackedDoubles.read(&reader, into: target) }
    }

    /// Adds elements that `fill` writes in place.
    private static func extend<Value: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ values: inout [Value], by count: Int, _ fill: (UnsafeMutableBufferPointer<Value>) throws(BytesError) -> Void
    ) throws(BytesError) {
        let before = values.count
        values += repeatElement(0, count: count)
        try values.withUnsafeMutableBufferPointer { all in
            Result { () throws(BytesError) in try fill(UnsafeMutableBufferPointer(rebasing: all[before...])) }
        }.get()
    }
}
