import Bytes
import Platform
import SignalModel

/// Makes replayed records durable, where they are: nobody may see a row that the next crash could take back.
///
/// They may be in the system's memory only. A sync alone does not help when an earlier one failed: Linux forgets then that the pages
/// were never written. So the same bytes are written again, from what was checked, and synced.
struct JournalRewrite {
    private static let bufferBytes = 1 << 20

    private let file: any File
    private let salt: UInt64
    private var buffer = ByteWriter()
    /// Where the buffer's bytes belong.
    private var start = 0
    private var isDirty = false

    init(_ file: any File, salt: UInt64) {
        self.file = file
        self.salt = salt
    }

    mutating func add(_ record: JournalRecord, _ payload: [UInt8], at offset: Int) throws(StorageError) {
        if offset != start + buffer.count || buffer.count >= Self.bufferBytes {
            try flush()
            start = offset
        }
        record.append(with: payload, to: &buffer, salt: salt)
    }

    mutating func finish() throws(StorageError) {
        try flush()
        let file = file
        if isDirty { try onDisk { () throws(FileError) in try file.sync() } }
    }

    private mutating func flush() throws(StorageError) {
        guard buffer.count > 0 else { return }
        let (file, bytes, start) = (file, buffer.bytes, start)
        try onDisk { () throws(FileError) in try file.write(bytes, at: start) }
        buffer.bytes.removeAll(keepingCapacity: true)
        isDirty = true
    }
}
