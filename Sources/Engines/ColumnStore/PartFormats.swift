import Bytes
import Platform
import SignalModel

/// How the parts of one version lie on disk. All versions share the frame (`PartFrame`), the envelopes, and what is said here.
protocol PartFormat: Sendable {
    static var magics: PartFrame.Magics { get }

    /// What the index's bytes say. Summaries of keyed scopes are opened on the way; where the key is gone there are none.
    /// - Parameter blocksEnd: the byte of the file before which all blocks must lie.
    /// - Throws: `.corrupt`; what the key ring throws, except `.keyGone`.
    static func decodeIndex(
        _ bytes: [UInt8], number: UInt64, blocksEnd: Int, fileBytes: Int, cipher: Cipher
    ) throws(StorageError) -> PartIndex

    /// What a sealed section is bound to: it opens nowhere else.
    static func additional(section: Int, part: UInt64, block: Int, table: TableID, scope: BlockScope) -> [UInt8]
}

/// Every version that can be read; the last one is written.
enum PartFormats {
    static let all: [any PartFormat.Type] = [PartV1.self, PartV2.self]

    /// Reads the index of a part, a second time when the first fails its checks.
    static func index(of number: UInt64, file: any File, cipher: Cipher) throws(StorageError) -> PartIndex {
        do throws(StorageError) {
            return try indexOnce(of: number, file: file, cipher: cipher)
        } catch {
            guard error.code == .corrupt else { throw error }
            return try indexOnce(of: number, file: file, cipher: cipher)
        }
    }

    private static func indexOnce(of number: UInt64, file: any File, cipher: Cipher) throws(StorageError) -> PartIndex {
        let frame = try PartFrame(of: number, file: file)
        return try frame.format.decodeIndex(
            frame.index, number: number, blocksEnd: frame.blocksEnd, fileBytes: frame.fileBytes, cipher: cipher)
    }
}

extension BytesError {
    static func malformedPart(_ why: String) -> BytesError { BytesError(code: .malformed, message: "cannot read part: \(why)") }
}
