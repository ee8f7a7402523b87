import Alarms
import MetricMath
import SignalModel
import WireFormats

/// Reads one test of a rule test file.
struct RuleTestReader {
    private static let samplesMax = 1_000_000

    private let node: WireNode
    /// By name; the seconds between runs of those that are log alarms.
    private let alarms: [String: Int64?]
    private let name: String

    init(_ node: WireNode, _ alarms: [AlarmDrill.Subject]) throws(DrillError) {
        self.node = node
        self.alarms = Dictionary(alarms.map { ($0.definition.settings.name, $0.logSeconds) }) { first, _ in first }
        name = node["name"]?.text ?? "a test without a name"
        try RuleTestFile.checkMembers(node, ["name", "start", "interval", "input", "expect", "fires", "tells"], of: name)
    }

    func test() throws(DrillError) -> RuleTestFile.Test {
        let start = try self.start()
        let interval = try node["interval"] == nil ? 60_000_000_000 : length(node["interval"]?.text ?? "")
        var samples = DrillSamples(), results: [String: [Double?]] = [:]
        var end = start
        for input in node["input"]?.children ?? WireChildren.none {
            if input["LogAlarm"] == nil {
                end = max(end, try add(input, to: &samples, from: start, every: interval))
            } else {
                end = max(end, try add(input, to: &results, from: start))
            }
        }
        var states: [RuleTestFile.ExpectedState] = []
        for expected in node["expect"]?.children ?? WireChildren.none { states.append(try state(expected, from: start)) }
        let firings = try counts("fires"), tellings = try counts("tells")
        guard !states.isEmpty || !firings.isEmpty || !tellings.isEmpty else { throw wrong("it expects nothing") }
        end = max(end, states.map(\.time).max() ?? end)
        let range = TimeRange(start: Timestamp(nanoseconds: start), end: Timestamp(nanoseconds: end))
        return RuleTestFile.Test(name: name, samples: samples, results: results, range: range, states: states, firings: firings, tellings: tellings)
    }

    private func counts(_ name: String) throws(DrillError) -> [(alarm: String, count: Int)] {
        var counts: [(alarm: String, count: Int)] = []
        for member in node.member(named: name)?.children ?? WireChildren.none {
            guard let count = member.integer.flatMap(Int.init(exactly:)), count >= 0 else { throw wrong("\"\(name)\" says no number of \(member.key)") }
            counts.append((try known(member.key), count))
        }
        return counts
    }

    private func wrong(_ why: String) -> DrillError { DrillError("cannot read \(name): \(why)") }

    private func start() throws(DrillError) -> Int64 {
        guard let node = node["start"] else { return RuleTestFile.defaultStart }
        guard var text = node.text, let time = text.withUTF8({ ISO8601.nanoseconds($0) }) else { throw wrong("\"start\" is no time") }
        return time
    }

    /// `90s`, `5m`, `2h`, `1d`, or several: `1h30m`.
    private func length(_ text: String) throws(DrillError) -> Int64 {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        var seconds: Int64 = 0, digits = ""
        for character in text {
            if character.isASCII, character.isNumber, digits.count < 9 {
                digits.append(character)
            } else if let unit = units[character], let number = Int64(digits) {
                seconds += number * unit
                digits = ""
            } else {
                throw wrong("\"\(text)\" is no length of time, such as 5m or 1h30m")
            }
        }
        guard digits.isEmpty, !text.isEmpty, seconds <= 366 * 86_400 else { throw wrong("\"\(text)\" is no length of time, such as 5m or 1h30m") }
        return seconds * 1_000_000_000
    }

    private func known(_ alarm: String) throws(DrillError) -> String {
        guard alarms.keys.contains(alarm) else { throw wrong("there is no alarm \(alarm) in the file") }
        return alarm
    }

    private func state(_ node: WireNode, from start: Int64) throws(DrillError) -> RuleTestFile.ExpectedState {
        try RuleTestFile.checkMembers(node, ["alarm", "at", "state", "reason"], of: "an expectation of \(name)")
        guard let at = node["at"]?.text, let state = node["state"]?.text.flatMap(AlarmState.Value.init) else {
            throw wrong("an expectation needs \"at\", and as \"state\" OK, ALARM or INSUFFICIENT_DATA")
        }
        let alarm = node["alarm"]?.text ?? (alarms.count == 1 ? alarms.keys.first : nil)
        guard let alarm else { throw wrong("an expectation must name one of the alarms") }
        return RuleTestFile.ExpectedState(
            alarm: try known(alarm), at: at, time: start + (try length(at)), state: state, reason: node["reason"]?.text)
    }

