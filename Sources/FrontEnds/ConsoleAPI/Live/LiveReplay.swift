/// The newest frames that a client was sent, by number, for one that comes back and says which was the last it got.
struct LiveReplay {
    private let bytesMax: Int
    private var frames: [[UInt8]] = []
    private var bytes = 0
    /// Number of the newest frame; the first is 1.
    private(set) var last: Int64 = 0

    init(bytesMax: Int = Limits.replayBytesMax) { self.bytesMax = bytesMax }

    /// Keeps a frame, and forgets the oldest for it.
    /// - Returns: the frame with its number, as `id: {stream}-{number}`.
    mutating func add(_ frame: [UInt8], of stream: String) -> [UInt8] {
        last += 1
        let numbered = Array("id: \(stream)-\(last)\n".utf8) + frame
        frames.append(numbered)
        bytes += numbered.count
        while bytes > bytesMax, !frames.isEmpty { bytes -= frames.removeFirst().count }
        return numbered
    }

    /// What came after the frame of this number; nil when some of it is forgotten, or there never was such a frame.
    func after(_ number: Int64) -> [UInt8]? {
        let missing = last - number
        guard missing >= 0, missing <= frames.count else { return nil }
        return Array(frames.suffix(Int(missing)).joined())
    }

    /// `{stream}-{number}`, as a client says it; nil for anything else.
    static func place(_ text: String) -> (stream: String, number: Int64)? {
        guard let dash = text.lastIndex(of: "-"), let number = Int64(text[text.index(after: dash)...]), number >= 0 else { return nil }
        return (String(text[..<dash]), number)
    }
}
