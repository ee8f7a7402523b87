package import Platform

/// When alarms are mute: windows that begin by a cron expression or once, in a time zone, and last a while. Decides only.
///
/// `cron(Minutes Hours Day-of-month Month Day-of-week)` with `*`, numbers, names, ranges and lists; where both days are given, either
/// will do. `at(yyyy-MM-ddThh:mm)`. The duration is an ISO 8601 one, from a minute to 15 days.
/// Source: CloudWatch API reference, Schedule (of PutAlarmMuteRule).
package struct MuteSchedule: Sendable, Equatable {
    private static let day: Int64 = 86_400
    /// Within so many days every cron expression that ever comes true comes true: 29 February may be eight years away.
    private static let daysAhead: Int64 = 8 * 366 + 1
    private static let durationMax: Int64 = 15 * day

    package let expression: String
    package let durationText: String
    package let zoneName: String?

    private let start: Start
    /// Seconds.
    private let duration: Int64
    private let zone: TimeZoneRules

    private enum Start: Sendable, Equatable {
        case cron(CronFields)
        /// Seconds since 1970 on the local clock.
        case once(Int64)
    }

    package struct Invalid: Error, Sendable, Equatable {
        package let message: String
    }

    /// - Throws: `Invalid`, which says what is wrong with which of them.
    package init(expression: String, duration: String, zone name: String?, zones: TimeZones = TimeZones()) throws(Invalid) {
        self.expression = expression
        durationText = duration
        zoneName = name
        guard let zone = name.map({ zones.rules(named: $0) }) ?? .utc else {
            throw Invalid(message: "Timezone \(name ?? "") is not the name of a time zone, such as Europe/London.")
        }
        self.zone = zone
        start = try Self.start(of: expression)
        guard let seconds = Self.seconds(ofDuration: duration), 60...Self.durationMax ~= seconds else {
            throw Invalid(message: "Duration \(duration) is not an ISO 8601 duration from PT1M to P15D.")
        }
        self.duration = seconds
    }

    package var isRecurring: Bool {
        if case .cron = start { true } else { false }
    }

    /// The window that is open at `time`.
    /// - Parameter time: UTC nanoseconds.
    /// - Returns: its start and end in UTC nanoseconds, of several that overlap the one that ends last; nil when none is open.
    package func window(at time: Int64) -> Range<Int64>? {
        let now = floored(time, 1_000_000_000)
        let first = (now - duration), local = now + zone.secondsFromUTC(at: now)
        // Local clocks may differ by hours between the window's start and now.
        let starts = starts(fromLocalDay: floored(first + zone.secondsFromUTC(at: first), Self.day) - 1, through: floored(local, Self.day) + 1)
        guard let start = starts.last(where: { $0 <= now && now < $0 + duration }) else { return nil }
        return start * 1_000_000_000..<(start + duration) * 1_000_000_000
    }

    /// The start of the next window after `time`, UTC nanoseconds; nil when there is none.
    package func nextStart(after time: Int64) -> Int64? {
        let now = floored(time, 1_000_000_000)
        let today = floored(now + zone.secondsFromUTC(at: now), Self.day)
        if case .once = start { return starts(fromLocalDay: 0, through: 0).first { $0 > now }.map { $0 * 1_000_000_000 } }
        var from = today - 1
        while from <= today + Self.daysAhead {
            if let next = starts(fromLocalDay: from, through: from + 31).first(where: { $0 > now }) { return next * 1_000_000_000 }
            from += 32
        }
        return nil
    }

    /// Seconds since 1970 UTC, ascending.
    private func starts(fromLocalDay first: Int64, through last: Int64) -> [Int64] {
        switch start {
        case .once(let local): [zone.utc(ofLocal: local)]
        case .cron(let fields):
            (first...last).filter(fields.holds(day:)).flatMap { day in
                fields.times.map { zone.utc(ofLocal: day * Self.day + $0) }
            }.sorted()
        }
    }

    private func floored(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}

// MARK: - Reading

extension MuteSchedule {
    private static func start(of expression: String) throws(Invalid) -> Start {
        func inner(_ name: String) -> String? {
            expression.hasPrefix(name + "(") && expression.hasSuffix(")") ? String(expression.dropFirst(name.count + 1).dropLast()) : nil
        }
        if let text = inner("cron") {
            do { return .cron(try CronFields(text)) } catch {
                throw Invalid(message: "Schedule expression \(expression) is not valid: \(error.message).")
            }
        }
        if let text = inner("at"), let seconds = localSeconds(text) { return .once(seconds) }
        throw Invalid(message: "Schedule expression \(expression) is not valid: it is neither cron(Minutes Hours Day-of-month Month Day-of-week) nor at(yyyy-MM-ddThh:mm).")
    }

    /// `2026-11-21T08:00`, or with seconds.
    private static func localSeconds(_ text: String) -> Int64? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let date = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { digits($0) }
        let time = halves[1].split(separator: ":", omittingEmptySubsequences: false).map { digits($0) }
        guard date.count == 3, time.count == 2 || time.count == 3, let year = date[0], let month = date[1], let day = date[2],
            let hour = time[0], let minute = time[1], let second = time.count == 3 ? time[2] : 0, 1970...9999 ~= year, 1...12 ~= month,
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        guard CivilDate(days: days).day == day, CivilDate(days: days).month == month else { return nil }
        return days * Self.day + hour * 3600 + minute * 60 + second
    }

    private static func digits(_ text: Substring) -> Int64? {
        !text.isEmpty && text.utf8.count <= 4 && text.utf8.allSatisfy { $0 &- 48 < 10 } ? Int64(text) : nil
    }

    /// `P2DT12H`, `PT90M`: weeks, days, hours, minutes, seconds; each once, in this order.
    static func seconds(ofDuration text: String) -> Int64? {
        guard text.hasPrefix("P") else { return nil }
        var total: Int64 = 0, number = "", isTime = false, count = 0
        var units: [(Character, Int64)] = [("W", 7 * day), ("D", day)]
        for character in text.dropFirst() {
            if character == "T", !isTime, number.isEmpty {
                isTime = true
                units = [("H", 3600), ("M", 60), ("S", 1)]
            } else if character.isASCII, character.isNumber {
                number.append(character)
            } else {
                guard let value = Int64(number), value < 10_000_000, let place = units.firstIndex(where: { $0.0 == character }) else { return nil }
                total += value * units[place].1
                units.removeFirst(place + 1)
                number = ""
                count += 1
            }
        }
        return number.isEmpty && count > 0 && !text.hasSuffix("T") ? total : nil
    }
}
