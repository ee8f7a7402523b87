import WireFormats

/// What `groundwatch drill` is told on the command line.
struct DrillOptions {
    var alarm: String?
    var file: String?
    /// UTC nanoseconds.
    var from: Int64
    var to: Int64
    var target: ServerTarget
    var isJSON = false

    init(_ arguments: [String], environment: [String: String], now: Int64) throws(DrillError) {
        target = ServerTarget(environment: environment)
        from = now - 86_400_000_000_000
        to = now
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if argument == "--json" {
                isJSON = true
                continue
            }
            guard ["--alarm", "--file", "--from", "--to"].contains(parts[0]) || ServerTarget.options.contains(parts[0]) else {
                throw DrillError("cannot read \(argument): there is no such option; see groundwatch drill --help")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { throw DrillError("cannot read \(parts[0]): it needs a value") }
            try set(parts[0], value, now)
        }
        guard (alarm == nil) != (file == nil) else { throw DrillError("cannot drill: say which alarm, by --alarm or by --file") }
    }

    private mutating func set(_ name: String, _ value: String, _ now: Int64) throws(DrillError) {
        switch name {
        case "--alarm": alarm = value
        case "--file": file = value
        case "--from": from = try Self.time(value, name, now)
        case "--to": to = try Self.time(value, name, now)
        default: try target.set(name, value)
        }
    }

    private static func time(_ text: String, _ name: String, _ now: Int64) throws(DrillError) -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 7, let number = Int64(text.dropLast()), number >= 0 {
            return now - number * unit * 1_000_000_000
        }
        var text = text
        if let time = text.withUTF8({ ISO8601.nanoseconds($0) }) { return time }
        throw DrillError("cannot read \(name): \"\(text)\" is neither a time nor so long ago")
    }
}
