/// How long a dashboard waits for its graphs.
struct GetMetricData: Question {
    let name = "GetMetricData"
    let meaning = """
        Minute sums over the whole load of five series and of a hundred, each time other ones; first while the rows are in memory, then \
        from the files of a server that was stopped and started again. Every value is checked.
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
        try [5, 100].flatMap { width in
            let series: @Sendable (Int) -> [Int] = { number in (0..<width).map { (number * 7_919 + $0 * 31) % load.seriesCount } }
            return try QueryFigures(form: "\(width) series, \(place)", count: bench.queries).measured(on: server) {
                load.dataRequest(series($0))
            } check: {
                try load.checkData($1, of: series($0))
            }
        }
    }
}
