package import SignalModel
import WireFormats

/// A time of a body: an instant, or so long before the present (`-PT3H`, `-P7D`).
package enum WidgetTime: Sendable, Equatable {
    case instant(Timestamp)
    case ago(seconds: Int64)

    package init?(_ text: String) {
        var copy = text
        if let time = copy.withUTF8({ ISO8601.nanoseconds($0) }) {
            self = .instant(Timestamp(nanoseconds: time))
        } else if let seconds = Self.duration(text[...]) {
            self = .ago(seconds: seconds)
        } else {
            return nil
        }
    }

    package func time(now: Timestamp) -> Timestamp {
        switch self {
        case .instant(let time): time
        case .ago(let seconds): Timestamp(nanoseconds: now.nanoseconds - seconds * 1_000_000_000)
        }
    }

    /// `P1W`, `P1DT12H`, `PT30M`, with or without a sign; months count 30 days. Nil past ten years.
    private static func duration(_ text: Substring) -> Int64? {
        var rest = text
        if rest.first == "-" { rest = rest.dropFirst() }
        guard rest.first == "P", rest.count > 1 else { return nil }
        rest = rest.dropFirst()
        var total: Int64 = 0, isTime = false
        while let first = rest.first {
            if first == "T", !isTime, rest.count > 1 {
                isTime = true
                rest = rest.dropFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            guard let count = Int64(digits), count <= 100_000_000, let unit = rest.popFirst(), let seconds = length(of: unit, isTime) else { return nil }
            total += count * seconds
            guard total <= 10 * 366 * 86_400 else { return nil }
        }
        return total
    }

    private static func length(of unit: Character, _ isTime: Bool) -> Int64? {
        switch (unit, isTime) {
        case ("H", true): 3600
        case ("M", true): 60
        case ("S", true): 1
        case ("Y", false): 365 * 86_400
        case ("M", false): 30 * 86_400
        case ("W", false): 7 * 86_400
        case ("D", false): 86_400
        default: nil
        }
    }
}
