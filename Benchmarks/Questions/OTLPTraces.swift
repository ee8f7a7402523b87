/// How many spans a core stores in a second.
struct OTLPTraces: Question {
    let name = "OTLPTraces"
    let meaning = """
        Spans with HTTP, database and messaging attributes, 64 traces a request, in protobuf by OTLP over HTTP, over two connections; each \
        is on disk before its request is answered.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.spans()
        let server = try bench.startedServer()
        var figures = IngestFigures(form: "OTLP protobuf, 64 traces a request", rows: "spans", rowCount: load.spans)
        figures.rateAim = .atLeast(180_000)
        figures.diskAim = .atMost(60)
        return try figures.measured(on: server) { try server.send(load) }
    }
}
