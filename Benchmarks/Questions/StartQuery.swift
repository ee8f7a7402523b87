/// How long Insights queries over all events take.
struct StartQuery: Question {
    let name = "StartQuery"
    let meaning = """
        Insights queries from the files of a server that was stopped and started again: from StartQuery to the GetQueryResults that says \
        Complete, asked every millisecond. Counts are checked.
        """

    /// A query and what its rows must say.
    private struct Query: Sendable {
        let form: String
        let text: String
        let check: @Sendable ([[String: String]]) throws -> Void
    }

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.logs()
        let server = try bench.startedServer()
        _ = try server.sendLines(load)
        try server.stop()
        try server.start()
        let events = "\(FigureText.number(Double(load.count))) events"
        return try Self.queries(load).flatMap { query in
            try QueryFigures(form: "\(query.form), \(events)", count: bench.longQueries).measured(on: server) {
                try query.check(try load.query(query.text, in: $1))
            }
        }
    }

    private static func queries(_ load: LogLoad) -> [Query] {
        let levels = load.levelCounts()
        return [
            Query(form: "count by level", text: "stats count(*) as n by level") { try load.checkLevelCounts($0, levels) },
            Query(form: "needle by field", text: "filter correlation_id = \"\(load.needle(1))\" | stats count(*) as n") {
                try check($0, sum: load.needleCount(1))
            },
            Query(form: "errors by service and 5 minutes", text: "filter level = \"ERROR\" | stats count(*) as n by service, bin(5m)") {
                try check($0, sum: levels[.ERROR] ?? 0)
            },
            Query(form: "histogram by level and 5 minutes", text: "stats count(*) as n by level, bin(5m)") { try check($0, sum: load.count) },
            Query(form: "a word", text: "filter @message like \"timeout\" | stats count(*) as n") { try check($0, atMost: levels[.ERROR] ?? 0) },
            Query(form: "part of a word", text: "filter @message like \"imeout aft\" | stats count(*) as n") {
                try check($0, atMost: levels[.ERROR] ?? 0)
            },
            Query(
                form: "an expression", text: "filter @message like /(deadline|timeout).*attempt [3-5]/ | stats count(*) as n"
            ) { try check($0, atMost: levels[.ERROR] ?? 0) },
            Query(
                form: "the last 100 errors with a word",
                text: "filter level = \"ERROR\" and @message like \"broker\" | sort @timestamp desc | limit 100"
            ) {
                let isEnough = $0.count == 100 || (levels[.ERROR] ?? 0) < 1_000
                guard isEnough else { throw LogLoad.wrong("\($0.count) rows where 100 were asked for") }
            },
            Query(form: "the ten busiest users", text: "stats count(*) as n by user_id | sort n desc | limit 10") {
                try check($0, atMost: load.count)
            },
            Query(
                form: "an expression over stacks, by service", text: "filter stack like /order\\.created.*Handler/ | stats count(*) as n by service"
            ) { try check($0, atMost: levels[.ERROR] ?? 0) },
            Query(form: "average and p99 by path", text: "stats avg(duration_ms), pct(duration_ms, 99), count(*) as n by path") {
                try check($0, sum: load.count)
            },
        ]
    }

    private static func check(_ rows: [[String: String]], atMost limit: Int) throws {
        let found = rows.reduce(0) { $0 + (Double($1["n"] ?? "") ?? .nan) }
        guard found > 0 || limit < 100, found <= Double(limit) else { throw LogLoad.wrong("it counts \(found), at most \(limit)") }
    }

    private static func check(_ rows: [[String: String]], sum: Int) throws {
        let found = rows.reduce(0) { $0 + (Double($1["n"] ?? "") ?? .nan) }
        guard found == Double(sum) else {
            throw BenchmarkError(.answer, "cannot accept an answer about logs: it counts \(found), not \(sum)")
        }
    }
}
