import Bytes
import Platform
import SignalModel

// What the layers below throw, in the engine's words.

extension StorageError {
    init(_ error: FileError) {
        self.init(code: error.code == .noSpace ? .noSpace : .inputOutput, message: error.message)
    }

    static func corrupt(_ thing: String, _ why: String) -> StorageError {
        StorageError(code: .corrupt, message: "cannot read \(thing): \(why)")
    }
}

/// Runs file calls; their failures become `.noSpace` or `.inputOutput`.
func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(StorageError) -> Result {
    do throws(FileError) { return try body() } catch { throw StorageError(error) }
}

/// Runs decoding; its failures become `.corrupt`.
func decoding<Result>(_ thing: @autoclosure () -> String, _ body: () throws(BytesError) -> Result) throws(StorageError) -> Result {
    do throws(BytesError) { return try body() } catch { throw .corrupt(thing(), error.message) }
}

/// As `decoding`, from the start of an array.
func decoding<Result>(
    _ thing: @autoclosure () -> String, _ bytes: [UInt8], _ body: (inout ByteReader) throws(BytesError) -> Result
) throws(StorageError) -> Result {
    try decoding(thing(), bytes[...], body)
}

func decoding<Result>(
    _ thing: @autoclosure () -> String, _ bytes: ArraySlice<UInt8>, _ body: (inout ByteReader) throws(BytesError) -> Result
) throws(StorageError) -> Result {
    do throws(BytesError) {
        return try ByteReader.reading(bytes, body)
    } catch { throw .corrupt(thing(), error.message) }
}
