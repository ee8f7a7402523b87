/// How many samples a core takes in a second from a fleet of collectors, what they cost on disk, and how soon they are served again.
struct RemoteWrite: Question {
    let name = "RemoteWrite"
    let meaning = """
        Prometheus remote write: ten metrics of each of 4,000 hosts every ten seconds, ten tags a series, 2,000 samples a request, over four \
        connections; each is on disk before its request is answered. Then the program is ended by SIGKILL and started, and stopped and \
        started; sums and counts of some series are checked each time. A peer, which does not wait for the disk, is not killed, and its counts \
        are checked by PromQL.
        """

    func suits(_ program: Program) -> Bool { program.speaks(.remoteWrite) }

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.hosts()
        let form = "\(FigureText.number(Double(load.seriesCount))) series, \(FigureText.number(Double(load.ticks))) samples each"
        let server = try bench.startedServer()
        var figures = try IngestFigures(
            form: form, rows: "samples", rowCount: load.count, rateAim: .atLeast(1_600_000), diskAim: .atMost(1.05)
        ).measured(on: server) {
            // Prometheus takes no sample that is older than the newest of its series.
            try Sender(port: server.port, connections: load.lanes(atMost: ServerProcess.connections), hasLanes: true).send(load.requests) {
                .remoteWrite(load.body($0))
            }
        }
        try server.start()
        figures.append(Figure(form, "start to ready after a stop", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(300)))
        try check(load, server)
        guard bench.program.isDurable else { return figures }
        figures += try QueryFigures(form: "\(form), statistics of one series", count: bench.queries).measured(on: server) {
            load.statisticsRequest($0 * 7_919 % load.seriesCount)
        } check: {
            try load.checkStatistics($1, of: $0 * 7_919 % load.seriesCount)
        }
        try server.kill()
        try server.start()
        figures.append(Figure(form, "start to ready after kill -9", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(2_000)))
        try check(load, server)
        return figures
    }

    private func check(_ load: HostLoad, _ server: ServerProcess) throws {
        let samples = 20
        let sender = Sender(port: server.port, connections: 1)
        let series: @Sendable (Int) -> Int = { $0 * load.seriesCount / samples }
        if server.program.speaks(.aws) {
            _ = try sender.send(samples) { load.statisticsRequest(series($0)) } check: { try load.checkStatistics($1, of: series($0)) }
        } else {
            _ = try sender.send(samples) { load.countRequest(series($0)) } check: { try load.checkCount($1, of: series($0)) }
        }
    }
}
