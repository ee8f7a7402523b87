import Bytes
import Columns
import Platform
import WireFormats

/// Times as text, `2026-11-21T08:00:00.250Z`, by their distance from the rows' own times, which mostly is none:
/// `[1 B sign between date and time][1 B digits of the fraction][varint length][text behind it][packed integers]`.
enum TimeEncoding {
    private static let zones: [[UInt8]] = [Array("Z".utf8), Array("+00:00".utf8), []]

    private struct Form {
        /// `T` or a blank.
        let separator: UInt8
        let digits: Int
        let zone: [UInt8]

        var length: Int { 19 + (digits > 0 ? digits + 1 : 0) + zone.count }
        /// Nanoseconds in the last digit.
        var step: Int64 { (digits..<9).reduce(1) { step, _ in step * 10 } }
    }

    static func append(_ tokens: Tokens, times: () -> [Int64], to writer: inout ByteWriter) -> Bool {
        guard tokens.count > 0, let form = form(of: tokens[0]) else { return false }
        let times = times()
        var distances: [Int64] = []
        distances.reserveCapacity(tokens.count)
        for index in 0..<tokens.count {
            guard let time = time(tokens[index], form) else { return false }
            distances.append(time &- times[index])
        }
        writer.append(uint8: ColumnEncoding.time.rawValue)
        writer.append(uint8: form.separator)
        writer.append(uint8: UInt8(form.digits))
        writer.append(lengthPrefixed: form.zone)
        PackedIntegers.append(distances, to: &writer)
        return true
    }

    private static func form(of token: UnsafeBufferPointer<UInt8>) -> Form? {
        guard token.count >= 19, token[4] == UInt8(ascii: "-"), token[10] == UInt8(ascii: "T") || token[10] == UInt8(ascii: " ") else { return nil }
        var end = 19
        if token.count > 19, token[19] == UInt8(ascii: ".") {
            end = 20
            while end < token.count, token[end] &- 48 < 10 { end += 1 }
        }
        let digits = end > 19 ? end - 20 : 0
        let zone = Array(token[end...])
        guard digits <= 9, end == 19 || digits > 0, zones.contains(zone) else { return nil }
        return Form(separator: token[10], digits: digits, zone: zone)
    }

    /// Nil when the text is of another form, or no time of the years 1970 to 2261.
    @inline(__always)
    private static func time(_ token: UnsafeBufferPointer<UInt8>, _ form: Form) -> Int64? {
        guard token.count == form.length else { return nil }
        func digits(_ start: Int, _ count: Int) -> Int {
            var value = 0
            for place in start..<start &+ count {
                let digit = token[place] &- 48
                if digit > 9 { return -1 }
                value = value &* 10 &+ Int(digit)
            }
            return value
        }
        let (year, month, day) = (digits(0, 4), digits(5, 2), digits(8, 2))
        let (hour, minute, second) = (digits(11, 2), digits(14, 2), digits(17, 2))
        guard (1970...2261).contains(year), (1...12).contains(month), day >= 1, day <= daysIn(month, year), (0..<24).contains(hour),
            (0..<60).contains(minute), (0..<60).contains(second), token[4] == 45, token[7] == 45, token[10] == form.separator, token[13] == 58,
            token[16] == 58
        else { return nil }
        var fraction = 0
        if form.digits > 0 {
            fraction = digits(20, form.digits)
            guard token[19] == 46, fraction >= 0 else { return nil }
        }
        for (index, byte) in form.zone.enumerated() where token[form.length - form.zone.count + index] != byte { return nil }
        let seconds = EpochTime.days(year: Int64(year), month: month, day: day) &* 86_400 &+ Int64(hour &* 3600 &+ minute &* 60 &+ second)
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (time, overflowAgain) = whole.addingReportingOverflow(Int64(fraction) &* form.step)
        return overflow || overflowAgain ? nil : time
    }

    private static func daysIn(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func read(_ reader: inout ByteReader, times: [Int64]) throws(BytesError) -> ColumnValues {
        let separator = try reader.uint8()
        let digits = Int(try reader.uint8())
        let zone = Array(try reader.lengthPrefixed())
        let distances = try PackedIntegers.read(&reader, countMax: times.count)
        guard digits <= 9, distances.count == times.count else { throw BytesError(code: .malformed, message: "cannot read times as text") }
        let form = Form(separator: separator, digits: digits, zone: zone)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(times.count * form.length)
        var day = (number: Int64.min, text: [UInt8]())
        for (index, distance) in distances.enumerated() {
            let time = times[index] &+ distance
            guard time >= 0 else { throw BytesError(code: .malformed, message: "cannot read times as text: before 1970") }
            let number = time / 86_400_000_000_000
            if number != day.number { day = (number, dayText(number)) }
            append(time % 86_400_000_000_000, of: day.text, form, to: &bytes)
        }
        return .texts(BytesVector(bytes: bytes, ends: (0..<times.count).map { UInt32(($0 + 1) * form.length) }))
    }

    private static func dayText(_ number: Int64) -> [UInt8] {
        let date = UTCText.civil(number)
        var text: [UInt8] = []
        append(Int64(date.year), digits: 4, to: &text)
        text.append(45)
        append(Int64(date.month), digits: 2, to: &text)
        text.append(45)
        append(Int64(date.day), digits: 2, to: &text)
        return text
    }

    private static func append(_ time: Int64, of day: [UInt8], _ form: Form, to bytes: inout [UInt8]) {
        bytes += day
        bytes.append(form.separator)
        let seconds = time / 1_000_000_000
        append(seconds / 3600, digits: 2, to: &bytes)
        bytes.append(58)
        append(seconds / 60 % 60, digits: 2, to: &bytes)
        bytes.append(58)
        append(seconds % 60, digits: 2, to: &bytes)
        if form.digits > 0 {
            bytes.append(46)
            append(time % 1_000_000_000 / form.step, digits: form.digits, to: &bytes)
        }
        bytes += form.zone
    }

    private static func append(_ number: Int64, digits: Int, to bytes: inout [UInt8]) {
        var divisor = (1..<max(1, digits)).reduce(Int64(1)) { divisor, _ in divisor * 10 }
        while divisor > 0 {
            bytes.append(UInt8(truncatingIfNeeded: number / divisor % 10) + 48)
            divisor /= 10
        }
    }
}
