import Access
import Platform
import SignalModel

/// `groundwatch key`: what programs show, such as AWS clients and Prometheus.
enum KeyCommand {
    static func run(_ arguments: [String]) async {
        guard let verb = arguments.first, verb != "--help", !arguments.contains("--help") else { return print(help) }
        await AccessCommand.run {
            let rest = Array(arguments.dropFirst())
            switch verb {
            case "create": try await create(AccessCommand(rest, known: ["--role", "--account", "--note"]))
            case "list": try await list(AccessCommand(rest, known: []))
            case "revoke": try await revoke(AccessCommand(rest, known: []))
            default: throw AccessError(code: .invalid, message: "cannot \(verb) a key: say create, list or revoke")
            }
        }
    }

    private static func create(_ command: AccessCommand) async throws {
        guard command.words.isEmpty else { throw AccessError(code: .invalid, message: "cannot create a key: it is named by the server") }
        let (role, account) = (try command.role(default: .editor), try command.account())
        let made = try await command.withBook {
            try await $0.createKey(account: account, role: role, note: command["--note"] ?? "", at: AccessCommand.now)
        }
        if command.showsJSON {
            command.show([[("id", made.key.id), ("secret", made.secret), ("account", account), ("role", role.rawValue)]])
        } else {
            print("AWS_ACCESS_KEY_ID=\(made.key.id)\nAWS_SECRET_ACCESS_KEY=\(made.secret)")
            Log.toStandardError("made a key of account \(account), \(role.rawValue); its secret is not shown again\n")
        }
    }

    private static func list(_ command: AccessCommand) async throws {
        let keys = try await command.withBook { try await $0.allKeys() }
        command.show(
            keys.map { key in
                [
                    ("id", key.id), ("account", key.account), ("role", key.role.rawValue),
                    ("created", UTCText.milliseconds(key.created.nanoseconds)), ("note", key.note),
                ]
            })
    }

    private static func revoke(_ command: AccessCommand) async throws {
        let id = try command.only("access key id")
        try await command.withBook { try await $0.revokeKey(id) }
        Log.toStandardError("revoked \(id)\n")
    }

    private static let help = """
        groundwatch key create [--account 000000000000] [--role viewer|editor|admin] [--note TEXT] [--json]
        groundwatch key list [--json]
        groundwatch key revoke ID

        AWS clients sign with a key; Prometheus, OTLP exporters and log shippers show it by HTTP Basic (id and secret) or as
        "Bearer ID.SECRET". A key reads and writes its account's data. The secret is printed once.
        From the first user or key on the server asks everybody for credentials. A server that runs notices within a second.

          --data DIR   the server's data directory (data, or GROUNDWATCH_DATA)
        """
}
