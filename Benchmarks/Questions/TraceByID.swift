import WireFormats

/// How long one of many traces takes to be found by its id.
struct TraceByID: Question {
    let name = "TraceByID"
    let meaning = """
        One trace of OpenTelemetry's by BatchGetTraces, each time another, and an id that no trace has, from the files of a server that was \
        stopped and started again.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.spans()
        let server = try bench.startedServer()
        _ = try server.send(load)
        try server.settle(secondsMax: 60)
        try server.stop()
        try server.start()
        return try figures("a trace", isAbsent: false, load, server, bench, aim: .atMost(2))
            + figures("an id that is nowhere", isAbsent: true, load, server, bench, aim: .atMost(1))
    }

    private func figures(
        _ form: String, isAbsent: Bool, _ load: SpanLoad, _ server: ServerProcess, _ bench: Bench, aim: Figure.Aim
    ) throws -> [Figure] {
        let form = "\(form), \(FigureText.number(Double(load.traces))) traces"
        return try QueryFigures(form: form, count: bench.queries, latencyAim: aim).measured(on: server) { number in
            TraceLoad.batchRequest([load.xrayID(number * 7_919 % load.traces, isAbsent: isAbsent)])
        } check: { number, response in
            let traces = try response.json.root["Traces"]?.children ?? WireChildren.none
            guard traces.count == (isAbsent ? 0 : 1), traces.allSatisfy({ ($0["Segments"]?.childCount ?? 0) > 0 }) else {
                throw BenchmarkError(.answer, "cannot accept an answer about trace \(number): \(response.text)")
            }
        }
    }
}
