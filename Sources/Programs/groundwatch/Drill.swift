import Drills
import Platform

/// `groundwatch drill`: alarms over the past, and tests of their rules.
enum Drill {
    static func run(_ arguments: [String]) async {
        if arguments.isEmpty || arguments.contains("--help") { return print(DrillCommand.help) }
        let command = DrillCommand { path in try LinuxFileSystem().contents(of: path, bytesMax: 16 << 20) }
        do throws(DrillError) {
            let outcome =
                if arguments.first == "test" {
                    try await command.test(Array(arguments.dropFirst()))
                } else {
                    try await command.backtest(arguments, environment: Machine.environment, now: SystemTime().wallNanoseconds)
                }
            print(outcome.text)
            if outcome.status != 0 { Machine.exit(outcome.status) }
        } catch {
            Command.fail(error.message, status: 2)
        }
    }
}
