package import Access
import SignalModel

/// Everything that the server can be told, with its defaults. `Settings` fills it from flags and the environment.
package struct ServerConfiguration: Sendable, Equatable {
    /// A group of conventional addresses that may be opened beside the edge.
    package enum Door: String, CaseIterable, Sendable {
        /// Every HTTP protocol, the console, health.
        case edge
        /// The X-Ray daemon's: segments by UDP, the X-Ray API by TCP.
        case xray
        /// OpenTelemetry's, over HTTP.
        case otlp
        /// Prometheus': remote write.
        case prometheus
    }

    package struct Address: Sendable, Equatable, CustomStringConvertible {
        package var host: String
        package var port: UInt16

        package init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        /// `host:port`, `[v6]:port`; nil when it is neither.
        package init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) } else if host.contains(":") { return nil }
            guard !host.isEmpty else { return nil }
            self.init(host: host, port: port)
        }

        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

        package var isLoopback: Bool {
            let isNumeric = host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || $0 &- 48 < 10 }
            return host == "localhost" || host == "::1" || host.hasPrefix("127.") && isNumeric
        }
    }

    package var dataDirectory = "data"
    package var edge = Address(host: "127.0.0.1", port: 4566)
    package var otlp = Address(host: "127.0.0.1", port: 4318)
    package var xray = Address(host: "127.0.0.1", port: 2000)
    package var prometheus = Address(host: "127.0.0.1", port: 9090)
    package var doors: Set<Door> = Set(Door.allCases)
    /// Of unsigned requests and of signatures without one.
    package var region = "us-east-1"
    /// How many days metrics keep the times they came with, counted from their account's newest sample.
    package var metricDays: Int64 = 15
    /// What the process may hold in memory, in bytes; nil is a quarter of the machine's.
    package var memoryBytes: Int?
    /// Nothing is accepted while fewer bytes are free on the data directory's disk.
    package var diskReserveBytes = 256 << 20
    /// How often the server writes its own figures as metrics, in seconds; 0 is never.
    package var selfMetricsSeconds: Int64 = 300
    /// Whose metrics they are.
    package var selfMetricsAccount = Tenant.openAccount
    /// Names besides loopback addresses under which unsigned requests may reach the server (`Host` header).
    package var hostNames: Set<String> = []
    /// Ask for credentials even where none exist; else from the first user or key on.
    package var isAlwaysGuarded = false
    package var sessionLengths = Session.Lengths()
    /// Where metric streams go whose target is the ARN of a Firehose stream: its name is put behind.
    package var firehoseURL: String?
    /// Serve the console's files from this folder instead of those in the binary.
    package var consoleDirectory: String?

    package init() {}
}
