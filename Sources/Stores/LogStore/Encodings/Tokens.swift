import Columns

/// The tokens of one column of a block, where they lie in the block's messages.
struct Tokens {
    let text: UnsafeBufferPointer<UInt8>
    var starts: [UInt32] = []
    var ends: [UInt32] = []

    /// - Parameter room: how many are expected.
    init(_ text: UnsafeBufferPointer<UInt8>, room: Int = 0) {
        self.text = text
        starts.reserveCapacity(room)
        ends.reserveCapacity(room)
    }

    /// All strings of a vector.
    init(_ values: BytesVector, text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        ends = values.ends
        starts = values.ends.isEmpty ? [] : [0] + values.ends.dropLast()
    }

    var count: Int { starts.count }

    @inline(__always) subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[Int(starts[index])..<Int(ends[index])])
    }

    @inline(__always) mutating func append(_ start: UInt32, _ end: UInt32) {
        starts.append(start)
        ends.append(end)
    }
}
