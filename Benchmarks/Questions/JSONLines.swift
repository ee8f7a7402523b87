/// How many log lines a core stores in a second when a plain shipper posts them.
struct JSONLines: Question {
    let name = "JSONLines"
    let meaning = """
        The events of PutLogEvents as newline-delimited JSON to /ingest/logs, 1,000 lines a request, over four connections; each is on disk \
        before its request is answered.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.logs()
        let server = try bench.startedServer()
        return try IngestFigures(
            form: "JSON lines, 1,000 a request", rows: "lines", rowCount: load.count, rateAim: .atLeast(350_000), diskAim: .atMost(48)
        ).measured(on: server) { try server.sendLines(load) }
    }
}
