/// Why a statistic, a query or an expression cannot be understood or computed. Always the caller's mistake, or beyond what is served.
package struct MetricMathError: Error, Sendable, Equatable {
    package enum Code: Sendable, Equatable {
        /// A statistic's name is not one.
        case statistic
        /// The expression breaks the grammar.
        case syntax
        case unknownFunction
        /// CloudWatch has it, this server has not yet.
        case notServed
        /// An operand or argument is of the wrong type, or there are too few or too many of them.
        case type
        case unknownID
        case cycle
        /// A period is missing or not one of those allowed.
        case period
        /// The text or its result would be larger than we take or make.
        case limit
        /// Alarms cannot watch it; the message is AWS's own.
        case alarm
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String
    /// Where in the expression: the first character is 1. Nil for mistakes without a place.
    package let position: Int?

    package init(code: Code, message: String, position: Int? = nil) {
        self.code = code
        self.message = message
        self.position = position
    }
}
