import Access

/// From flags and environment variables to a configuration: flag before environment before default.
///
/// Every setting has one name: `--data-directory` is `GROUNDWATCH_DATA_DIRECTORY`. A name that is not known is an error that names
/// the nearest one that is.
package enum Settings {
    package struct Invalid: Error, Sendable {
        /// "cannot <verb> <setting>: <why>"
        package let message: String
    }

    package struct Setting: Sendable {
        package let name: String
        /// What stands behind the name in the help: `DIR`, `HOST:PORT`.
        package let value: String
        package let meaning: String
        let apply: @Sendable (String, inout ServerConfiguration) -> Bool

        var variable: String { "GROUNDWATCH_" + name.uppercased().map { $0 == "-" ? "_" : $0 } }
    }

    /// The contents page of what can be set.
    package static let all: [Setting] = [
        Setting(name: "access", value: "auto|guarded", meaning: "ask for credentials once some exist, or in any case (auto)") { text, configuration in
            configuration.isAlwaysGuarded = text == "guarded"
            return text == "auto" || text == "guarded"
        },
        Setting(name: "console", value: "DIR", meaning: "serve the console from this folder (for work on it)") { $1.consoleDirectory = $0; return true },
        Setting(name: "data", value: "DIR", meaning: "where everything is kept (data)") { $1.dataDirectory = $0; return !$0.isEmpty },
        Setting(name: "doors", value: "NAMES", meaning: "which doors to open: edge,otlp,prometheus,xray (all); the edge is always open") { text, configuration in
            var doors: Set<ServerConfiguration.Door> = [.edge]
            for name in text.split(separator: ",") {
                guard let door = ServerConfiguration.Door(rawValue: String(name)) else { return false }
                doors.insert(door)
            }
            configuration.doors = doors
            return true
        },
        Setting(name: "edge", value: "HOST:PORT", meaning: "address of every HTTP protocol and the console (127.0.0.1:4566)") { text, configuration in
            guard let address = ServerConfiguration.Address(text) else { return false }
            configuration.edge = address
            return true
        },
        Setting(name: "firehose", value: "URL", meaning: "where metric streams to Firehose ARNs go: URL/NAME (nowhere)") { text, configuration in
            configuration.firehoseURL = text
            return text.hasPrefix("http://") || text.hasPrefix("https://")
        },
        Setting(
            name: "disk-reserve", value: "SIZE", meaning: "accept nothing while less is free on the disk of the data (256MiB)"
        ) { text, configuration in
            guard let bytes = byteCount(text), bytes >= 16 << 20 else { return false }
            configuration.diskReserveBytes = bytes
            return true
        },
        Setting(name: "host-names", value: "NAMES", meaning: "names besides loopback under which clients reach the server") { text, configuration in
            configuration.hostNames = Set(text.split(separator: ",").map { $0.lowercased() })
            return true
        },
        Setting(name: "memory", value: "SIZE", meaning: "what the process may hold: 512MiB, 4GiB (a quarter of the machine)") { text, configuration in
            guard let bytes = byteCount(text), bytes >= MemoryShares.bytesMin else { return false }
            configuration.memoryBytes = bytes
            return true
        },
        Setting(name: "otlp", value: "HOST:PORT", meaning: "address of the OpenTelemetry door: OTLP over HTTP (127.0.0.1:4318)") { text, configuration in
            guard let address = ServerConfiguration.Address(text) else { return false }
            configuration.otlp = address
            return true
        },
        Setting(name: "metric-days", value: "NUMBER", meaning: "how long metrics are kept as they came, before they are rolled up (15)") { text, configuration in
            guard let days = Int64(text), 1...455 ~= days else { return false }
            configuration.metricDays = days
            return true
        },
        Setting(name: "prometheus", value: "HOST:PORT", meaning: "address of the Prometheus door: remote write (127.0.0.1:9090)") { text, configuration in
            guard let address = ServerConfiguration.Address(text) else { return false }
            configuration.prometheus = address
            return true
        },
        Setting(name: "region", value: "NAME", meaning: "region of unsigned requests (us-east-1)") { text, configuration in
            configuration.region = text
            return !text.isEmpty && text.utf8.allSatisfy { $0 == 45 || $0 &- 48 < 10 || $0 &- 97 < 26 }
        },
        Setting(name: "self-metrics", value: "SECONDS", meaning: "how often the server writes its own figures as metrics; 0: never (300)") { text, configuration in
            guard let seconds = Int64(text), 0...86_400 ~= seconds else { return false }
            configuration.selfMetricsSeconds = seconds
            return true
        },
        Setting(name: "self-metrics-account", value: "ACCOUNT", meaning: "whose metrics those are (000000000000)") { text, configuration in
            configuration.selfMetricsAccount = text
            return text.utf8.count == 12 && text.utf8.allSatisfy { $0 &- 48 < 10 }
        },
        Setting(name: "session-hours", value: "NUMBER", meaning: "how long somebody stays signed in at most (168)") { text, configuration in
            guard let hours = Int64(text), 1...8760 ~= hours else { return false }
            configuration.sessionLengths.secondsMax = hours * 3600
            return true
        },
        Setting(name: "session-idle-minutes", value: "NUMBER", meaning: "and without doing anything (480)") { text, configuration in
            guard let minutes = Int64(text), 1...525_600 ~= minutes else { return false }
            configuration.sessionLengths.idleSeconds = minutes * 60
            return true
        },
        Setting(name: "xray", value: "HOST:PORT", meaning: "address of the X-Ray daemon's door, UDP and TCP (127.0.0.1:2000)") { text, configuration in
            guard let address = ServerConfiguration.Address(text) else { return false }
            configuration.xray = address
            return true
        },
    ]

    /// - Parameters:
    ///   - arguments: what follows the command's name.
    ///   - environment: variables that do not begin with `GROUNDWATCH_` are others' and left alone.
    package static func configuration(
        arguments: [String], environment: [String: String]
    ) throws(Invalid) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("GROUNDWATCH_") {
            guard let setting = all.first(where: { $0.variable == variable }) else {
                throw unknown(variable, among: all.map(\.variable))
            }
            try apply(setting, value, named: variable, to: &configuration)
        }
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts[0].hasPrefix("--"), let setting = all.first(where: { "--" + $0.name == parts[0] }) else {
                throw unknown(parts[0], among: all.map { "--" + $0.name })
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw Invalid(message: "cannot read \(parts[0]): it needs a value (\(setting.value))")
            }
            try apply(setting, value, named: parts[0], to: &configuration)
        }
        return configuration
    }

    private static func apply(
        _ setting: Setting, _ value: String, named name: String, to configuration: inout ServerConfiguration
    ) throws(Invalid) {
        guard setting.apply(value, &configuration) else {
            throw Invalid(message: "cannot read \(name): \"\(value)\" is not \(setting.value) (\(setting.meaning))")
        }
    }

    private static func unknown(_ name: String, among known: [String]) -> Invalid {
        Invalid(message: "cannot read \(name): there is no such setting; did you mean \(nearest(to: name, among: known))?")
    }

    /// The known name that differs least.
    package static func nearest(to name: String, among known: [String]) -> String {
        known.min { distance($0, name) < distance($1, name) } ?? ""
    }

    /// How many single-letter changes lie between two names.
    static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8), b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let changed = min(row[j], row[j + 1]) + 1
                (diagonal, row[j + 1]) = (row[j + 1], min(changed, diagonal + (letter == other ? 0 : 1)))
            }
        }
        return row[b.count]
    }

    /// "64MiB", "2GiB", "1048576"; nil when it is none of these or overflows.
    static func byteCount(_ text: String) -> Int? {
        for (unit, shift) in [("KiB", 10), ("MiB", 20), ("GiB", 30), ("", 0)] where text.hasSuffix(unit) {
            guard let number = Int(text.dropLast(unit.count)), number > 0, number <= Int.max >> shift else { return nil }
            return number << shift
        }
        return nil
    }
}
