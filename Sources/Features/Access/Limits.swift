/// What credentials may be, and how many.
package enum Limits {
    static let nameLengthMax = 64
    /// Shorter ones are guessed; NIST SP 800-63B asks for eight at least, and for no rules about kinds of characters.
    static let passwordBytesMin = 8
    static let passwordBytesMax = 1024
    static let usersMax = 10_000
    static let keysMax = 10_000
    /// The oldest session of a person ends when one more begins.
    static let sessionsOfUserMax = 20
    static let sessionsMax = 10_000
    /// Sign-ins that wait while one password is checked; each takes 64 MB and a tenth of a second when its turn comes.
    static let passwordsWaitingMax = 16
    /// Names and addresses whose failures are remembered.
    static let failuresRememberedMax = 10_000
}
