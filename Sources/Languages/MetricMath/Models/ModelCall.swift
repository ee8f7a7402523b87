/// A call of a function that needs the past of its first argument: what the metric has been doing, not only what the window shows.
///
///     ANOMALY_DETECTION_BAND(m1, 2)       what the metric should be at each period, and how far from it: two series
///     FORECAST(m1)                        what it should be at each period, those to come included
///     FORECAST(m1, 3600)                  at each period, what it is going to be an hour later
///     TIME_UNTIL(m1, 90)                  at each period, after how many seconds it is going to be 90 or more, at most seven days
///     TIME_UNTIL(m1, 10, BELOW, 86400)    the same for 10 or less, at most a day
struct ModelCall: Sendable {
    enum Kind: String, Sendable {
        case band = "ANOMALY_DETECTION_BAND"
        case forecast = "FORECAST"
        case timeUntil = "TIME_UNTIL"
    }

    enum Purpose: Sendable {
        case band(deviations: Double)
        /// Seconds; nil: for the period itself.
        case forecast(ahead: Int64?)
        case timeUntil(threshold: Double, isBelow: Bool, atMost: Int64)
    }

    /// The first argument as it stands in the expression.
    struct Operand: Sendable {
        let text: String
        /// Of its first character.
        let position: Int

        func moved(_ error: MetricMathError) -> MetricMathError {
            MetricMathError(code: error.code, message: error.message, position: error.position.map { $0 + position - 1 })
        }
    }

    static let horizonSecondsMax: Int64 = 31 * 86_400
    private static let horizonSecondsDefault: Int64 = 7 * 86_400
    private static let deviationsDefault = 2.0

    let kind: Kind
    let purpose: Purpose
    let operand: Operand

    /// - Parameter arguments: as many as the function takes; all but the first stand as they are, nothing about them is calculated.
    init(_ kind: Kind, of operand: Operand, _ arguments: [MathExpression.Term]) throws(MetricMathError) {
        self.kind = kind
        self.operand = operand
        switch kind {
        case .band:
            let deviations = try arguments.dropFirst().first.map { term throws(MetricMathError) in try Self.number(term, kind) }
            guard deviations ?? 1 > 0 else { throw Self.wrong(arguments[1], kind, "a number above 0") }
            purpose = .band(deviations: deviations ?? Self.deviationsDefault)
        case .forecast:
            purpose = .forecast(ahead: try arguments.dropFirst().first.map { term throws(MetricMathError) in try Self.seconds(term, kind) })
        case .timeUntil:
            let threshold = try Self.number(arguments[1], kind)
            var isBelow = false, atMost = Self.horizonSecondsDefault
            if arguments.count > 2 {
                guard case .text(let word) = arguments[2].node, word == "ABOVE" || word == "BELOW" else {
                    throw Self.wrong(arguments[2], kind, "one of ABOVE, BELOW")
                }
                isBelow = word == "BELOW"
            }
            if arguments.count > 3 { atMost = try Self.seconds(arguments[3], kind) }
            purpose = .timeUntil(threshold: threshold, isBelow: isBelow, atMost: atMost)
        }
    }

    private static func number(_ term: MathExpression.Term, _ kind: Kind) throws(MetricMathError) -> Double {
        switch term.node {
        case .number(let number): return number
        case .negated(let inner):
            if case .number(let number) = inner.node { return -number }
        default: break
        }
        throw wrong(term, kind, "a number that stands as it is")
    }

    private static func seconds(_ term: MathExpression.Term, _ kind: Kind) throws(MetricMathError) -> Int64 {
        guard let seconds = Int64(exactly: try number(term, kind)), (1...horizonSecondsMax).contains(seconds) else {
            throw wrong(term, kind, "a whole number of seconds from 1 to \(horizonSecondsMax)")
        }
        return seconds
    }

    private static func wrong(_ term: MathExpression.Term, _ kind: Kind, _ wanted: String) -> MetricMathError {
        MetricMathError(code: .type, message: "cannot call '\(kind.rawValue)': it takes \(wanted) here", position: term.position)
    }
}
