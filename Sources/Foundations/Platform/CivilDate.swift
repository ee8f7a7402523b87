/// A day of the Gregorian calendar.
package struct CivilDate: Sendable, Equatable {
    package let year: Int64
    /// From 1.
    package let month: Int64
    package let day: Int64

    /// - Parameter days: since 1970-01-01.
    package init(days: Int64) { (year, month, day) = UTCText.civil(days) }

    /// Days since 1970-01-01. Years are counted from March, so that a leap day ends its year.
    package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 0 is Sunday.
    package static func weekday(_ days: Int64) -> Int64 { ((days + 4) % 7 + 7) % 7 }
}
