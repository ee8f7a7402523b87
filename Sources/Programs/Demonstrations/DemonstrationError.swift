/// Why a demonstration cannot go on, or one of its calls was not answered as it should.
package struct DemonstrationError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// An option that cannot be read.
        case option
        /// The server does not answer, or is too busy; asking again later may help.
        case unavailable
        /// The server refuses the call; `reason` is its error code.
        case refused(reason: String)
        /// The machine does not give what the program needs.
        case machine
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String
    package let cause: (any Error)?

    package init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }
}
