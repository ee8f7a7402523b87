import Glibc
import Platform

/// Values at which an axis is marked: multiples of 1, 2, 2.5 or 5 times a power of ten.
struct ValueTicks {
    let values: [Double]
    /// Of the axis: the data's, made wider so that marks stand at both ends.
    let low, high: Double
    private let step: Double

    /// - Parameter count: about so many.
    init(_ low: Double, _ high: Double, fixedLow: Bool, fixedHigh: Bool, count: Int) {
        var low = low, high = high
        if !(high > low) {
            let room = max(abs(low) * 0.1, 1)
            if !fixedLow { low -= room }
            if !fixedHigh || !(high > low) { high = max(high, low) + room }
        }
        let rough = (high - low) / Double(max(1, count))
        let power = pow(10, floor(log10(rough)))
        let step = power * ([1, 2, 2.5, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10)
        if !fixedLow { low = floor(low / step + 1e-9) * step }
        if !fixedHigh { high = ceil(high / step - 1e-9) * step }
        self.step = step
        self.low = low
        self.high = high
        var values: [Double] = []
        var index = ceil(low / step - 1e-9)
        while index * step <= high + step * 1e-9, values.count < 200 {
            values.append(index * step)
            index += 1
        }
        self.values = values
    }

    /// With as many digits as tell the marks apart.
    func text(_ value: Double) -> String { NumberText.short(value, step: step) }
}

enum NumberText {
    private static let units: [(size: Double, letter: String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]

    /// `1.5k`, `20M`, `0.25`.
    static func short(_ value: Double, step: Double? = nil) -> String {
        guard value.isFinite else { return "–" }
        let size = max(value.magnitude, (step ?? 0).magnitude)
        if value != 0, size < 1e-4 || size >= 1e15 { return scientific(value) }
        let unit = units.first { size >= $0.size }
        let scaled = value / (unit?.size ?? 1)
        let digits: Int
        if let step {
            digits = max(0, min(6, Int(ceil(-log10(step / (unit?.size ?? 1)) - 1e-6)) + (isHalf(step) ? 1 : 0)))
        } else {
            digits = scaled.magnitude >= 100 ? 0 : scaled.magnitude >= 10 ? 1 : scaled.magnitude >= 1 ? 2 : 4
        }
        return plain(scaled, digits: digits) + (unit?.letter ?? "")
    }

    private static func isHalf(_ step: Double) -> Bool {
        let mantissa = step / pow(10, floor(log10(step) + 1e-9))
        return abs(mantissa - 2.5) < 1e-6
    }

    private static func scientific(_ value: Double) -> String {
        let power = Int(floor(log10(value.magnitude)))
        return "\(plain(value / pow(10, Double(power)), digits: 2))e\(power)"
    }

    /// Rounded, without zeros at the end.
    static func plain(_ value: Double, digits: Int) -> String {
        let scale = pow(10, Double(digits))
        let rounded = (value * scale).rounded() / scale
        if rounded == rounded.rounded(), rounded.magnitude < 1e15 { return "\(Int64(rounded))" }
        return "\(rounded)"
    }
}

/// Times at which an axis is marked, in the clock of a zone.
struct TimeTicks {
    private static let steps: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000,
        31_536_000,
    ]
    private static let second: Int64 = 1_000_000_000

    /// UTC nanoseconds, and what is written there.
    let marks: [(time: Int64, text: String)]

    init(_ range: Range<Int64>, count: Int, zoneMinutes: Int) {
        let span = (range.upperBound - range.lowerBound) / Self.second
        let wanted = max(1, span / Int64(max(1, count)))
        let step = Self.steps.first { $0 >= wanted } ?? Self.steps[Self.steps.count - 1]
        let zone = Int64(zoneMinutes) * 60
        var local = Self.ceiling(range.lowerBound / Self.second + zone, step)
        var marks: [(time: Int64, text: String)] = []
        while (local - zone) * Self.second < range.upperBound, marks.count < 100 {
            marks.append(((local - zone) * Self.second, Self.text(local, step)))
            local += step
        }
        self.marks = marks
    }

    private static func ceiling(_ value: Int64, _ step: Int64) -> Int64 { (value + step - 1) / step * step }

    private static func text(_ local: Int64, _ step: Int64) -> String {
        let text = UTCText.milliseconds(local * second)
        let day = "\(text.dropFirst(5).prefix(2))/\(text.dropFirst(8).prefix(2))"
        if step >= 86_400 || local % 86_400 == 0 { return day }
        return String(text.dropFirst(11).prefix(step < 60 ? 8 : 5))
    }
}
