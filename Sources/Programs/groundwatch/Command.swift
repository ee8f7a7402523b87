import GroundwatchServer
import Platform

/// `groundwatch`: one word says what to do, the rest says how.
@main struct Command {
    static let version = "0.1.0"

    static func main() async {
        let arguments = Machine.arguments
        let rest = Array(arguments.dropFirst())
        switch arguments.first {
        case "demo": await Demo.run(rest)
        case "drill": await Drill.run(rest)
        case "key": await KeyCommand.run(rest)
        case "quotas": await Quotas.run(rest)
        case "serve": await Serve.run(rest)
        case "user": await UserCommand.run(rest)
        case "version": print("groundwatch \(version)")
        case "help", "--help", "-h", nil:
            print(help)
            if arguments.isEmpty { Machine.exit(2) }
        case let word?:
            let nearest = Settings.nearest(to: word, among: ["demo", "drill", "key", "quotas", "serve", "user", "version", "help"])
            fail("cannot \(word): there is no such command; did you mean \(nearest)? See groundwatch help", status: 2)
        }
    }

    private static let help = """
        groundwatch COMMAND [OPTIONS]

          demo       simulate a system that sends metrics, logs and traces to a server
          drill      say when an alarm would have fired, and test rules
          key        keys that programs show, where the server asks for credentials
          quotas     list and change what metrics may be used up to
          serve      keep metrics, logs and traces, watch them, and show them
          user       people who sign in at the console
          version    print the version
          help       print this

        groundwatch COMMAND --help says more about one.
        """

    static func fail(_ message: String, status: Int32 = 1) -> Never {
        Log.toStandardError("groundwatch: \(message)\n")
        Machine.exit(status)
    }
}
