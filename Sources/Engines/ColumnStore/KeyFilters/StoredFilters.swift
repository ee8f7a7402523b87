import Platform
import SignalModel

/// The filters of a part's blocks as they were made, one by one, for a merge that carries blocks on.
///
/// In the file the filters of many blocks lie bit beside bit. They are read back by slabs of neighbours: blocks that follow each other mostly
/// want the same slab, and no more than one is held.
struct StoredFilters {
    private struct Slab {
        let matrix: KeyMatrix
        let columns: Range<Int>
        /// Column after column.
        let bytes: [UInt8]
        let memory: MemoryReservation?
    }

    /// Where a block's filter is: `index.filters[filter]`, column `column`.
    private struct Address {
        let filter: Int
        let column: Int
    }

    private static let slabColumns = 64

    private let part: Part
    private let index: PartIndex
    private let context: StoreContext
    private let addresses: [Int: Address]
    private var slab: Slab?

    init(of part: Part, context: StoreContext) throws(StorageError) {
        self.part = part
        index = try part.index()
        self.context = context
        var addresses: [Int: Address] = [:]
        for (number, filter) in index.filters.enumerated() {
            for (column, place) in filter.places.enumerated() { addresses[Int(place)] = Address(filter: number, column: column) }
        }
        self.addresses = addresses
    }

    /// - Returns: nil when the block has none, or it cannot be read any more: then nothing excludes the block.
    /// - Throws: `.inputOutput`; `.budget`.
    mutating func filter(ofBlock place: Int) throws(StorageError) -> (bits: [UInt64], hashing: KeyHashing)? {
        guard let address = addresses[place] else { return nil }
        let matrix = index.filters[address.filter]
        if slab?.matrix.offset != matrix.offset || slab?.columns.contains(address.column) != true {
            slab = nil
            slab = try read(matrix, column: address.column)
        }
        guard let slab else { return nil }
        let stride = matrix.hashing.rows / 8
        let start = (address.column - slab.columns.lowerBound) * stride
        let bits = slab.bytes.withUnsafeBytes { bytes in
            (0..<(stride / 8)).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + 8 * $0, as: UInt64.self)) }
        }
        return (bits, matrix.hashing)
    }

    private func read(_ matrix: KeyMatrix, column: Int) throws(StorageError) -> Slab? {
        let first = column / Self.slabColumns * Self.slabColumns
        let columns = first..<min(first + Self.slabColumns, matrix.columnCount)
        let stride = matrix.hashing.rows / 8
        let memory = try context.configuration.mergeMemory?.reserving(columns.count * stride, for: "key filters of part \(part.number)")
        let path = context.files.part(part.number)
        let file = try onDisk { () throws(FileError) in try context.files.system.open(path, .read) }
        var bytes = [UInt8](repeating: 0, count: columns.count * stride)
        var row = 0
        do throws(StorageError) {
            let isThere = try KeyLookup(part: index, context: context, file: file).forEachPage(of: matrix) { page in
                bytes.withUnsafeMutableBufferPointer { target in
                    BitTransposition.append(
                        page, from: row, of: matrix.columnCount, columns: columns, to: target, stride: stride)
                }
                row += page.count * 8 / matrix.columnCount
            }
            return isThere ? Slab(matrix: matrix, columns: columns, bytes: bytes, memory: memory) : nil
        } catch {
            guard error.code == .corrupt else { throw error }
            part.reportFilter(error)
            return nil
        }
    }
}
