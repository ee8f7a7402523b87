import Access
import Platform
import SignalModel

/// `groundwatch user`: who may sign in at the console.
enum UserCommand {
    static func run(_ arguments: [String]) async {
        guard let verb = arguments.first, verb != "--help", !arguments.contains("--help") else { return print(help) }
        await AccessCommand.run {
            let rest = Array(arguments.dropFirst())
            switch verb {
            case "add": try await add(AccessCommand(rest, known: ["--role", "--account"]))
            case "list": try await list(AccessCommand(rest, known: []))
            case "remove": try await remove(AccessCommand(rest, known: []))
            case "password": try await setPassword(AccessCommand(rest, known: []))
            default: throw AccessError(code: .invalid, message: "cannot \(verb) a user: say add, list, remove or password")
            }
        }
    }

    private static func add(_ command: AccessCommand) async throws {
        let name = try User.checked(name: command.only("user"))
        let (role, account) = (try command.role(default: .viewer), try command.account())
        let hash = try await PasswordChecker().hash(command.password(for: name))
        try await command.withBook { try await $0.add(name, role: role, account: account, password: hash, at: AccessCommand.now) }
        Log.toStandardError("added user \(name), \(role.rawValue) of account \(account)\n")
    }

    private static func list(_ command: AccessCommand) async throws {
        let users = try await command.withBook { try await $0.allUsers() }
        command.show(
            users.map { user in
                [
                    ("name", user.name), ("role", user.role.rawValue), ("account", user.account),
                    ("created", UTCText.milliseconds(user.created.nanoseconds)),
                ]
            })
    }

    private static func remove(_ command: AccessCommand) async throws {
        let name = try command.only("user")
        try await command.withBook { try await $0.removeUser(name) }
        Log.toStandardError("removed user \(name); their sessions are over\n")
    }

    private static func setPassword(_ command: AccessCommand) async throws {
        let name = try command.only("user")
        let hash = try await PasswordChecker().hash(command.password(for: name))
        try await command.withBook { try await $0.setPassword(hash, of: name) }
        Log.toStandardError("set the password of \(name); their sessions are over\n")
    }

    private static let help = """
        groundwatch user add NAME [--role viewer|editor|admin] [--account 000000000000]
        groundwatch user list [--json]
        groundwatch user password NAME
        groundwatch user remove NAME

        Users sign in at the console. The password is asked for, or is the first line of standard input.
        From the first user or key on the server asks everybody for credentials. A server that runs notices within a second.

          --data DIR   the server's data directory (data, or GROUNDWATCH_DATA)
        """
}
