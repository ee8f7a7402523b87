extension SigningCredentials {
    /// A key is named, and its secret is not there.
    package struct MissingSecret: Error {
        package let message: String
    }

    /// The key that AWS's own clients would take from the environment.
    ///
    /// - Parameters:
    ///   - keyID: named otherwise; else it is `AWS_ACCESS_KEY_ID`. The secret comes from `AWS_SECRET_ACCESS_KEY` in any case: an argument could be
    ///     read by every process of the machine.
    /// - Returns: nil when no key is named.
    package init?(environment: [String: String], keyID: String? = nil) throws(MissingSecret) {
        let keyID = keyID ?? environment["AWS_ACCESS_KEY_ID"] ?? ""
        guard !keyID.isEmpty else { return nil }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty else {
            throw MissingSecret(message: "cannot sign with the key \(keyID): its secret has to stand in AWS_SECRET_ACCESS_KEY")
        }
        self.init(accessKeyID: keyID, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 })
    }
}
