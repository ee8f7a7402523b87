/// One thing that we want to know of a server, asked in one file of `Questions/`.
protocol Question: Sendable {
    /// As in the code, on the command line and in the reports.
    var name: String { get }
    /// A sentence for who reads the figures: what was sent, what is counted.
    var meaning: String { get }
    /// Whether another program can be asked the same in the same words.
    func suits(_ program: Program) -> Bool
    /// Asks once. The answers are checked: a wrong one throws, since how fast it came is no matter.
    func measure(_ bench: Bench) throws -> [Figure]
}

extension Question {
    func suits(_ program: Program) -> Bool { program.kind == .groundwatch }
}

/// One measured number.
struct Figure: Sendable {
    enum Unit: String, Sendable {
        /// A second of processor time of the server; its sender's is not counted.
        case perCoreSecond = "/core-s"
        case milliseconds = "ms"
        case microseconds = "µs"
        case bytes = "B"
        case mebibytes = "MiB"
        case count = ""
    }

    /// What we want it to be at the full size.
    enum Aim: Sendable {
        case atMost(Double), atLeast(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atMost(let limit): value <= limit
            case .atLeast(let limit): value >= limit
            }
        }
    }

    /// In which form it was asked: "JSON, 20 a request". The same question may be asked in several.
    let form: String
    let name: String
    let unit: Unit
    let value: Double
    let aim: Aim?

    init(_ form: String, _ name: String, _ value: Double, _ unit: Unit, aim: Aim? = nil) {
        self.form = form
        self.name = name
        self.unit = unit
        self.value = value
        self.aim = aim
    }
}
