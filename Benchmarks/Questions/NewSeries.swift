import Bytes

/// What it costs when every sample belongs to a series that nobody has seen before: a fleet of containers that come and go.
struct NewSeries: Question {
    let name = "NewSeries"
    let meaning = """
        Prometheus remote write of series that are all new, twelve labels each, of which one or two are their own; 2,000 a request over four \
        connections, each on disk before its request is answered. Then one more sample of each. Then the program is ended by SIGKILL and \
        started, and stopped and started; a peer, which does not wait for the disk, is only stopped.
        """

    func suits(_ program: Program) -> Bool { program.speaks(.remoteWrite) }

    func measure(_ bench: Bench) throws -> [Figure] {
        let count = bench.size.pick(small: 4_000, usual: 100_000, full: 1_000_000)
        let (seed, end) = (bench.seed, bench.end)
        let server = try bench.startedServer()
        let form = "\(FigureText.number(Double(count))) series"
        let sender = Sender(port: server.port, connections: ServerProcess.connections)
        let requests = (count + HostLoad.samplesPerRequest - 1) / HostLoad.samplesPerRequest
        try server.settle(secondsMax: 10)
        var figures: [Figure] = []
        for (turn, rate) in ["new series a core-second", "further samples a core-second"].enumerated() {
            let before = try server.account
            _ = try sender.send(requests) { .remoteWrite(Self.body($0, of: count, at: end / 1_000_000 - Int64(60 - turn * 10) * 1_000, seed: seed)) }
            let seconds = try server.account.cpuSeconds - before.cpuSeconds
            figures.append(Figure(form, rate, Double(count) / seconds, .perCoreSecond, aim: turn == 0 ? .atLeast(200_000) : nil))
        }
        try server.settle(secondsMax: 60)
        let settled = try server.account
        figures.append(Figure(form, "peak resident memory", Double(settled.residentBytesMax) / 0x1p20, .mebibytes, aim: .atMost(600)))
        if bench.program.isDurable {
            try server.kill()
            try server.start()
            figures.append(Figure(form, "start to ready after kill -9", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(2_000)))
        }
        try server.stop()
        try server.start()
        figures.append(Figure(form, "start to ready after a stop", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(300)))
        return figures
    }

    private static func body(_ request: Int, of count: Int, at milliseconds: Int64, seed: UInt64) -> [UInt8] {
        var message = ByteWriter(capacity: HostLoad.samplesPerRequest * 400)
        for series in request * HostLoad.samplesPerRequest..<min((request + 1) * HostLoad.samplesPerRequest, count) {
            var random = SeededRandom(seed: seed, item: (series, 0))
            let deployment = series / 50 % 500
            let labels = RemoteWriteMessage.labels([
                ("__name__", "app_metric_\(series % 50)"), ("app", "app-\(deployment % 40)"), ("cluster", "eu-1"), ("container", "main"),
                ("deployment", "deploy-\(deployment)"), ("endpoint", "http"), ("env", "production"), ("instance", "10.\(series / 50 % 200).\(series % 250):8080"),
                ("job", "pods"), ("namespace", "ns-\(deployment % 25)"), ("node", "node-\(series / 50 % 100)"),
                ("pod", "deploy-\(deployment)-\(String(series / 50, radix: 16))-\(random.hex(5))"),
            ])
            RemoteWriteMessage.append(labels, milliseconds: milliseconds, Double(random.below(1_000)), to: &message)
        }
        return Snappy.compress(message.bytes)
    }
}
