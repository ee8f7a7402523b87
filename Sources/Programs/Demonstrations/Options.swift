package import AWSProtocol
package import HTTPTransport

/// What a demonstration is told on the command line.
package struct Options: Sendable {
    package var endpoint: Endpoint
    package var credentials = SigningCredentials.forOpenServers
    package var seed: UInt64 = 1
    /// How long to go on after the history was sent; nil is until it is asked to end.
    package var seconds: Int64?
    package var speed = 1.0
    /// How much of the past a server is given that knows nothing of it.
    package var historyMinutes: Int64 = 30

    package static let help = """
        groundwatch demo eventpro [OPTIONS]

        Simulates EventPro, a ticket sale on Lambda, SQS, Step Functions and DynamoDB, and sends its metrics, logs and traces to a
        server as AWS clients would. A flash sale every four minutes fills the queue, slows the functions and sets off alarms.

          --endpoint URL       the server (http://127.0.0.1:4566)
          --access-key ID      a key to sign with, where the server asks for one (AWS_ACCESS_KEY_ID); its secret is AWS_SECRET_ACCESS_KEY
          --history MINUTES    how much of the past to send at the first start (30)
          --seconds N          end N seconds after the history was sent (until Ctrl-C)
          --seed N             another seed is another story (1)
          --speed X            X times the visitors, and as many times the capacity (1)

        What is there already is used again: groups, topic and alarms are made once, and after a pause of at most the history's
        length it goes on where it ended.
        """

    private static let defaultEndpoint = "http://127.0.0.1:4566"

    /// - Parameter environment: where a key's secret comes from: an argument could be read by every process of the machine.
    /// - Throws: `.option`.
    package init(arguments: [String], environment: [String: String] = [:]) throws(DemonstrationError) {
        guard let endpoint = Endpoint(Self.defaultEndpoint) else { preconditionFailure("the default is an address") }
        self.endpoint = endpoint
        var keyID: String?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let apply = Self.settings[parts[0]] else {
                throw DemonstrationError(
                    code: .option, message: "cannot read \(argument): there is no such option; see groundwatch demo --help")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw DemonstrationError(code: .option, message: "cannot read \(parts[0]): it needs a value")
            }
            if parts[0] == Self.keyOption { keyID = value }
            guard apply(&self, value) else {
                throw DemonstrationError(
                    code: .option, message: "cannot read \(parts[0]): \"\(value)\" is not what it takes; see groundwatch demo --help")
            }
        }
        do throws(SigningCredentials.MissingSecret) {
            credentials = try SigningCredentials(environment: environment, keyID: keyID) ?? .forOpenServers
        } catch { throw DemonstrationError(code: .option, message: error.message) }
    }

    private static let keyOption = "--access-key"

    /// Each says whether it could take the value.
    private static let settings: [String: @Sendable (inout Options, String) -> Bool] = [
        // Its secret comes from elsewhere, so it is put together with that at the end.
        keyOption: { _, text in !text.isEmpty },
        "--endpoint": { options, text in
            guard let endpoint = Endpoint(text) else { return false }
            options.endpoint = endpoint
            return true
        },
        "--history": { options, text in
            guard let minutes = Int64(text), 0...1440 ~= minutes else { return false }
            options.historyMinutes = minutes
            return true
        },
        "--seconds": { options, text in
            guard let seconds = Int64(text), 0...1_000_000_000 ~= seconds else { return false }
            options.seconds = seconds
            return true
        },
        "--seed": { options, text in
            guard let seed = UInt64(text) else { return false }
            options.seed = seed
            return true
        },
        "--speed": { options, text in
            guard let speed = Double(text), speed >= 0.1, speed <= 100 else { return false }
            options.speed = speed
            return true
        },
    ]
}

extension SigningCredentials {
    /// An access key of 12 digits names the account, where the server is open to everybody; the console shows this one.
    static let forOpenServers = SigningCredentials(accessKeyID: EventPro.account, secretAccessKey: "eventpro")
}
