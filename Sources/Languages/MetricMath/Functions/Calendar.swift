import SignalModel

/// MINUTE, HOUR, DAY, DATE, MONTH, YEAR, EPOCH: what a point's time is in UTC.
enum CalendarField: Sendable {
    case minute, hour
    /// 1 is Monday, 7 Sunday.
    case dayOfWeek
    /// From 1 on, as are months.
    case dayOfMonth, month, year
    /// Seconds since 1970.
    case epoch

    func of(_ time: Int64) -> Double {
        let seconds = floorDivided(time, by: PeriodAlignment.second)
        let days = floorDivided(seconds, by: 86_400)
        switch self {
        case .minute: return Double((seconds - days * 86_400) / 60 % 60)
        case .hour: return Double((seconds - days * 86_400) / 3600)
        // 1970 began on a Thursday.
        case .dayOfWeek: return Double(days + 3 - floorDivided(days + 3, by: 7) * 7 + 1)
        case .dayOfMonth: return Double(Self.civil(days).day)
        case .month: return Double(Self.civil(days).month)
        case .year: return Double(Self.civil(days).year)
        case .epoch: return Double(seconds)
        }
    }

    /// The Gregorian date so many days after 1970-01-01. Years are taken to begin on a 1 March, so that a leap day is a year's last;
    /// an era is 400 of them, which have 146,097 days.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivided(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}

extension MathFunction {
    /// Every period of the window has a point, whether the series has one there or not.
    static func calendar(_ name: String, _ field: CalendarField) -> MathFunction {
        MathFunction(name, 1...1) { arguments, environment, position in
            let period = try arguments[0].series(of: name).period
            let times = try environment.times(of: period, for: name, at: position)
            return .series(TimeSeries(period: period, times: times, values: times.map(field.of)))
        }
    }

    /// A point in every period, all of them the scalar; periods are the query's, or the request's shortest.
    static let timeSeries = MathFunction("TIME_SERIES", 1...1) { arguments, environment, position in
        guard case .scalar(let value) = arguments[0].value else { throw arguments[0].mismatch("TIME_SERIES", "a scalar") }
        var result = TimeSeries(period: environment.period)
        for time in try environment.times(of: environment.period, for: "TIME_SERIES", at: position) { result.append(time, value) }
        return .series(result)
    }
}
