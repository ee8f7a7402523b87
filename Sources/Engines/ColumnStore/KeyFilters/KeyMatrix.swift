import Bytes

/// Filters of several blocks side by side: a row for each bit of the filters, a column for each block. What a look for a key wants, the
/// same few bits of every filter, lies together.
///
/// Rows follow each other without gaps, bit after bit, the lowest of a byte first. In the clear they are cut into pages of
/// `rowsPerPage` rows with a checksum each, so that what is read is what is checked; under a key they are one envelope.
struct KeyMatrix: Sendable {
    /// Among those of all parts.
    struct Name: Hashable, Sendable {
        let part: UInt64
        let offset: Int
    }

    let hashing: KeyHashing
    /// Of the blocks in the part, ascending.
    let places: [UInt32]
    /// In the file.
    let offset: Int
    let storedBytes: Int

    static let checksumBytes = 8
    private static let pageBits = 8 * (4096 - checksumBytes)

    var columnCount: Int { places.count }
    /// Rows and columns only.
    var plainBytes: Int { hashing.rows / 8 * columnCount }
    /// A multiple of eight, so that pages end at bytes.
    var rowsPerPage: Int { Self.rowsPerPage(columns: columnCount) }
    var pageCount: Int { (hashing.rows + rowsPerPage - 1) / rowsPerPage }
    /// When it lies in the clear.
    var pagedBytes: Int { plainBytes + pageCount * Self.checksumBytes }

    static func rowsPerPage(columns: Int) -> Int { max(8, pageBits / columns & ~7) }

    /// Where a page's rows lie among all; the last page is shorter.
    func bytes(ofPage page: Int) -> Range<Int> {
        let pageBytes = rowsPerPage / 8 * columnCount
        return page * pageBytes..<min(plainBytes, (page + 1) * pageBytes)
    }

    /// What a page's checksum is seeded with: it counts nowhere else.
    static func seed(part: UInt64, offset: Int, page: Int) -> UInt64 {
        var writer = ByteWriter(capacity: 24)
        writer.append(uint64: part)
        writer.append(uint64: UInt64(offset))
        writer.append(uint64: UInt64(page))
        return Checksum.xxh3(writer.bytes)
    }

    /// The blocks that may fulfil the condition.
    /// - Parameter row: gives the rows' bits.
    func columns<Failure: Error>(
        fulfilling condition: KeyCondition, row: (Int) throws(Failure) -> ColumnBits
    ) throws(Failure) -> ColumnBits {
        switch condition {
        case .key(let key):
            var found = ColumnBits(all: columnCount)
            for place in hashing.rows(of: key) where !found.isEmpty { found.formIntersection(try row(place)) }
            return found
        case .all(let conditions):
            var found = ColumnBits(all: columnCount)
            for condition in conditions where !found.isEmpty {
                found.formIntersection(try columns(fulfilling: condition, row: row))
            }
            return found
        case .any(let conditions):
            var found = ColumnBits(none: columnCount)
            for condition in conditions { found.formUnion(try columns(fulfilling: condition, row: row)) }
            return found
        }
    }
}

/// A bit for each column of a matrix.
struct ColumnBits: Equatable, Sendable {
    private(set) var words: [UInt64]

    init(none count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    init(all count: Int) {
        words = [UInt64](repeating: .max, count: (count + 63) / 64)
        if count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    }

    /// `count` bits from `start` on.
    /// - Precondition: they lie within `bytes`.
    init(_ bytes: UnsafeRawBufferPointer, start: Int, count: Int) {
        self.init(none: count)
        for index in words.indices {
            let bits = min(64, count - index * 64)
            words[index] = Self.word(bytes, start: start + index * 64, bits: bits)
        }
    }

    /// Up to 64 bits from `start` on, with zeros past the end of `bytes`.
    @inline(__always)
    static func word(_ bytes: UnsafeRawBufferPointer, start: Int, bits: Int) -> UInt64 {
        let (first, shift) = (start >> 3, start & 7)
        var low: UInt64 = 0
        if first + 8 <= bytes.count {
            low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: first, as: UInt64.self))
        } else {
            for index in 0..<(bytes.count - first) { low |= UInt64(bytes[first + index]) << UInt64(8 * index) }
        }
        var word = low >> UInt64(shift)
        if shift > 0, shift + bits > 64 { word |= UInt64(bytes[first + 8]) << UInt64(64 - shift) }
        return bits == 64 ? word : word & ((1 << UInt64(bits)) - 1)
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    func contains(_ column: Int) -> Bool { words[column >> 6] >> UInt64(column & 63) & 1 == 1 }

    mutating func formIntersection(_ other: ColumnBits) { for index in words.indices { words[index] &= other.words[index] } }
    mutating func formUnion(_ other: ColumnBits) { for index in words.indices { words[index] |= other.words[index] } }
}
