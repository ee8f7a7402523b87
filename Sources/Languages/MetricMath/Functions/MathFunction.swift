/// A function of the language: how many arguments it takes and what it makes of them.
struct MathFunction: Sendable {
    /// - Parameter position: of the call, for errors that are nobody's argument's.
    typealias Calculation = @Sendable (_ arguments: [MathArgument], _ environment: MathEnvironment, _ position: Int) throws -> MathValue

    enum Kind: Sendable {
        case calculation(Calculation)
        /// Asks the store, not its arguments: see `MetricSearch`.
        case search
        /// Asks the store for the past of its first argument: see `ModelCall`.
        case model(ModelCall.Kind)
        /// Refused by name wherever it stands.
        case notServed(because: String)
    }

    let name: String
    let arity: ClosedRange<Int>
    let kind: Kind

    init(_ name: String, _ arity: ClosedRange<Int>, _ calculation: @escaping Calculation) {
        self.init(name, arity, .calculation(calculation))
    }

    private init(_ name: String, _ arity: ClosedRange<Int>, _ kind: Kind) {
        self.name = name
        self.arity = arity
        self.kind = kind
    }

    static let search = MathFunction("SEARCH", 2...3, .search)

    static func model(_ kind: ModelCall.Kind, _ arity: ClosedRange<Int>) -> MathFunction { MathFunction(kind.rawValue, arity, .model(kind)) }

    static func notServed(_ name: String, _ arity: ClosedRange<Int>, because why: String) -> MathFunction {
        MathFunction(name, arity, .notServed(because: why))
    }

    static func elementwise(_ name: String, _ transform: @escaping @Sendable (Double) -> Double) -> MathFunction {
        MathFunction(name, 1...1) { arguments, _, _ in try arguments[0].value.mapped(at: arguments[0].position, transform) }
    }

    /// Every series of an array, or the one series, by itself.
    static func perSeries(_ name: String, _ transform: @escaping @Sendable (TimeSeries) throws -> TimeSeries) -> MathFunction {
        MathFunction(name, 1...1) { arguments, _, _ in try arguments[0].perSeries(of: name, transform) }
    }
}

/// A value and the place of the expression that it came from.
struct MathArgument: Sendable {
    let value: MathValue
    let position: Int

    func series(of function: String) throws(MetricMathError) -> TimeSeries {
        guard case .series(let series) = value else { throw mismatch(function, "a time series") }
        return series
    }

    /// A single series is an array of one.
    func elements(of function: String) throws(MetricMathError) -> [MathValue.Element] {
        switch value {
        case .series(let series): return [MathValue.Element(source: .none, series: series)]
        case .array(let elements): return elements
        case .scalar, .text: throw mismatch(function, "an array of time series")
        }
    }

    func perSeries(of function: String, _ transform: (TimeSeries) throws -> TimeSeries) throws -> MathValue {
        switch value {
        case .series(let series): return .series(try transform(series).withDrops(of: [series]))
        case .array(let elements):
            return .array(
                try elements.map { element in
                    MathValue.Element(source: element.source, series: try transform(element.series).withDrops(of: [element.series]))
                })
        case .scalar, .text: throw mismatch(function, "a time series or an array of them")
        }
    }

    /// One of the words that a function knows.
    func word<Word: RawRepresentable & CaseIterable>(of function: String, _: Word.Type) throws(MetricMathError) -> Word
    where Word.RawValue == String {
        guard case .text(let text) = value, let word = Word(rawValue: text) else {
            throw mismatch(function, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return word
    }

    func wholeNumber(of function: String, atLeast minimum: Int) throws(MetricMathError) -> Int {
        guard case .scalar(let number) = value, let whole = Int(exactly: number), whole >= minimum else {
            throw mismatch(function, "a whole number from \(minimum) on")
        }
        return whole
    }

    func mismatch(_ function: String, _ wanted: String) -> MetricMathError {
        let given =
            switch value {
            case .scalar(let number): number == number.rounded() ? value.typeName : "the scalar \(number)"
            case .text(let text): "the text '\(text)'"
            case .series, .array: value.typeName
            }
        return MetricMathError(code: .type, message: "cannot call '\(function)' with \(given): it takes \(wanted) here", position: position)
    }
}
