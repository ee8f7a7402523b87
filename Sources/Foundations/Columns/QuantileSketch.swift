/// Weighted values counted in buckets by the top bits of their IEEE 754 pattern: mergeable, the same on every backend.
///
/// A bucket keeps sign, exponent and the first six bits of the fraction, so it is at most 1/64 of its value wide and its middle is
/// within 0.79 % of every value in it. Zero has a bucket of its own; subnormals count as zero.
package struct QuantileSketch: Sendable {
    package struct Bucket: Sendable, Equatable {
        package let key: Int32
        package var weight: Double
    }

    private static let droppedBits: UInt64 = 52 - 6
    /// How many additions are gathered before they are sorted in.
    private static let pendingMin = 64

    /// By ascending key, each once.
    private var sorted: [Bucket] = []
    /// Not yet sorted in.
    private var pending: [Bucket] = []
    package private(set) var count: Double = 0

    package init() {}

    /// By ascending key, which is the order of their values; each key once.
    package var buckets: [Bucket] { pending.isEmpty ? sorted : Self.joined(sorted, pending) }

    /// How many buckets are held, some perhaps twice; does not sort them.
    package var bucketCountMax: Int { sorted.count + pending.count }

    /// - Precondition: `value` is finite; `weight` is positive.
    package mutating func add(_ value: Double, weight: Double = 1) { add(key: Self.key(of: value), weight: weight) }

    /// - Complexity: O(log n), taken together.
    private mutating func add(key: Int32, weight: Double) {
        count += weight
        if let last = pending.indices.last, pending[last].key == key {
            pending[last].weight += weight
            return
        }
        pending.append(Bucket(key: key, weight: weight))
        if pending.count >= max(Self.pendingMin, sorted.count) {
            sorted = Self.joined(sorted, pending)
            pending.removeAll(keepingCapacity: true)
        }
    }

    package mutating func merge(_ other: QuantileSketch) {
        for bucket in other.buckets { add(key: bucket.key, weight: bucket.weight) }
    }

    private static func joined(_ sorted: [Bucket], _ more: [Bucket]) -> [Bucket] {
        let more = more.sorted { $0.key < $1.key }
        var result: [Bucket] = []
        result.reserveCapacity(sorted.count + more.count)
        var (mine, theirs) = (0, 0)
        while mine < sorted.count || theirs < more.count {
            let takesMine = theirs == more.count || (mine < sorted.count && sorted[mine].key <= more[theirs].key)
            let next = takesMine ? sorted[mine] : more[theirs]
            if takesMine { mine += 1 } else { theirs += 1 }
            if let last = result.indices.last, result[last].key == next.key {
                result[last].weight += next.weight
            } else {
                result.append(next)
            }
        }
        return result
    }

    /// The value below which the share `quantile` (0...1) of the weight lies, within 0.79 %; nil when empty.
    package func value(at quantile: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = max(0, min(1, quantile)) * count
        var seen = 0.0
        let buckets = buckets
        for bucket in buckets {
            seen += bucket.weight
            if seen >= rank { return Self.middle(of: bucket.key) }
        }
        return buckets.last.map { Self.middle(of: $0.key) }
    }

    package static func key(of value: Double) -> Int32 {
        guard value.isNormal else { return 0 }
        let magnitude = Int32(truncatingIfNeeded: value.magnitude.bitPattern >> droppedBits)
        return value < 0 ? -magnitude : magnitude
    }

    package static func middle(of key: Int32) -> Double {
        guard key != 0 else { return 0 }
        let low = UInt64(key.magnitude) << droppedBits
        let magnitude = Double(bitPattern: low | (1 << (droppedBits - 1)))
        return key < 0 ? -magnitude : magnitude
    }
}

extension QuantileSketch: Equatable {
    package static func == (a: QuantileSketch, b: QuantileSketch) -> Bool { a.count == b.count && a.buckets == b.buckets }
}

// MARK: - As bytes

extension QuantileSketch {
    /// `[varint buckets]` then each `[varint zigzag of key - previous key][varint weight × 2, or 1 and then 8 B of a double]`: weights are
    /// nearly always small whole numbers.
    package var encoded: [UInt8] {
        let buckets = buckets
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 + buckets.count * 3)
        Self.append(UInt64(buckets.count), to: &bytes)
        var last: Int64 = 0
        for bucket in buckets {
            let step = Int64(bucket.key) - last
            last = Int64(bucket.key)
            Self.append(UInt64(bitPattern: (step << 1) ^ (step >> 63)), to: &bytes)
            if let whole = UInt64(exactly: bucket.weight), whole < 1 << 53 {
                Self.append(whole << 1, to: &bytes)
            } else {
                bytes.append(1)
                withUnsafeBytes(of: bucket.weight.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    /// - Returns: nil for bytes that are not a sketch: cut short, keys that do not ascend, weights that are not positive numbers.
    package init?(encoded bytes: ArraySlice<UInt8>) {
        var place = bytes.startIndex
        guard let buckets = Self.take(bytes, &place), buckets <= UInt64(bytes.count) else { return nil }
        sorted.reserveCapacity(Int(buckets))
        var key: Int64 = 0
        for index in 0..<buckets {
            guard let step = Self.take(bytes, &place), let weight = Self.weight(bytes, &place) else { return nil }
            let (next, overflow) = key.addingReportingOverflow(Int64(bitPattern: step >> 1) ^ -Int64(bitPattern: step & 1))
            guard !overflow, index == 0 || next > key, let number = Int32(exactly: next), weight > 0, weight.isFinite else { return nil }
            key = next
            sorted.append(Bucket(key: number, weight: weight))
            count += weight
        }
        guard place == bytes.endIndex else { return nil }
    }

    private static func weight(_ bytes: ArraySlice<UInt8>, _ place: inout Int) -> Double? {
        guard let head = take(bytes, &place) else { return nil }
        if head & 1 == 0 { return Double(head >> 1) }
        guard head == 1, bytes.endIndex - place >= 8 else { return nil }
        var pattern: UInt64 = 0
        for index in 0..<8 { pattern |= UInt64(bytes[place + index]) << UInt64(index * 8) }
        place += 8
        return Double(bitPattern: pattern)
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func take(_ bytes: ArraySlice<UInt8>, _ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while place < bytes.endIndex, shift < 64 {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
