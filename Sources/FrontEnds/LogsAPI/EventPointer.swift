import Bytes
import SignalModel

/// Leads back to one event: the value of `@ptr`. Base64 of `[8 time][8 number][4 group][4 stream][8 sum]`, big-endian.
struct EventPointer: Sendable, Equatable {
    let position: EventPosition
    let group: UInt32
    let stream: UInt32

    private static let byteCount = 32

    init(position: EventPosition, group: UInt32, stream: UInt32) {
        self.position = position
        self.group = group
        self.stream = stream
    }

    /// - Returns: nil for a text that is no pointer of ours.
    init?(_ text: String) {
        guard text.utf8.count <= 64, let bytes = Base64.decode(text), bytes.count == Self.byteCount else { return nil }
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(
            position: EventPosition(time: Int64(bitPattern: number(0..<8)), number: number(8..<16)),
            group: UInt32(truncatingIfNeeded: number(16..<20)), stream: UInt32(truncatingIfNeeded: number(20..<24)))
        guard number(24..<32) == Checksum.xxh3(Array(bytes[..<24])) else { return nil }
    }

    var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        Self.append(UInt64(bitPattern: position.time), 8, to: &bytes)
        Self.append(position.number, 8, to: &bytes)
        Self.append(UInt64(group), 4, to: &bytes)
        Self.append(UInt64(stream), 4, to: &bytes)
        Self.append(Checksum.xxh3(bytes), 8, to: &bytes)
        return Base64.encode(bytes)
    }

    private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
