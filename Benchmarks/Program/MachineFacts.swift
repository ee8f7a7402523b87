import Platform

/// What the figures were taken on.
struct MachineFacts: Sendable {
    let processor: String
    let cores: Int
    let memoryBytes: Int
    let kernel: String

    init() {
        let lines = Self.text(of: "/proc/cpuinfo").split(separator: "\n")
        processor =
            lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "unknown"
        cores = lines.count { $0.hasPrefix("processor") }
        memoryBytes = Machine.memoryBytes
        kernel = Self.text(of: "/proc/sys/kernel/osrelease").split(separator: "\n").first.map(String.init) ?? "unknown"
    }

    /// How many threads wanted to run in the last minute, on average: other work beside a benchmark shows here.
    static var loadAverage: Double { text(of: "/proc/loadavg").split(separator: " ").first.flatMap { Double($0) } ?? 0 }

    private static func text(of path: String) -> String {
        (try? Folder.contents(of: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
