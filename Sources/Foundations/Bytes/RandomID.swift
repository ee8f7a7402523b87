/// The id that an answer carries, so that a user can name it.
package typealias RequestID = RandomID

/// A random 128-bit id, written as a version 4 UUID (RFC 9562): `f81d4fae-7dec-41d0-a765-00a0c91e6bf6`.
package struct RandomID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    /// 122 random bits; the other six say version 4, variant 10.
    package init(using generator: inout some RandomNumberGenerator) {
        self.init(randomBits: generator.next(), generator.next())
    }

    package init(randomBits high: UInt64, _ low: UInt64) {
        self.high = high & 0xffff_ffff_ffff_0fff | 0x4000
        self.low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    }

    /// Reads any UUID of the usual 36 characters, either case.
    package init?(_ text: some StringProtocol) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], let bytes = Hex.decode(groups.joined()) else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// 32 hexadecimal digits without hyphens.
    package var hex: String { Hex.encode(bytes) }

    private var bytes: [UInt8] {
        [high, low].flatMap { half in (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) } }
    }
}

extension RandomID: CustomStringConvertible {
    package var description: String {
        let digits = Array(hex.utf8)
        let groups = [digits[..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20...]]
        return String(decoding: Array(groups.joined(separator: [45])), as: UTF8.self)
    }
}
