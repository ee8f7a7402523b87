extension [UInt8] {
    /// As that of a slice.
    @inlinable package func withRawBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self[...].withRawBytes(body)
    }
}

extension ArraySlice<UInt8> {
    /// `withUnsafeBytes` that keeps the type of what `body` throws, which the standard library's does not.
    @inlinable package func withRawBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes { raw in Swift.Result { () throws(Failure) in try body(raw) } }.get()
    }
}

extension ByteReader {
    /// Reads an array from its start: `try ByteReader.reading(bytes) { reader throws(BytesError) in try reader.uint32() }`.
    @inlinable package static func reading<Result, Failure: Error>(
        _ bytes: [UInt8], _ body: (inout ByteReader) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try reading(bytes[...], body)
    }

    @inlinable package static func reading<Result, Failure: Error>(
        _ bytes: ArraySlice<UInt8>, _ body: (inout ByteReader) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try bytes.withRawBytes { raw throws(Failure) in
            var reader = ByteReader(raw)
            return try body(&reader)
        }
    }
}
