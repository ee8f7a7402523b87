/// Base64 (RFC 4648 section 4), decoded strictly: one text for each byte string.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// The value of each byte, 255 where it is not in the alphabet.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for index in 0..<3 { group = group << 8 | (index < count ? UInt32(bytes[start + index]) : 0) }
            for index in 0..<4 { text.append(index <= count ? alphabet[Int(group >> (18 - 6 * UInt32(index)) & 63)] : 61) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for anything but whole groups of four, padding at the end only, and zero bits under the padding; no line breaks.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count % 4 == 0 else { return nil }
        guard !letters.isEmpty else { return [] }
        let padding = letters.suffix(2).reversed().prefix { $0 == 61 }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3)
        var pending: UInt32 = 0
        for (index, letter) in letters.dropLast(padding).enumerated() {
            let value = values[Int(letter)]
            guard value < 64 else { return nil }
            pending = pending << 6 | UInt32(value)
            if index % 4 == 3 {
                bytes.append(UInt8(pending >> 16 & 255))
                bytes.append(UInt8(pending >> 8 & 255))
                bytes.append(UInt8(pending & 255))
                pending = 0
            }
        }
        switch padding {
        case 1:
            guard pending & 3 == 0 else { return nil }
            bytes.append(UInt8(pending >> 10 & 255))
            bytes.append(UInt8(pending >> 2 & 255))
        case 2:
            guard pending & 15 == 0 else { return nil }
            bytes.append(UInt8(pending >> 4 & 255))
        default: break
        }
        return bytes
    }
}
