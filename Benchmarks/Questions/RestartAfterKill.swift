/// How long the stored rows keep the server from serving again, after a power cut for the program and after a stop.
struct RestartAfterKill: Question {
    let name = "RestartAfterKill"
    let meaning = """
        Metrics, logs and traces are loaded, the program is ended by SIGKILL and started again; then it is stopped and started again. \
        Time to ready each time; counts and samples of all three signals are checked after each.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let server = try bench.startedServer()
        let loads = Loads(metrics: bench.metrics(), logs: bench.logs(), traces: bench.traces())
        try loads.send(to: server)
        try server.kill()
        try server.start()
        var figures = [
            Figure(loads.form, "start to ready after kill -9", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(2_000))
        ]
        try loads.check(server)
        figures.append(Figure(loads.form, "stop", try server.stop().seconds * 1_000, .milliseconds))
        try server.start()
        figures.append(Figure(loads.form, "start to ready after a stop", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(300)))
        try loads.check(server)
        return figures
    }

    private struct Loads {
        let metrics: MetricLoad
        let logs: LogLoad
        let traces: TraceLoad

        var form: String {
            let counts = [metrics.count, logs.count, traces.documents].map { FigureText.number(Double($0)) }
            return "\(counts[0]) datums, \(counts[1]) events, \(counts[2]) segments"
        }

        func send(to server: ServerProcess) throws {
            _ = try server.send(metrics)
            try server.prepare(logs)
            _ = try server.send(logs)
            _ = try server.send(traces)
        }

        func check(_ server: ServerProcess) throws {
            let samples = 20
            let counts = logs.levelCounts()
            let (metrics, logs, traces) = (metrics, logs, traces)
            let sender = Sender(port: server.port, connections: 1)
            _ = try sender.hold(1) { try logs.checkLevelCounts(try logs.query("stats count(*) as n by level", in: $1), counts) }
            _ = try sender.send(samples) {
                metrics.statisticsRequest($0 * metrics.seriesCount / samples)
            } check: {
                try metrics.checkStatistics($1, of: $0 * metrics.seriesCount / samples)
            }
            _ = try sender.send(samples) {
                TraceLoad.batchRequest([traces.id($0 * traces.traces / samples)])
            } check: {
                try TraceLoad.check($1, holds: 1)
            }
        }
    }
}
