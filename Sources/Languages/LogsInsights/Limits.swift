/// What one query may ask for.
package enum InsightsLimits {
    /// CloudWatch's own.
    package static let queryCharactersMax = 10_000
    /// Rows of a result, and of a `limit`; CloudWatch's own.
    package static let rowsMax = 10_000
    /// Parentheses and calls inside each other: bounds the parser's and the evaluator's call depth.
    static let nestingMax = 48
    /// Operators of one rank in a row (`a + b + c …`); each adds a level to the expression, except for `and` and `or`.
    static let chainMax = 200
    /// Memory that the steps of one query may hold between chunks, unless its caller says otherwise.
    package static let heldBytesMax = 256 << 20
    /// Values of one group from which a percentile is exact; with more it comes from the sketch.
    static let exactPercentileValuesMax = 10_000
}
