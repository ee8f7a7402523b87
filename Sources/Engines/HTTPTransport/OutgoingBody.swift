/// The part of a response's body that waits for the client to take it.
struct OutgoingBody: Sendable {
    /// Above this a writer waits. Two reads of the event loop: the next is ready while one is sent.
    static let highWaterBytes = 64 << 10

    private var pieces: [[UInt8]] = []
    /// First piece that is not sent whole, and how much of it is.
    private var index = 0
    private var offset = 0
    private(set) var bytesWaiting = 0
    private(set) var isEnded = false

    var isAboveHighWater: Bool { bytesWaiting > Self.highWaterBytes }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        pieces.append(bytes)
        bytesWaiting += bytes.count
    }

    mutating func end() { isEnded = true }

    /// Moves up to `buffer.count` bytes out; returns their number.
    mutating func move(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while index < pieces.count, filled < buffer.count {
            let count = min(pieces[index].count - offset, buffer.count - filled)
            pieces[index].withUnsafeBytes { piece in
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[offset..<offset + count]))
            }
            filled += count
            offset += count
            if offset == pieces[index].count { dropPiece() }
        }
        bytesWaiting -= filled
        return filled
    }

    private mutating func dropPiece() {
        pieces[index] = []  // frees it now; the slot goes with the others
        offset = 0
        index += 1
        if index == pieces.count || index >= 1_024 {
            pieces.removeFirst(index)
            index = 0
        }
    }
}
