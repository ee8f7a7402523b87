import Columns
import LogsInsights
import SignalModel
import Simulation
import WireFormats

/// Events and the cases that ask about them, read from a file of Tests/Fixtures/logs-insights.
struct InsightsScript {
    struct Case: Sendable {
        enum Expectation: Sendable {
            case rows([String], statistics: String?)
            case failure(start: Int, end: Int, words: String)
        }

        /// File and line, for messages.
        let place: String
        let query: String
        let rowLimit: Int
        let events: InsightsEvents
        let expectation: Expectation
    }

    static let cases: [Case] = {
        do { return try Fixtures.names(in: "logs-insights").flatMap(read) } catch { fatalError("cannot read the scripts: \(error)") }
    }()

    private static func read(_ name: String) throws -> [Case] {
        let lines = try Fixtures.text("logs-insights/" + name).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var cases: [Case] = []
        var events = InsightsEvents()
        var next = 0
        func section() -> [String] {
            let start = next
            while next < lines.count, lines[next] != "end" { next += 1 }
            defer { next += 1 }
            return Array(lines[start..<next])
        }
        while next < lines.count {
            let words = lines[next].split(separator: " ", maxSplits: 3)
            let place = "\(name):\(next + 1)"
            next += 1
            guard let verb = words.first, !verb.hasPrefix("#") else { continue }
            switch verb {
            case "load": events = InsightsEvents(lines: section())
            case "query":
                let limit = words.count == 3 ? Int(words[2])! : 10_000
                cases.append(query(section(), place: place, rowLimit: limit, events: events))
            case "fail":
                cases.append(
                    Case(
                        place: place, query: section().joined(separator: "\n"), rowLimit: 10_000, events: events,
                        expectation: .failure(start: Int(words[1])!, end: Int(words[2])!, words: String(words[3]))))
            default: fatalError("\(place): unknown section \(words)")
            }
        }
        return cases
    }

    private static func query(_ lines: [String], place: String, rowLimit: Int, events: InsightsEvents) -> Case {
        guard let middle = lines.firstIndex(of: "expect") else { fatalError("\(place): a query without expect") }
        var rows = Array(lines[(middle + 1)...])
        let statistics = rows.last?.hasPrefix("statistics ") == true ? rows.removeLast() : nil
        return Case(
            place: place, query: lines[..<middle].joined(separator: "\n"), rowLimit: rowLimit, events: events,
            expectation: .rows(rows, statistics: statistics))
    }
}

/// Events as a store and a front end would hand them to a query.
struct InsightsEvents: Sendable {
    private(set) var times: [Int64] = []
    private(set) var messages: [String] = []

    /// 2026-11-21T00:00:00Z
    static let day: Int64 = 1_795_219_200

    init() {}

    /// Lines such as `08:00:00.000 text`.
    init(lines: [String]) {
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            let numbers = parts[0].split { $0 == ":" || $0 == "." }.map { Int64($0)! }
            let milliseconds = ((Self.day + (numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 1000) + numbers[3]
            times.append(milliseconds * 1_000_000)
            messages.append(parts.count == 2 ? String(parts[1]) : "")
        }
    }

    init(times: [Int64], messages: [String]) {
        self.times = times
        self.messages = messages
    }

    /// Runs a query in chunks of `chunkRows`, the predicate applied before as a store would.
    /// - Returns: rows as the scripts write them, without `@ptr`, and the statistics.
    func answer(_ query: InsightsQuery, rowLimit: Int = 10_000, chunkRows: Int) throws -> (rows: [String], statistics: String) {
        let moment = InsightsMoment(
            now: Timestamp(seconds: Self.day + 32 * 3600),
            range: TimeRange(start: Timestamp(seconds: Self.day), end: Timestamp(seconds: Self.day + 24 * 3600)))
        var execution = query.execution(rowLimit: rowLimit, moment: moment)
        var rows = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        if query.order == .newestFirst { rows.reverse() }
        while !rows.isEmpty, !execution.isSatisfied {
            let part = Array(rows.prefix(chunkRows))
            rows.removeFirst(part.count)
            let selection = query.predicate.selection(rowCount: part.count) { column(named: $0, rows: part) }
            let chunk = ColumnChunk(rowCount: part.count, columns: query.fields.map { column(named: $0, rows: part) })
            try execution.consume(chunk.filtered(by: selection), recordsScanned: part.count)
        }
        let result = execution.finish()
        let shown = result.rows.map { row in
            row.cells.filter { $0.field != "@ptr" }.map { "\($0.field)=\($0.value)" }.joined(separator: "; ")
        }
        return (shown, "statistics \(result.statistics.recordsMatched) \(result.statistics.recordsScanned)")
    }

    private func column(named name: String, rows: [Int]) -> Column {
        switch name {
        case "@timestamp": return Column(.int64(rows.map { times[$0] }))
        case "@ingestionTime": return Column(.int64(rows.map { times[$0] + 1_000_000_000 }))
        case "@message": return Column(.bytes(BytesVector(rows.map { messages[$0] })))
        case "@logStream": return Column(.bytes(BytesVector(rows.map { _ in "stream-1" })))
        case "@log": return Column(.bytes(BytesVector(rows.map { _ in "000000000000:group" })))
        case "@ptr": return Column(.bytes(BytesVector(rows.map { "pointer-\($0)" })))
        default: return LogFieldExtractor(names: [name]).columns(of: BytesVector(messages), rows: rows)[0]
        }
    }
}
