/// How many segment documents a core stores in a second.
struct PutTraceSegments: Question {
    let name = "PutTraceSegments"
    let meaning = """
        Documents of three services a trace, each with two to four subsegments, 30 a request, over four connections; each is on disk \
        before its request is answered.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.traces()
        let server = try bench.startedServer()
        return try IngestFigures(form: "JSON, 30 a request", rows: "segments", rowCount: load.documents).measured(on: server) {
            try server.send(load)
        }
    }
}
