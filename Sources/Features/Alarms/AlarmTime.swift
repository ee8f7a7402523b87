import Platform
import SignalModel

/// Instants as alarms spell them.
enum AlarmTime {
    /// `2026-11-21T08:00:00.000+0000`
    static func long(_ nanoseconds: Int64) -> String { UTCText.milliseconds(nanoseconds).dropLast() + "+0000" }

    /// `Saturday 21 November, 2026 08:00:00 UTC`
    static func words(_ nanoseconds: Int64) -> String {
        let text = UTCText.milliseconds(nanoseconds)
        let days = floorDivided(nanoseconds, by: 86_400_000_000_000)
        let date = CivilDate(days: days)
        let clock = text.dropFirst(11).prefix(8)
        return "\(weekdays[Int(CivilDate.weekday(days))]) \(date.day < 10 ? "0" : "")\(date.day) \(months[Int(date.month) - 1]), \(date.year) \(clock) UTC"
    }

    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    /// `21/11/26 08:00:00`
    static func short(_ nanoseconds: Int64) -> String {
        let text = Array(UTCText.milliseconds(nanoseconds).utf8)      // 2026-11-21T08:00:00.000Z
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        return "\(part(8..<10))/\(part(5..<7))/\(part(2..<4)) \(part(11..<19))"
    }
}
