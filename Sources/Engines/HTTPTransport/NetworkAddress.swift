/// An IP address and port that a name resolved to.
package struct NetworkAddress: Sendable, Equatable, CustomStringConvertible {
    /// Who can be reached there.
    package enum Reach: Sendable, Equatable { case loopback, linkLocal, privateUse, special, global }

    /// 4 or 16 bytes in network order; an IPv4 address inside IPv6 is given as IPv4.
    package let bytes: [UInt8]
    package let port: UInt16

    package init(bytes: some Collection<UInt8>, port: UInt16) {
        let all = Array(bytes)
        let isMapped = all.count == 16 && all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
        self.bytes = isMapped ? Array(all[12...]) : all
        self.port = port
    }

    /// By the registries of special addresses (RFC 6890 and its updates). What is neither clearly public nor listed with its own
    /// case is `special`. An IPv6 form that carries an IPv4 address has that address's reach.
    package var reach: Reach { bytes.count == 4 ? Self.reach(ofIPv4: bytes) : bytes.count == 16 ? reachOfIPv6 : .special }

    private static func reach(ofIPv4 bytes: [UInt8]) -> Reach {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (127, _, _): .loopback
        case (169, 254, _): .linkLocal
        case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .privateUse
        case (0, _, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113), (224..., _, _): .special
        default: .global
        }
    }

    private var reachOfIPv6: Reach {
        let head = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let startsWithZeros = bytes.prefix(12).allSatisfy { $0 == 0 }
        if startsWithZeros, bytes[12...] == [0, 0, 0, 1] { return .loopback }
        if startsWithZeros { return .special }
        if head & 0xFFC0 == 0xFE80 { return .linkLocal }
        if head & 0xFE00 == 0xFC00 { return .privateUse }
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return Self.reach(ofIPv4: Array(bytes[12...])) }   // NAT64
        if head == 0x2002 { return Self.reach(ofIPv4: Array(bytes[2..<6])) }        // 6to4
        if head == 0x2001, bytes[2] < 2 || (bytes[2], bytes[3]) == (0x0D, 0xB8) { return .special }     // protocols, documentation
        return head & 0xE000 == 0x2000 ? .global : .special
    }

    package var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") + ":\(port)" }
        let groups = stride(from: 0, to: bytes.count - 1, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
        return "[\(groups.joined(separator: ":"))]:\(port)"
    }
}
