/// How many datums a core stores in a second, sent in small and large requests.
struct PutMetricData: Question {
    let name = "PutMetricData"
    let meaning = """
        Datums of hosts (ten metrics each, three dimensions, a value every ten seconds), over four connections; each is on disk before its \
        request is answered.
        """

    func suits(_ program: Program) -> Bool { program.speaks(.aws) }

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.metrics()
        let small = MetricLoad(hosts: load.hosts, ticks: bench.size.pick(small: 6, usual: 12, full: 36), end: bench.end, seed: bench.seed)
        return try measured("JSON, 20 a request", small, bench) { try $0.send($1, perRequest: 20) }
            + measured("JSON, 1,000 a request", load, bench) { try $0.send($1) }
            + (bench.program.kind == .groundwatch ? inOtherForms(load, bench) : [])
    }

    private func inOtherForms(_ load: MetricLoad, _ bench: Bench) throws -> [Figure] {
        try measured("JSON in gzip, 1,000 a request", load, bench) { try $0.send($1) { .cloudWatchGzip("PutMetricData", $0) } }
            + measured("CBOR, 1,000 a request", load, bench) { try $0.send($1) { .cloudWatchCBOR("PutMetricData", $0) } }
    }

    private func measured(
        _ form: String, _ load: MetricLoad, _ bench: Bench, _ send: (ServerProcess, MetricLoad) throws -> Sender.Outcome
    ) throws -> [Figure] {
        let server = try bench.startedServer(for: form)
        return try IngestFigures(form: form, rows: "datums", rowCount: load.count).measured(on: server) { try send(server, load) }
    }
}
