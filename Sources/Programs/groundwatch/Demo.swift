import Demonstrations
import Platform

/// `groundwatch demo`: a simulated system, until its time is up or it is asked to end.
enum Demo {
    static func run(_ arguments: [String]) async {
        if arguments.contains("--help") { return print(Options.help) }
        guard let name = arguments.first else { Command.fail("cannot demo: name a system; see groundwatch demo --help", status: 2) }
        guard name == "eventpro" else { Command.fail("cannot demo \(name): there is no such system; did you mean eventpro?", status: 2) }
        do {
            let options = try Options(arguments: Array(arguments.dropFirst()), environment: Machine.environment)
            let signals = try Signals()
            let demo = EventProDemo(options, time: SystemTime()) { Log.toStandardError("demo: \($0)\n") }
            let running = Task { try await demo.run() }
            Task.detached {
                _ = await signals.termination()
                running.cancel()
                _ = await signals.termination()
                Machine.exit(130)
            }
            try await running.value
        } catch let error as DemonstrationError {
            Command.fail(error.message, status: error.code == .option ? 2 : 1)
        } catch {
            Command.fail("cannot demo: \(error)")
        }
    }
}
