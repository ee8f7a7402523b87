import Glibc

/// What the standard library leaves to the machine's mathematics library.
enum Mathematics {
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
    static func logarithm(_ value: Double) -> Double { log(value) }
}

// Null when an argument is not a number, or the result would not be one.
extension ScalarFunction {
    static let numericFunctions = [
        numeric("abs") { $0.magnitude },
        numeric("ceil") { $0.rounded(.up) },
        numeric("floor") { $0.rounded(.down) },
        extreme("greatest") { $0 > $1 },
        extreme("least") { $0 < $1 },
        numeric("log") { Mathematics.logarithm($0) },
        ScalarFunction("round", 1...2) { arguments in
            guard let value = arguments.number(0), let digits = arguments.count == 1 ? 0 : arguments.number(1) else { return .null }
            let scale = Mathematics.power(10, digits.rounded(.towardZero))
            return .finite((value * scale).rounded(.toNearestOrAwayFromZero) / scale)
        },
        numeric("sqrt") { $0.squareRoot() },
        numeric("toDouble") { $0 },
        numeric("toInt") { $0.rounded(.towardZero) },
        numeric("toLong") { $0.rounded(.towardZero) },
        numeric("toNumber") { $0 },
    ]

    private static func numeric(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> ScalarFunction {
        ScalarFunction(name, 1...1) { $0.number(0).map { .finite(body($0)) } ?? .null }
    }

    /// Null when one of the arguments is no number.
    private static func extreme(_ name: String, _ isBetter: @escaping @Sendable (Double, Double) -> Bool) -> ScalarFunction {
        ScalarFunction(name, 1...(.max)) { arguments in
            guard var best = arguments.number(0) else { return .null }
            for index in 1..<arguments.count {
                guard let value = arguments.number(index) else { return .null }
                if isBetter(value, best) { best = value }
            }
            return .number(best)
        }
    }
}
