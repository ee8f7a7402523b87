import Platform

/// What the command line asks for.
struct Options {
    static let help = """
        groundwatch-bench [OPTIONS] [NAME…]

        Starts the server for each question, measures it, and prints a table. Without a NAME every question is asked.

          --small            sizes of a few seconds, to see that everything still runs
          --full             the sizes that goals are stated for
          --soak SECONDS     how long Soak takes (4 small, 60, 1800 full)
          --repeats N        how often each question is asked; medians are shown (1 small, else 3)
          --seed N           of the load (42)
          --server PATH      the program under test (groundwatch beside this program)
          --peers            measure what Debian's packages prometheus and victoria-metrics install beside it, where they are
          --peer NAME=PATH   measure another program beside it: moto, prometheus, victoria-metrics. May be given several times
          --folder DIR       where servers keep their data meanwhile (.build/bench)
          --json FILE        write the figures, with machine and commit
          --markdown FILE    write them as a page
          --commit TEXT      what was built, for the reports
          --list             the questions
        """

    private(set) var size = Size.usual
    private(set) var repeats: Int?
    private(set) var soakSeconds: Int?
    private(set) var seed: UInt64 = 42
    private(set) var serverPath: String
    private(set) var peers: [Program] = []
    private(set) var folder = ".build/bench"
    private(set) var jsonPath: String?
    private(set) var markdownPath: String?
    private(set) var commit = "unknown"
    private(set) var names: [String] = []
    private(set) var asksForHelp = false
    private(set) var asksForList = false

    /// - Parameter arguments: what follows the program's name.
    /// - Throws: `.option` for what is not known or lacks its value.
    init(_ arguments: [String]) throws {
        serverPath = Self.besideThisProgram("groundwatch")
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--small": size = .small
            case "--full": size = .full
            case "--peers": peers += Program.debianPeers
            case "--help": asksForHelp = true
            case "--list": asksForList = true
            default:
                if !argument.hasPrefix("-") { names.append(argument); continue }
                guard let value = rest.popFirst() else { throw Self.refusal("\(argument) needs a value, or is no option") }
                try set(argument, to: value)
            }
        }
        let known = Set(Questions.all.map(\.name))
        if let unknown = names.first(where: { !known.contains($0) }) {
            throw Self.refusal("there is no question \(unknown); see --list")
        }
    }

    private mutating func set(_ option: String, to value: String) throws {
        switch option {
        case "--soak": soakSeconds = try Self.number(value, of: option)
        case "--repeats": repeats = try Self.number(value, of: option)
        case "--seed": seed = UInt64(try Self.number(value, of: option))
        case "--server": serverPath = value
        case "--peer": peers.append(try Self.peer(value))
        case "--folder": folder = value
        case "--json": jsonPath = value
        case "--markdown": markdownPath = value
        case "--commit": commit = value
        default: throw Self.refusal("\(option) is no option; see --help")
        }
    }

    private static func number(_ text: String, of option: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw refusal("\(option) takes a number above 0, not \(text)") }
        return number
    }

    private static func peer(_ text: String) throws -> Program {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let kind = Program.Kind(rawValue: parts[0]), kind != .groundwatch else {
            let names = Program.Kind.allCases.filter { $0 != .groundwatch }.map { "\($0.rawValue)=PATH" }
            throw refusal("--peer takes \(names.joined(separator: ", ")), not \(text)")
        }
        return Program(kind: kind, executable: parts[1])
    }

    private static func besideThisProgram(_ name: String) -> String {
        let own = CommandLine.arguments[0]
        return (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "") + name
    }

    private static func refusal(_ why: String) -> BenchmarkError { BenchmarkError(.option, "cannot read the command line: \(why)") }
}

/// How much is sent.
enum Size: String, Sendable {
    case small, usual, full

    func pick<Value>(small: Value, usual: Value, full: Value) -> Value {
        switch self {
        case .small: small
        case .usual: usual
        case .full: full
        }
    }
}
