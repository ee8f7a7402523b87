/// How long a trace takes to be found by its id.
struct BatchGetTraces: Question {
    let name = "BatchGetTraces"
    let meaning = """
        One trace, five traces and an id that no trace has, each time others, from the files of a server that was stopped and started again.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.traces()
        let server = try bench.startedServer()
        _ = try server.send(load)
        try server.stop()
        try server.start()
        return try figures("one trace", finds: 1, load, server, bench, aim: .atMost(2)) { [load.id($0)] }
            + figures("five traces", finds: 5, load, server, bench) { number in (0..<5).map { load.id((number + $0 * 97) % load.traces) } }
            + figures("an id that is nowhere", finds: 0, load, server, bench, aim: .atMost(1)) { [load.absentID($0)] }
    }

    private func figures(
        _ form: String, finds found: Int, _ load: TraceLoad, _ server: ServerProcess, _ bench: Bench, aim: Figure.Aim? = nil,
        ids: @escaping @Sendable (Int) -> [String]
    ) throws -> [Figure] {
        let form = "\(form), \(FigureText.number(Double(load.traces))) traces"
        return try QueryFigures(form: form, count: bench.queries, latencyAim: aim).measured(on: server) {
            TraceLoad.batchRequest(ids($0 * 7_919 % load.traces))
        } check: {
            try TraceLoad.check($1, holds: found)
        }
    }
}
