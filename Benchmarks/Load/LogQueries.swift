import Glibc
import WireFormats

/// Reads of a log load, with what they must answer.
extension LogLoad {
    /// Searches by FilterLogEvents, page after page.
    /// - Throws: `.answer` when it finds another number of events than `count`.
    func filter(_ pattern: String, finds count: Int, in conversation: Conversation) throws {
        var found = 0
        var token: String?
        repeat {
            let root = try conversation.ask(
                .logs(
                    "FilterLogEvents",
                    .members(
                        ("logGroupName", .text(Self.group)), ("filterPattern", .text(pattern)), ("startTime", .integer(start / 1_000_000)),
                        ("endTime", .integer(end / 1_000_000)), ("nextToken", token.map(WireValue.text))))
            ).json.root
            found += root["events"]?.childCount ?? 0
            token = root["nextToken"]?.text
        } while token != nil
        guard found == count else { throw Self.wrong("\(pattern) is in \(found) events, not \(count)") }
    }

    /// Runs an Insights query and asks every millisecond whether it is complete.
    /// - Returns: its rows.
    func query(_ text: String, in conversation: Conversation) throws -> [[String: String]] {
        let started = try conversation.ask(
            .logs(
                "StartQuery",
                [
                    "logGroupName": .text(Self.group), "queryString": .text(text), "startTime": .integer(start / 1_000_000_000),
                    "endTime": .integer(end / 1_000_000_000),
                ]))
        let id = try started.json.root["queryId"]?.text ?? ""
        while true {
            let answer = try conversation.ask(.logs("GetQueryResults", ["queryId": .text(id)])).json.root
            switch answer["status"]?.text {
            case "Complete": return (answer["results"]?.children ?? .none).map(Self.row)
            case "Running", "Scheduled": usleep(1_000)
            case let status: throw Self.wrong("a query's status is \(status ?? "missing")")
            }
        }
    }

    private static func row(_ cells: WireNode) -> [String: String] {
        Dictionary(cells.children.map { ($0["field"]?.text ?? "", $0["value"]?.text ?? "") }) { first, _ in first }
    }

    /// How many events there are of each level, as Insights counts them, against the load's own count.
    func checkLevelCounts(_ rows: [[String: String]], _ expected: [Level: Int]) throws {
        let counts = Dictionary(rows.map { ($0["level"] ?? "", Double($0["n"] ?? "") ?? .nan) }) { $0 + $1 }
        guard counts == Dictionary(uniqueKeysWithValues: expected.map { ($0.key.rawValue, Double($0.value)) }) else {
            throw Self.wrong("counts by level are \(counts), not \(expected)")
        }
    }

    static func wrong(_ why: String) -> BenchmarkError { BenchmarkError(.answer, "cannot accept an answer about logs: \(why)") }
}
