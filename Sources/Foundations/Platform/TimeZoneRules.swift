/// How local time differs from UTC in one place, in the past and, by rule, for ever.
///
///     let zone = try TimeZones().rules(named: "Europe/Berlin")
///     zone.secondsFromUTC(at: seconds)                       // 7200 in summer
///     zone.utc(ofLocal: localSeconds)                        // a time that a clock change skips is moved on by the change
///
/// Source: RFC 9636 (TZif), POSIX TZ for the rule behind the last transition.
package struct TimeZoneRules: Sendable, Equatable {
    /// Seconds since 1970 UTC, ascending; from each on the offset of the same place holds.
    private var transitions: [Int64] = []
    private var offsets: [Int64] = []
    /// Before the first transition.
    private var firstOffset: Int64
    /// After the last.
    private var rule: TimeZoneRule?

    package static let utc = TimeZoneRules(fixed: 0)

    package init(fixed seconds: Int64) { firstOffset = seconds }

    /// Nil for bytes that are no TZif file of version 2 or later.
    package init?(tzif bytes: [UInt8]) {
        guard let old = Header(bytes, at: 0), old.version >= UInt8(ascii: "2") else { return nil }
        let start = Header.length + old.bodyLength(timeLength: 4)
        guard let header = Header(bytes, at: start) else { return nil }
        let body = start + Header.length, end = body + header.bodyLength(timeLength: 8)
        guard end <= bytes.count, header.typeCount > 0 else { return nil }
        let kinds = body + header.timeCount * 8, types = kinds + header.timeCount
        func offset(ofType type: Int) -> Int64? {
            type < header.typeCount ? Int64(Int32(truncatingIfNeeded: Self.integer(bytes, types + type * 6, 4))) : nil
        }
        guard let first = offset(ofType: 0) else { return nil }
        firstOffset = first
        for index in 0..<header.timeCount {
            guard let offset = offset(ofType: Int(bytes[kinds + index])) else { return nil }
            transitions.append(Self.integer(bytes, body + index * 8, 8))
            offsets.append(offset)
        }
        guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
        let footer = bytes[end...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).first ?? []
        guard !footer.isEmpty else { return }
        guard let rule = TimeZoneRule(String(decoding: footer, as: UTF8.self)) else { return nil }
        self.rule = rule
    }

    package func secondsFromUTC(at seconds: Int64) -> Int64 {
        guard let last = transitions.last, seconds < last else { return rule?.offset(at: seconds) ?? offsets.last ?? firstOffset }
        var (low, high) = (0, transitions.count)        // the first transition after `seconds`
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }

    /// - Parameter local: seconds since 1970 on a local clock.
    /// - Returns: of a local time that comes twice, the first.
    package func utc(ofLocal local: Int64) -> Int64 {
        let day: Int64 = 86_400
        let candidates = [secondsFromUTC(at: local - day), secondsFromUTC(at: local + day)].map { (utc: local - $0, offset: $0) }
        let valid = candidates.filter { secondsFromUTC(at: $0.utc) == $0.offset }.map(\.utc)
        return valid.min() ?? candidates[0].utc
    }

    private static func integer(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int64 {
        Int64(truncatingIfNeeded: bytes[place..<place + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private struct Header {
        static let length = 44
        let version: UInt8
        let utCount, standardCount, leapCount, timeCount, typeCount, nameCount: Int

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count - start >= Self.length, bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
            version = bytes[start + 4]
            let counts = (0..<6).map { Int(TimeZoneRules.integer(bytes, start + 20 + $0 * 4, 4)) }
            guard counts.allSatisfy({ $0 <= 1_000_000 }) else { return nil }
            (utCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
            (timeCount, typeCount, nameCount) = (counts[3], counts[4], counts[5])
        }

        func bodyLength(timeLength: Int) -> Int {
            timeCount * (timeLength + 1) + typeCount * 6 + nameCount + leapCount * (timeLength + 4) + standardCount + utCount
        }
    }
}

/// The time zones of the machine, read when they are asked for.
package struct TimeZones: Sendable {
    private static let directory = "/usr/share/zoneinfo/"
    private static let fileBytesMax = 1 << 20
    private let fileSystem: any FileSystem

    package init(fileSystem: any FileSystem = LinuxFileSystem()) { self.fileSystem = fileSystem }

    /// - Parameter name: `Europe/Berlin`, `UTC`.
    /// - Returns: nil when there is none of this name.
    package func rules(named name: String) -> TimeZoneRules? {
        if name == "UTC" || name == "Etc/UTC" || name == "GMT" { return .utc }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 &- 48 < 10 || ($0 | 0x20) &- 97 < 26 || $0 == 95 || $0 == 45 || $0 == 43 }
        }
        guard isPlain, name.utf8.count <= 64 else { return nil }        // no dots: nothing outside the folder, and no table of it
        do {
            return TimeZoneRules(tzif: try fileSystem.contents(of: Self.directory + name, bytesMax: Self.fileBytesMax))
        } catch {
            return nil          // not there, or a folder: no zone of this name
        }
    }
}
