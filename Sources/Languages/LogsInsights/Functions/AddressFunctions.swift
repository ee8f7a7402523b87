// Yes or no about internet addresses; text that is none is in no subnet.
extension ScalarFunction {
    static let addressFunctions = [
        address("isIpInSubnet") { _ in true },
        address("isIpv4InSubnet") { $0.count == 4 },
        address("isIpv6InSubnet") { $0.count == 16 },
        ScalarFunction("isValidIp", 1...1) { .bool($0.string(0).flatMap(InternetAddress.bytes) != nil) },
        ScalarFunction("isValidIpV4", 1...1) { .bool($0.string(0).flatMap(InternetAddress.bytes)?.count == 4) },
        ScalarFunction("isValidIpV6", 1...1) { .bool($0.string(0).flatMap(InternetAddress.bytes)?.count == 16) },
    ]

    private static func address(_ name: String, _ isRightKind: @escaping @Sendable ([UInt8]) -> Bool) -> ScalarFunction {
        ScalarFunction(name, 2...2) { arguments in
            guard let address = arguments.string(0).flatMap(InternetAddress.bytes), isRightKind(address), let subnet = arguments.string(1)
            else {
                return .bool(false)
            }
            return .bool(InternetAddress.isInside(address, subnet))
        }
    }
}

enum InternetAddress {
    /// Four or sixteen bytes; nil when the text is no address (RFC 4291, 2.2, without zones).
    @Sendable static func bytes(_ text: String) -> [UInt8]? { text.contains(":") ? version6(text) : version4(text) }

    static func isInside(_ address: [UInt8], _ subnet: String) -> Bool {
        let parts = subnet.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = bytes(String(parts[0])), network.count == address.count, let length = UInt8(parts[1]),
            Int(length) <= network.count * 8
        else { return false }
        func bit(_ index: Int, of address: [UInt8]) -> Bool { address[index / 8] & (0x80 >> UInt8(index % 8)) != 0 }
        return (0..<Int(length)).allSatisfy { bit($0, of: address) == bit($0, of: network) }
    }

    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let bytes = parts.compactMap { part in
            part.utf8.allSatisfy { $0 &- 48 < 10 } && (part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0")) ? UInt8(part) : nil
        }
        return bytes.count == 4 ? bytes : nil
    }

    private static func version6(_ text: String) -> [UInt8]? {
        var halves: [Substring] = [text[...]]
        if let gap = text.firstRange(of: "::") { halves = [text[..<gap.lowerBound], text[gap.upperBound...]] }
        let groups = halves.map(groups)
        guard let head = groups[0] else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups[1], head.count + tail.count <= 14 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups of four hexadecimal digits, the last of which may be a version 4 address.
    private static func groups(_ text: Substring) -> [UInt8]? {
        guard !text.isEmpty else { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let last = version4(String(part)) else { return nil }
                bytes += last
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16) else {
                    return nil
                }
                bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
            }
        }
        return bytes.count <= 16 ? bytes : nil
    }
}
