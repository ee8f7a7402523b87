/// What an alarm's tags ask for beyond what the API can say. `Documentation/Alarms.md`.
///
/// | Tag | Value | |
/// |---|---|---|
/// | `groundwatch:sparse` | `true` | periods without data are quiet: the value 0 for sums and sample counts, else not breaching |
/// | `groundwatch:dedup` | `10m`, `2h`, seconds | what was told is not told again within so long |
/// | `severity`, `groundwatch:severity` | | carried to every notification |
/// | `runbook`, `groundwatch:runbook` | | carried to every notification |
package struct AlarmOptions: Sendable, Equatable {
    package private(set) var isSparse = false
    /// Zero: no window.
    package private(set) var dedupSeconds: Int64 = 0
    package private(set) var severity: String?
    package private(set) var runbook: String?

    private static let dedupSecondsMax: Int64 = 7 * 86_400

    /// Tags that say something which cannot be understood count as not there: they are refused where they are set.
    package init(tags: [(key: String, value: String)]) {
        for tag in tags {
            switch tag.key.lowercased() {
            case "groundwatch:sparse": isSparse = tag.value.lowercased() == "true"
            case "groundwatch:dedup": dedupSeconds = Self.seconds(tag.value) ?? 0
            case "groundwatch:severity": severity = tag.value
            case "groundwatch:runbook": runbook = tag.value
            case "severity": severity = severity ?? tag.value
            case "runbook": runbook = runbook ?? tag.value
            default: continue
            }
        }
    }

    /// The alarm's tags, and for what they leave open lines of its description: `Severity: High (…)`, `Runbook: https://…`.
    package init(tags: [(key: String, value: String)], description: String?) {
        self.init(tags: tags)
        for line in (description ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop(while: \.isWhitespace)
            switch parts[0].filter({ !$0.isWhitespace && $0 != "*" }).lowercased() {
            case "severity": severity = severity ?? value.split(whereSeparator: \.isWhitespace).first.map(String.init)
            case "runbook": runbook = runbook ?? value.split(whereSeparator: \.isWhitespace).first.map(String.init)
            default: continue
            }
        }
    }

    /// Why a tag cannot be set on an alarm; nil when it can.
    package static func refusal(of tag: (key: String, value: String)) -> String? {
        switch tag.key.lowercased() {
        case "groundwatch:sparse" where tag.value.lowercased() != "true" && tag.value.lowercased() != "false":
            "The value of the tag \(tag.key) must be true or false."
        case "groundwatch:dedup" where seconds(tag.value) == nil:
            "The value of the tag \(tag.key) must be a length of time up to 7 days, such as 600, 10m or 2h."
        default: nil
        }
    }

    /// `600`, `600s`, `10m`, `2h`, `1d`.
    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        let digits = unit == nil ? text[...] : text.dropLast()
        guard !digits.isEmpty, digits.utf8.count <= 6, digits.utf8.allSatisfy({ $0 &- 48 < 10 }), let number = Int64(digits) else { return nil }
        let seconds = number * (unit ?? 1)
        return seconds <= dedupSecondsMax ? seconds : nil
    }
}
