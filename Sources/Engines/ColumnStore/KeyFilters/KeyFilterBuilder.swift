/// Gathers the filters of one scope's blocks, until they are written side by side.
///
/// Blocks share a matrix when their filters have the same number of bits, so that one read answers for all of them. Sizes are rounded up
/// in quarters of a power of two: blocks of very different key counts stand in different matrices and none pays for another's size.
/// Keys are turned into bits at once; no more than `bytesMax` of these are ever held.
struct KeyFilterBuilder {
    struct Group {
        let hashing: KeyHashing
        /// Of the blocks in the part, ascending.
        var places: [UInt32] = []
        /// Each block's filter after the other, `hashing.rows` bits.
        var columns: [UInt64] = []

        var byteCount: Int { columns.count * 8 }

        /// The same in every run, whatever the order of a dictionary.
        func isSmaller(than other: Group) -> Bool { (byteCount, hashing.rows, hashing.probes) < (other.byteCount, other.hashing.rows, other.hashing.probes) }
    }

    /// Of a part's blocks, so that the smallest page of a matrix stays a page (`KeyMatrix`).
    static let columnsMax = 2048
    static let bytesMax = 8 << 20
    /// A block with more gets no filter: one that large would cost more than it saves.
    static let keysMax = 1 << 21
    static let rowsMax = 1 << 27

    private let bitsPerKey: Int
    private var groups: [KeyHashing: Group] = [:]
    private var byteCount = 0

    init(bitsPerKey: Int) { self.bitsPerKey = min(max(1, bitsPerKey), 24) }

    /// - Returns: groups that are full, to be written now.
    mutating func add(_ keys: [UInt64], ofBlock place: Int) -> [Group] {
        guard keys.count <= Self.keysMax else { return [] }
        let hashing = KeyHashing(rows: Self.rows(keys: keys.count, bitsPerKey), probes: KeyHashing.probes(bitsPerKey: bitsPerKey))
        var bits = [UInt64](repeating: 0, count: hashing.rows / 64)
        for key in keys { hashing.set(key, in: &bits) }
        return add(bits, hashing, ofBlock: place)
    }

    /// As `add(_:ofBlock:)`, for a filter that was made before.
    mutating func add(_ bits: [UInt64], _ hashing: KeyHashing, ofBlock place: Int) -> [Group] {
        groups[hashing, default: Group(hashing: hashing)].places.append(UInt32(place))
        groups[hashing]!.columns += bits
        byteCount += hashing.rows / 8
        return takeFull(hashing)
    }

    /// Everything that is left, the groups in the order of their first blocks.
    mutating func takeAll() -> [Group] {
        defer { (groups, byteCount) = ([:], 0) }
        return groups.values.sorted { $0.places[0] < $1.places[0] }
    }

    private mutating func takeFull(_ hashing: KeyHashing) -> [Group] {
        var full: [Group] = []
        if groups[hashing]!.places.count == Self.columnsMax { full.append(take(hashing)) }
        while byteCount > Self.bytesMax, let largest = groups.max(by: { $0.value.isSmaller(than: $1.value) }) {
            full.append(take(largest.key))
        }
        return full
    }

    private mutating func take(_ hashing: KeyHashing) -> Group {
        let group = groups.removeValue(forKey: hashing)!
        byteCount -= group.byteCount
        return group
    }

    /// Enough for so many keys, a multiple of 64, and one of four sizes between two powers of two.
    static func rows(keys: Int, _ bitsPerKey: Int) -> Int {
        let wanted = max(64, keys * bitsPerKey)
        let step = max(64, 1 << (Int.bitWidth - wanted.leadingZeroBitCount - 3))
        return (wanted + step - 1) / step * step
    }
}
