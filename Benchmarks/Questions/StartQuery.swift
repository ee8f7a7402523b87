/// How long Insights queries over all events take.
struct StartQuery: Question {
    let name = "StartQuery"
    let meaning = """
        Insights queries from the files of a server that was stopped and started again: from StartQuery to the GetQueryResults that says \
        Complete, asked every millisecond. Counts are checked.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.logs()
        let server = try bench.startedServer()
        try server.prepare(load)
        _ = try server.send(load)
        try server.stop()
        try server.start()
        let levels = load.levelCounts()
        let errors = levels[.ERROR] ?? 0
        return try figures("count by level", "stats count(*) as n by level", load, server, bench) {
            try load.checkLevelCounts($0, levels)
        }
            + figures("needle by parsed field", "filter correlation_id = \"\(load.needle(1))\" | stats count(*) as n", load, server, bench)
        {
            try Self.check($0, sum: load.needleCount(1))
        }
            + figures(
                "a level's events by service and 5 minutes", "filter level = \"ERROR\" | stats count(*) as n by service, bin(5m)", load,
                server, bench
            ) {
                try Self.check($0, sum: errors)
            }
            + figures(
                "average and 99th percentile by path", "stats avg(duration_ms), pct(duration_ms, 99), count(*) as n by path", load, server,
                bench
            ) {
                try Self.check($0, sum: load.count)
            }
    }

    private func figures(
        _ form: String, _ query: String, _ load: LogLoad, _ server: ServerProcess, _ bench: Bench,
        check: @escaping @Sendable ([[String: String]]) throws -> Void
    ) throws -> [Figure] {
        try QueryFigures(form: "\(form), \(FigureText.number(Double(load.count))) events", count: bench.longQueries).measured(on: server) {
            try check(try load.query(query, in: $1))
        }
    }

    private static func check(_ rows: [[String: String]], sum: Int) throws {
        let found = rows.reduce(0) { $0 + (Double($1["n"] ?? "") ?? .nan) }
        guard found == Double(sum) else {
            throw BenchmarkError(.answer, "cannot accept an answer about logs: it counts \(found), not \(sum)")
        }
    }
}
