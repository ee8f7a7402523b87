package import SignalModel
import WireFormats

/// One browser that has signed in.
package struct Session: Sendable, Equatable {
    /// How long a session lasts.
    package struct Lengths: Sendable, Equatable {
        /// Without a request.
        package var idleSeconds: Int64 = 8 * 3600
        /// From the sign-in on, whatever happens.
        package var secondsMax: Int64 = 7 * 86_400

        package init() {}
    }

    package let user: String
    package let began: Timestamp
    /// When its last request came, to the minute.
    package var seen: Timestamp
    /// The password's under which it began.
    let passwordNumber: Int64

    func isOver(at now: Timestamp, _ lengths: Lengths) -> Bool {
        now.nanoseconds - seen.nanoseconds > lengths.idleSeconds * 1_000_000_000
            || now.nanoseconds - began.nanoseconds > lengths.secondsMax * 1_000_000_000
    }

    // MARK: In the catalog

    init(user: String, began: Timestamp, seen: Timestamp, passwordNumber: Int64) {
        self.user = user
        self.began = began
        self.seen = seen
        self.passwordNumber = passwordNumber
    }

    var document: [UInt8] {
        JSON.encode([
            "user": .text(user), "began": .integer(began.nanoseconds), "seen": .integer(seen.nanoseconds),
            "passwordNumber": .integer(passwordNumber),
        ])
    }

    init?(document body: [UInt8]) {
        guard let document = try? WireDocument(json: body), let user = document.root["user"]?.text,
            let began = document.root["began"]?.integer, let seen = document.root["seen"]?.integer,
            let number = document.root["passwordNumber"]?.integer
        else { return nil }
        self.init(
            user: user, began: Timestamp(nanoseconds: began), seen: Timestamp(nanoseconds: seen), passwordNumber: number)
    }
}
