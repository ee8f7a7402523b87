/// How many log events a core stores in a second.
struct PutLogEvents: Question {
    let name = "PutLogEvents"
    let meaning = """
        Structured lines of about 375 bytes in 100 streams of one group, 1,000 events a request, over four connections; each is on disk \
        before its request is answered.
        """

    func suits(_ program: Program) -> Bool { program.speaks(.aws) }

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.logs()
        let server = try bench.startedServer()
        try server.prepare(load)
        return try IngestFigures(
            form: "JSON, 1,000 a request", rows: "events", rowCount: load.count, rateAim: .atLeast(350_000), diskAim: .atMost(48)
        ).measured(on: server) { try server.send(load) }
    }
}