    // MARK: Samples

    /// - Returns: the time behind the last value.
    private func add(_ node: WireNode, to samples: inout DrillSamples, from start: Int64, every interval: Int64) throws(DrillError) -> Int64 {
        try RuleTestFile.checkMembers(node, ["Namespace", "MetricName", "Dimensions", "Unit", "values"], of: "an input of \(name)")
        guard let namespace = node["Namespace"]?.text, let metric = node["MetricName"]?.text, let values = node["values"]?.text else {
            throw wrong("an input needs \"Namespace\", \"MetricName\" and \"values\"")
        }
        let dimensions = (node["Dimensions"]?.children ?? WireChildren.none).map { (name: $0["Name"]?.text ?? "", value: $0["Value"]?.text ?? "") }
        let identity = MetricIdentity(namespace: namespace, name: metric, dimensions: dimensions.map { ($0.name, $0.value) })
        var time = start, count = 0
        for token in values.split(whereSeparator: \.isWhitespace) {
            guard let (step, repeats) = Self.repeated(token) else { throw wrong("\"\(token)\" is no value") }
            count += repeats
            guard count <= Self.samplesMax else { throw wrong("an input has more than \(Self.samplesMax) values") }
            let parsed = try self.values(step)
            for _ in 0..<repeats {
                for value in parsed { samples.add(value.value, count: value.count, to: identity, unit: node["Unit"]?.text, at: time) }
                time += interval
            }
        }
        return time
    }

    /// What the runs of a log alarm's query come to, one after the other.
    /// - Returns: the time of the last run.
    private func add(_ node: WireNode, to results: inout [String: [Double?]], from start: Int64) throws(DrillError) -> Int64 {
        try RuleTestFile.checkMembers(node, ["LogAlarm", "values"], of: "an input of \(name)")
        guard let alarm = node["LogAlarm"]?.text, let values = node["values"]?.text else { throw wrong("an input needs \"LogAlarm\" and \"values\"") }
        guard let seconds = alarms[try known(alarm)] ?? nil else { throw wrong("\(alarm) is no log alarm") }
        var found: [Double?] = []
        for token in values.split(whereSeparator: \.isWhitespace) {
            guard let (step, repeats) = Self.repeated(token), found.count + repeats <= AlarmDrill.queriesMax else { throw wrong("\"\(token)\" is no value") }
            let value = step == "_" ? nil : Double(step)
            guard step == "_" || value?.isFinite == true else { throw wrong("\"\(token)\" is no value") }
            found += [Double?](repeating: value, count: repeats)
        }
        results[alarm] = found
        let period = seconds * 1_000_000_000
        return (start / period + Int64(found.count)) * period
    }

    /// `5x3`: three times 5.
    private static func repeated(_ token: Substring) -> (step: Substring, count: Int)? {
        let parts = token.split(separator: "x", omittingEmptySubsequences: false)
        if parts.count == 1 { return (token, 1) }
        guard parts.count == 2, let count = Int(parts[1]), count > 0 else { return nil }
        return (parts[0], count)
    }

    /// `_`: none; `1.5`; `2*10`: ten samples of 2; `1,2*3`: both.
    private func values(_ step: Substring) throws(DrillError) -> [(value: Double, count: Double)] {
        if step == "_" { return [] }
        var found: [(value: Double, count: Double)] = []
        for part in step.split(separator: ",", omittingEmptySubsequences: false) {
            let factors = part.split(separator: "*", omittingEmptySubsequences: false).map { Double($0) }
            guard factors.count <= 2, let value = factors[0], value.isFinite, let count = factors.count == 2 ? factors[1] : 1, count > 0, count.isFinite
            else { throw wrong("\"\(step)\" is no value: a number, several with commas, 2*10 for ten of them, or _ for none") }
            found.append((value, count))
        }
        return found
    }
}

extension AlarmDrill.Subject {
    /// How often its query is run; nil for what is no log alarm.
    fileprivate var logSeconds: Int64? {
        if case .data(let rule) = definition, rule.isOnLogs { rule.periodSeconds } else { nil }
    }
}
