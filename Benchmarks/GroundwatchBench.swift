import Platform

/// `groundwatch-bench`: starts the real server, sends it a seeded load from this process, and tells what the server spent on it.
@main struct GroundwatchBench {
    static func main() {
        do {
            let options = try Options(Machine.arguments)
            if options.asksForHelp { return print(Options.help) }
            if options.asksForList { return print(Questions.all.map { "\($0.name): \($0.meaning)" }.joined(separator: "\n")) }
            let run = try Run(options)
            try endServersWithUs()
            let report = try run.report()
            print(TextReport.text(of: report))
            if let path = options.jsonPath { try write(JSONReport.text(of: report), to: path) }
            if let path = options.markdownPath { try write(MarkdownReport.text(of: report), to: path) }
        } catch {
            Log.toStandardError("groundwatch-bench: \(error)\n")
            Machine.exit((error as? BenchmarkError)?.code == .option ? 2 : 1)
        }
    }

    private static func endServersWithUs() throws {
        let signals = try Signals()
        Task.detached {
            _ = await signals.termination()
            ServerProcess.killAll()
            Machine.exit(130)
        }
    }

    private static func write(_ text: String, to path: String) throws {
        let files = LinuxFileSystem()
        if files.exists(path) { try files.remove(path) }
        let file = try files.open(path, .create)
        var bytes = Array(text.utf8)
        try bytes.withUnsafeMutableBytes { try file.write(UnsafeRawBufferPointer($0), at: 0) }
    }
}

/// Why a benchmark cannot be run, or a server gave an answer that it should not have given.
struct BenchmarkError: Error, CustomStringConvertible {
    enum Code { case option, machine, server, answer }

    let code: Code
    /// "cannot <verb> <thing>: <why>"
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    var description: String { message }
}
