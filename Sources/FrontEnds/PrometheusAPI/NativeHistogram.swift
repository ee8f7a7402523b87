import SignalModel
import WireFormats

/// A native histogram of a write request: kept whole, and looked into only for its count, sum and time.
///
/// Source: Prometheus remote write 1.0, `prompb.Histogram`: {count_int=1 | count_float=2, sum=3, schema=4, zero_threshold=5, zero counts=6, 7,
/// negative spans, deltas and counts=8, 9, 10, positive ones=11, 12, 13, reset_hint=14, timestamp=15 ms, custom_values*=16}. One whose sum is
/// the stale mark is a stale mark.
struct NativeHistogram {
    /// Position of its series in the request.
    let series: UInt32
    /// UTC nanoseconds.
    let time: Int64
    private(set) var sum = 0.0
    private(set) var count = 0.0
    /// The message without its timestamp.
    private(set) var message: [UInt8] = []

    /// - Parameter request: where the reader's positions count from.
    init(_ reader: ProtobufReader, in request: UnsafeRawBufferPointer, series: UInt32) throws(WireError) {
        var reader = reader
        let start = reader.position
        var milliseconds: Int64 = 0
        while true {
            let fieldStart = reader.position
            guard let next = try reader.nextField() else { break }
            switch next {
            case .init(1, .varint): count = Double(try reader.varint())
            case .init(2, .fixed64): count = try reader.double()
            case .init(3, .fixed64): sum = try reader.double()
            case .init(15, .varint):
                milliseconds = Int64(bitPattern: try reader.varint())
                continue
            default: try reader.skip(next)
            }
            message.append(contentsOf: request[fieldStart..<reader.position])
        }
        guard count >= 0 || count.isNaN else {
            throw WireError(code: .malformed, position: start, message: "cannot take the histogram: its count is negative")
        }
        self.series = series
        time = try WriteRequest.time(milliseconds, at: start)
    }
}
