import Bytes
import Platform
import SignalModel

/// Asks the key filters of one part, reading no more of them than the few rows that a key has.
struct KeyLookup {
    let part: PartIndex
    let context: StoreContext
    let file: any File

    /// The columns of a matrix that may fulfil the condition; nil when nothing is known, because the key is gone.
    /// - Throws: `.corrupt`; `.inputOutput`.
    func columns(of matrix: KeyMatrix, fulfilling condition: KeyCondition) throws(StorageError) -> ColumnBits? {
        let scope = part.blocks[Int(matrix.places[0])].header.scope
        guard scope.key != nil else {
            return try matrix.columns(fulfilling: condition) { row throws(StorageError) in
                try reading(page: row / matrix.rowsPerPage, of: matrix) { page in
                    ColumnBits(page, start: row % matrix.rowsPerPage * matrix.columnCount, count: matrix.columnCount)
                }
            }
        }
        guard let bits = try openedBits(of: matrix, scope) else { return nil }
        return matrix.columns(fulfilling: condition) { row in
            bits.withUnsafeBytes { ColumnBits($0, start: row * matrix.columnCount, count: matrix.columnCount) }
        }
    }

    /// Calls `body` with the rows of one page after the other, from the first on; of a keyed scope's with all at once.
    /// - Returns: false, with nothing called, when the key is gone.
    /// - Throws: as `columns(of:fulfilling:)`.
    func forEachPage(of matrix: KeyMatrix, _ body: (UnsafeRawBufferPointer) -> Void) throws(StorageError) -> Bool {
        let scope = part.blocks[Int(matrix.places[0])].header.scope
        guard scope.key == nil else {
            guard let bits = try openedBits(of: matrix, scope) else { return false }
            bits.withUnsafeBytes(body)
            return true
        }
        for page in 0..<matrix.pageCount { try reading(page: page, of: matrix, body) }
        return true
    }

    private func reading<Result>(
        page: Int, of matrix: KeyMatrix, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(StorageError) -> Result {
        do throws(StorageError) {
            return try readingOnce(page: page, of: matrix, body)
        } catch {
            guard error.code == .corrupt else { throw error }
            return try readingOnce(page: page, of: matrix, body)  // once more: a fault on the way from the disk is not damage on it
        }
    }

    private func readingOnce<Result>(
        page: Int, of matrix: KeyMatrix, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(StorageError) -> Result {
        let range = matrix.bytes(ofPage: page)
        let offset = matrix.offset + range.lowerBound + page * KeyMatrix.checksumBytes
        let count = KeyMatrix.checksumBytes + range.count
        let file = file
        let bytes = try onDisk { () throws(FileError) in try file.bytes(at: offset, count: count) }
        let seed = KeyMatrix.seed(part: part.number, offset: matrix.offset, page: page)
        return try decoding("key filter of part \(part.number)", bytes) { reader throws(BytesError) in
            let checksum = try reader.uint64()
            let rows = try reader.bytes(range.count)
            guard checksum == Checksum.xxh3(rows, seed: seed) else {
                throw BytesError(code: .malformed, message: "checksum of page \(page) differs")
            }
            return body(rows)
        }
    }

    /// Nil when the key is gone.
    private func openedBits(of matrix: KeyMatrix, _ scope: BlockScope) throws(StorageError) -> [UInt8]? {
        let key: SecretKey?
        do throws(StorageError) {
            key = try context.cipher.key(scope.key)
        } catch {
            guard error.code == .keyGone else { throw error }
            context.openedMatrices.forget { $0.part == part.number }
            return nil
        }
        let name = KeyMatrix.Name(part: part.number, offset: matrix.offset)
        if let bits = context.openedMatrices[name] { return bits }
        let bits: [UInt8]
        do throws(StorageError) {
            bits = try opened(matrix, scope, key)
        } catch {
            guard error.code == .corrupt else { throw error }
            bits = try opened(matrix, scope, key)
        }
        context.openedMatrices.keep(bits, byteCount: bits.count, as: name)
        return bits
    }

    private func opened(_ matrix: KeyMatrix, _ scope: BlockScope, _ key: SecretKey?) throws(StorageError) -> [UInt8] {
        let file = file
        let bytes = try onDisk { () throws(FileError) in try file.bytes(at: matrix.offset, count: matrix.storedBytes) }
        let bound = PartV2.additional(.filter, part: part.number, block: Int(matrix.places[0]), table: part.table, scope: scope)
        return try decoding("key filter of part \(part.number)", bytes) { reader throws(BytesError) in
            let envelope = try Envelope(&reader)
            try reader.expectEnd()
            guard envelope.plainBytes == matrix.plainBytes else {
                throw BytesError(code: .malformed, message: "its length is not the index's")
            }
            return try envelope.opened(key: key, additional: bound)
        }
    }
}
