import Glibc

/// Figures as people read them.
enum FigureText {
    static func text(_ value: Double, _ unit: Figure.Unit) -> String {
        guard value.isFinite else { return "-" }
        return number(value) + (unit == .count ? "" : " \(unit.rawValue)")
    }

    /// Three digits that mean something: 1.17, 12.4, 801,000.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let magnitude = abs(value)
        if magnitude >= 1_000 { return grouped(Int((value / step(magnitude)).rounded()) * Int(step(magnitude))) }
        let decimals = magnitude >= 100 || value == value.rounded() ? 0 : magnitude >= 10 ? 1 : 2
        return decimal(value, decimals)
    }

    static func decimal(_ value: Double, _ decimals: Int) -> String {
        let scale = pow(10, Double(decimals))
        let whole = Int((abs(value) * scale).rounded())
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard decimals > 0 else { return sign + grouped(whole) }
        let fraction = String(Int(scale) + whole % Int(scale)).dropFirst()
        return "\(sign)\(whole / Int(scale)).\(fraction)"
    }

    private static func step(_ magnitude: Double) -> Double { pow(10, max(0, log10(magnitude).rounded(.down) - 2)) }

    private static func grouped(_ number: Int) -> String {
        var groups = ""
        for (index, digit) in String(abs(number)).reversed().enumerated() {
            if index > 0, index % 3 == 0 { groups.append(",") }
            groups.append(digit)
        }
        return (number < 0 ? "-" : "") + String(groups.reversed())
    }

    static func aim(_ aim: Figure.Aim?) -> String {
        switch aim {
        case .atMost(let limit): "at most \(number(limit))"
        case .atLeast(let limit): "at least \(number(limit))"
        case nil: ""
        }
    }
}
