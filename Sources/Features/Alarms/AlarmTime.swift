import Platform

/// Instants as alarms spell them.
enum AlarmTime {
    /// `2026-11-21T08:00:00.000+0000`
    static func long(_ nanoseconds: Int64) -> String { UTCText.milliseconds(nanoseconds).dropLast() + "+0000" }

    /// `21/11/26 08:00:00`
    static func short(_ nanoseconds: Int64) -> String {
        let text = Array(UTCText.milliseconds(nanoseconds).utf8)      // 2026-11-21T08:00:00.000Z
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        return "\(part(8..<10))/\(part(5..<7))/\(part(2..<4)) \(part(11..<19))"
    }
}
