/// Why bytes could not be read, inflated or opened.
@usableFromInline package struct BytesError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// The bytes end before what they announce.
        case truncated
        /// The bytes break the rules of their format.
        case malformed
        /// More than the caller allows.
        case tooLarge
        /// Sealed with another key, or changed since.
        case notAuthentic
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}
