/// A SEARCH call: which metrics, which statistic of them, in which periods.
///
///     SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors"', 'Sum', 300)
///
/// Source: CloudWatch user guide, "CloudWatch search expression syntax".
struct MetricSearch: Sendable {
    /// A search finds at most so many metrics.
    static let metricsMax = 500
    /// Metrics count that have had a sample in this time.
    static let recentSeconds: Int64 = 14 * 86_400
    /// When neither the call nor the query names a period; as CloudWatch's graphs do.
    static let periodSecondsDefault: Int64 = 300

    let query: SearchQuery
    let statistic: Statistic
    let statisticText: String
    /// Nil: that of the query it is in.
    let periodSeconds: Int64?

    /// - Parameter arguments: two or three, as they stand in the expression: a search asks for nothing that is calculated.
    init(_ arguments: [MathExpression.Term]) throws(MetricMathError) {
        // A text's characters begin behind its quote.
        query = try SearchQueryParser.query(try Self.text(arguments[0], "its query"), at: arguments[0].position + 1)
        statisticText = try Self.text(arguments[1], "its statistic")
        do { statistic = try Statistic(statisticText) } catch {
            throw MetricMathError(code: .statistic, message: error.message, position: arguments[1].position)
        }
        periodSeconds = arguments.count > 2 ? try Self.period(arguments[2]) : nil
    }

    private static func text(_ term: MathExpression.Term, _ what: String) throws(MetricMathError) -> String {
        guard case .text(let text) = term.node else {
            throw MetricMathError(code: .type, message: "cannot call 'SEARCH': \(what) is a text in quotes", position: term.position)
        }
        return text
    }

    private static func period(_ term: MathExpression.Term) throws(MetricMathError) -> Int64 {
        guard case .number(let number) = term.node, let seconds = Int64(exactly: number), seconds <= PeriodAlignment.secondsMax,
            PeriodAlignment.isAllowed(seconds: seconds)
        else {
            let message = "cannot call 'SEARCH': its period is 1, 5, 10, 20, 30 or a multiple of 60 seconds"
            throw MetricMathError(code: .period, message: message, position: term.position)
        }
        return seconds
    }
}
