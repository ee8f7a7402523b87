// Instants out of text and epoch seconds. Proleptic Gregorian calendar, no leap seconds. `UTCText` writes them.

package enum EpochTime {
    /// Nil when 64 bits of nanoseconds cannot hold it.
    package static func nanoseconds(seconds: Int64) -> Int64? {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : product
    }

    /// Rounded to the microsecond, which is what a Double holds today; nil for NaN and beyond the years 1678 to 2261.
    package static func nanoseconds(seconds: Double) -> Int64? {
        guard seconds.magnitude < 9.2e9 else { return nil }
        return Int64((seconds * 1e6).rounded()) * 1000
    }

    /// Days since 1970-01-01 of a civil date, by the era method (400 years of 146,097 days; years start in March).
    package static func days(year: Int64, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * ((month + 9) % 12) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

package enum ISO8601 {
    /// Reads `YYYY-MM-DD`, optionally `THH:MM[:SS[.fraction]]` and a zone (`Z`, `±HH:MM`, `±HHMM`, `±HH`; none means UTC).
    /// - Returns: nil for anything else and for instants that 64 bits of nanoseconds cannot hold.
    package static func nanoseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var reader = Reader(text: text)
        guard let date = reader.date() else { return nil }
        var (seconds, fraction, zone): (Int64, Int64, Int64) = (0, 0, 0)
        if !reader.isAtEnd {
            guard reader.skip("T") || reader.skip("t") || reader.skip(" ") else { return nil }
            guard let time = reader.time(), let offset = reader.zone(), reader.isAtEnd else { return nil }
            (seconds, fraction, zone) = (time.seconds, time.nanoseconds, offset)
        }
        let total = EpochTime.days(year: date.year, month: date.month, day: date.day) * 86_400 + seconds - zone
        guard let whole = EpochTime.nanoseconds(seconds: total) else { return nil }
        let (sum, overflow) = whole.addingReportingOverflow(fraction)
        return overflow ? nil : sum
    }

    private struct Reader {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        var isAtEnd: Bool { position == text.count }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digits(_ count: Int) -> Int? {
            guard text.count - position >= count else { return nil }
            var value = 0
            for _ in 0..<count {
                let digit = text[position] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
                position += 1
            }
            return value
        }

        mutating func date() -> (year: Int64, month: Int, day: Int)? {
            guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2) else { return nil }
            guard 1...12 ~= month, 1...daysIn(month, of: year) ~= day else { return nil }
            return (Int64(year), month, day)
        }

        private func daysIn(_ month: Int, of year: Int) -> Int {
            switch month {
            case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }

        mutating func time() -> (seconds: Int64, nanoseconds: Int64)? {
            guard let hour = digits(2), skip(":"), let minute = digits(2), hour < 24, minute < 60 else { return nil }
            var (second, fraction) = (0, Int64(0))
            if skip(":") {
                guard let value = digits(2), value < 61 else { return nil }
                second = value
                if skip(".") {
                    guard let value = self.fraction() else { return nil }
                    fraction = value
                }
            }
            return (Int64(hour * 3600 + minute * 60 + second), fraction)
        }

        private mutating func fraction() -> Int64? {
            var (value, scale, count) = (Int64(0), Int64(1_000_000_000), 0)
            while position < text.count, case let digit = text[position] &- UInt8(ascii: "0"), digit < 10 {
                scale /= 10  // zero after nine digits: finer ones do not count
                value += Int64(digit) * scale
                position += 1
                count += 1
            }
            return count > 0 ? value : nil
        }

        mutating func zone() -> Int64? {
            if isAtEnd || skip("Z") || skip("z") { return 0 }
            let isWest = skip("-")
            guard isWest || skip("+"), let hours = digits(2), hours < 24 else { return nil }
            var minutes = 0
            if !isAtEnd {
                _ = skip(":")
                guard let value = digits(2), value < 60 else { return nil }
                minutes = value
            }
            let offset = Int64(hours * 3600 + minutes * 60)
            return isWest ? -offset : offset
        }
    }
}
