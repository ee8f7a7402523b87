/// Why something about credentials could not be done.
package struct AccessError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// A name, password, role or account that cannot be used.
        case invalid
        case exists, notFound
        /// Too many sign in at once, or one tries too often; `retrySeconds` says when to come back.
        case busy
        /// Name and password do not belong together, or nobody has that name.
        case wrongPassword
        /// The key file is missing, is readable by others, or does not open what it sealed.
        case keyFile
        case corrupt
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>", never with a secret.
    package let message: String
    package let retrySeconds: Int

    package init(code: Code, message: String, retrySeconds: Int = 0) {
        self.code = code
        self.message = message
        self.retrySeconds = retrySeconds
    }
}
