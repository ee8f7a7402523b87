extension [UInt8] {
    /// Damages the bytes in one to four ways: a bit, a byte, a cut, a stretch over another, random bytes over them, random bytes between.
    package mutating func mutate(using random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where !isEmpty { mutateOnce(using: &random) }
    }

    private mutating func mutateOnce(using random: inout SeededRandom) {
        let place = Int.random(in: 0..<count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: self[place] = UInt8.random(in: .min ... .max, using: &random)
        case 2: removeLast(count - place)
        case 3:
            let length = Swift.min(count - place, Int.random(in: 1...200, using: &random))
            let source = Int.random(in: 0...(count - length), using: &random)
            replaceSubrange(place..<(place + length), with: Array(self[source..<(source + length)]))
        case 4:
            let length = Swift.min(count - place, Int.random(in: 1...64, using: &random))
            replaceSubrange(place..<(place + length), with: random.bytes(length))
        default: insert(contentsOf: random.bytes(Int.random(in: 1...9, using: &random)), at: place)
        }
    }
}

/// Gives the bytes in a piece of memory that is exactly as long, so that the address sanitizer sees the first byte read beyond it: an
/// array may have more room than it holds.
package func withExactBytes<Result, Failure: Error>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
) throws(Failure) -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try body(UnsafeRawBufferPointer(copy))
}
