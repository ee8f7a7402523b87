import GroundwatchServer
import Platform

/// `groundwatch serve`: the server, until it is asked to end.
enum Serve {
    static func run(_ arguments: [String]) async {
        if arguments.contains("--help") { return print(help) }
        let log = Log(component: "server")
        do {
            let configuration = try Settings.configuration(arguments: arguments, environment: Machine.environment)
            let signals = try Signals()
            let server = try await Server.start(configuration, log: log)
            log.info("serving", ["address": "http://\(server.edgeAddress)", "console": "http://\(server.edgeAddress)/ui/"])
            let signal = await signals.termination()
            log.info("stopping", ["signal": signal.rawValue])
            Task.detached {
                // A person who presses Ctrl-C again means at once; what was acknowledged is in the journal. A supervisor that repeats
                // SIGTERM does not.
                while await signals.termination() != .interrupt {}
                Machine.exit(130)
            }
            try await server.stop()
        } catch let error as Settings.Invalid {
            Command.fail(error.message, status: 2)
        } catch {
            Command.fail("cannot serve: \(error)")
        }
    }

    private static var help: String {
        var lines = ["groundwatch serve [OPTIONS]", ""]
        let width = Settings.all.map { $0.name.count + $0.value.count }.max() ?? 0
        for setting in Settings.all {
            let gap = String(repeating: " ", count: width - setting.name.count - setting.value.count + 2)
            lines.append("  --\(setting.name) \(setting.value)\(gap)\(setting.meaning)")
        }
        lines += ["", "Each is also a variable: --data is GROUNDWATCH_DATA. A flag beats a variable."]
        return lines.joined(separator: "\n")
    }
}
