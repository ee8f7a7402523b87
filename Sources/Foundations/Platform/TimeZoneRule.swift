/// A yearly rule for local time: `CET-1CEST,M3.5.0,M10.5.0/3`. Source: POSIX.1-2024, section 8.3, TZ; RFC 9636 section 3.3.1.
struct TimeZoneRule: Sendable, Equatable {
    /// East of Greenwich, seconds.
    private let standard: Int64
    private let summer: (offset: Int64, start: Change, end: Change)?

    static func == (a: TimeZoneRule, b: TimeZoneRule) -> Bool {
        a.standard == b.standard && a.summer?.offset == b.summer?.offset && a.summer?.start == b.summer?.start && a.summer?.end == b.summer?.end
    }

    /// A day of the year and a time on the clock that holds until then.
    struct Change: Sendable, Equatable {
        enum Day: Equatable {
            /// `Jn`: 1 to 365, 29 February never counted.
            case julian(Int64)
            /// `n`: 0 to 365.
            case zeroBased(Int64)
            /// `Mm.w.d`: the w-th weekday d (0 Sunday) of month m; 5 is the last.
            case weekday(month: Int64, week: Int64, day: Int64)
        }

        let day: Day
        /// Seconds after midnight; may be negative or past the day's end.
        let time: Int64

        /// Seconds since 1970 on the local clock.
        func seconds(in year: Int64) -> Int64 { days(in: year) * 86_400 + time }

        private func days(in year: Int64) -> Int64 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let newYear = CivilDate.days(year: year, month: 1, day: 1)
            switch day {
            case .julian(let number): return newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
            case .zeroBased(let number): return newYear + number
            case .weekday(let month, let week, let day):
                let first = CivilDate.days(year: year, month: month, day: 1)
                let next = month == 12 ? CivilDate.days(year: year + 1, month: 1, day: 1) : CivilDate.days(year: year, month: month + 1, day: 1)
                var found = first + (day - CivilDate.weekday(first) + 7) % 7 + (week - 1) * 7
                while found >= next { found -= 7 }
                return found
            }
        }
    }

    /// Nil for what is no such rule.
    init?(_ text: String) {
        var reader = Reader(text)
        guard reader.name(), let west = reader.offset() else { return nil }
        standard = -west
        guard !reader.isAtEnd else {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if !reader.isNext(",") {
            guard let west = reader.offset() else { return nil }
            offset = -west
        }
        guard reader.take(","), let start = reader.change(), reader.take(","), let end = reader.change(), reader.isAtEnd else { return nil }
        summer = (offset, start, end)
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        let local = seconds + standard
        let year = CivilDate(days: local >= 0 ? local / 86_400 : (local - 86_399) / 86_400).year
        let start = summer.start.seconds(in: year) - standard, end = summer.end.seconds(in: year) - summer.offset
        let isSummer = start < end ? start <= seconds && seconds < end : seconds >= start || seconds < end
        return isSummer ? summer.offset : standard
    }

    private struct Reader {
        private let text: [UInt8]
        private var place = 0

        init(_ text: String) { self.text = Array(text.utf8) }

        var isAtEnd: Bool { place == text.count }
        private var next: UInt8? { place < text.count ? text[place] : nil }
        func isNext(_ character: Unicode.Scalar) -> Bool { next == UInt8(ascii: character) }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard isNext(character) else { return false }
            place += 1
            return true
        }

        /// Letters, or anything between < and >.
        mutating func name() -> Bool {
            let start = place
            if take("<") {
                while let byte = next, byte != UInt8(ascii: ">") { _ = byte; place += 1 }
                return take(">")
            }
            while let byte = next, (byte | 0x20) &- 97 < 26 { place += 1 }
            return place - start >= 3
        }

        mutating func number() -> Int64? {
            let start = place
            var value: Int64 = 0
            while let byte = next, byte &- 48 < 10, place - start < 4 {
                value = value * 10 + Int64(byte - 48)
                place += 1
            }
            return place > start ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]`
        mutating func offset() -> Int64? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard var seconds = number().map({ $0 * 3600 }) else { return nil }
            for unit in [Int64(60), 1] {
                guard take(":") else { break }
                guard let value = number() else { return nil }
                seconds += value * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Change.Day
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number(), 1...12 ~= month,
                    1...5 ~= week, 0...6 ~= weekday
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if take("J") {
                guard let number = number(), 1...365 ~= number else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), number <= 365 else { return nil }
                day = .zeroBased(number)
            }
            guard take("/") else { return Change(day: day, time: 7200) }
            return offset().map { Change(day: day, time: $0) }
        }
    }
}
