/// How long one metric's statistics take.
struct GetMetricStatistics: Question {
    let name = "GetMetricStatistics"
    let meaning = """
        Minute sums of one series over the whole load, each time of another one; first while the rows are in memory, then from the files of \
        a server that was stopped and started again. Every value is checked.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.metrics()
        let server = try bench.startedServer()
        _ = try server.send(load)
        let fresh = try figures("in memory", load, server, bench)
        try server.stop()
        try server.start()
        return fresh + (try figures("from files", load, server, bench))
    }

    private func figures(_ place: String, _ load: MetricLoad, _ server: ServerProcess, _ bench: Bench) throws -> [Figure] {
        let series: @Sendable (Int) -> Int = { $0 * 7_919 % load.seriesCount }
        return try QueryFigures(form: place, count: bench.queries).measured(on: server) {
            load.statisticsRequest(series($0))
        } check: {
            try load.checkStatistics($1, of: series($0))
        }
    }
}
