import Platform

/// A server program that can be measured: ours, or a peer that speaks some of the same protocols.
struct Program: Sendable {
    enum Kind: String, Sendable, CaseIterable { case groundwatch, moto, prometheus, victoriaMetrics = "victoria-metrics" }

    /// What a question may say to it.
    enum Speech: Sendable {
        /// PutMetricData and the other AWS calls.
        case aws
        /// Prometheus' remote write, at `remoteWritePath`.
        case remoteWrite
        /// Prometheus' query API, at `queryPath`.
        case promQL
    }

    let kind: Kind
    let executable: String

    var name: String { kind.rawValue }

    static func groundwatch(_ executable: String) -> Program { Program(kind: .groundwatch, executable: executable) }

    /// The programs that Debian's packages of these names install.
    static let debianPeers = [
        Program(kind: .prometheus, executable: "/usr/bin/prometheus"),
        Program(kind: .victoriaMetrics, executable: "/usr/bin/victoria-metrics"),
    ]

    func speaks(_ speech: Speech) -> Bool {
        switch (kind, speech) {
        case (.groundwatch, _), (.moto, .aws): true
        case (.prometheus, .remoteWrite), (.prometheus, .promQL), (.victoriaMetrics, .remoteWrite), (.victoriaMetrics, .promQL): true
        default: false
        }
    }

    // MARK: Starting it

    /// Answers 200 once the program serves.
    var readyPath: String {
        switch kind {
        case .groundwatch: "/health/ready"
        case .moto: "/moto-api/data.json"
        case .prometheus: "/-/ready"
        case .victoriaMetrics: "/health"
        }
    }

    /// What must lie in the folder before it starts.
    func prepare(_ folder: String) throws {
        guard kind == .prometheus else { return }
        let path = folder + "/prometheus.yml"
        guard !LinuxFileSystem().exists(path) else { return }
        // It scrapes nobody, itself included.
        let file = try LinuxFileSystem().open(path, .create)
        var bytes = Array("global:\n  scrape_interval: 1h\n".utf8)
        try bytes.withUnsafeMutableBytes { try file.write(UnsafeRawBufferPointer($0), at: 0) }
    }

    func arguments(folder: String, port: UInt16) -> [String] {
        let address = "127.0.0.1:\(port)"
        return switch kind {
        case .groundwatch: ["serve", "--data", folder + "/data", "--edge", address, "--doors", "edge"]
        case .moto: ["-H", "127.0.0.1", "-p", "\(port)"]
        case .prometheus:
            [
                "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data", "--web.listen-address=\(address)",
                "--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=15d", "--log.level=warn",
            ]
        case .victoriaMetrics:
            // Its answers leave out the newest thirty seconds unless it is told not to.
            [
                "-storageDataPath=\(folder)/data", "-httpListenAddr=\(address)", "-retentionPeriod=1y", "-search.latencyOffset=0s",
                "-loggerLevel=WARN",
            ]
        }
    }

    // MARK: Speaking to it

    var remoteWritePath: String { "/api/v1/write" }
    var queryPath: String { "/api/v1/query_range" }

    // MARK: Ending it, and what is left

    /// Whether it ends with 0 when asked to, as a program should.
    var endsCleanly: Bool { kind != .moto }

    /// Whether what it is sent is on disk.
    var keepsFiles: Bool { kind != .moto }

    /// Whether it waits for the disk before it answers.
    var isDurable: Bool { kind == .groundwatch }

    /// Below a server's data folder, what stays when it has stopped: where rows are, and what beside them is only passed through.
    var kept: (folder: String, without: Set<String>) {
        switch kind {
        case .groundwatch: ("/store", ["journal"])
        // What Prometheus has not made a block of, two hours and more, lies in its log and nowhere else: it counts.
        case .moto, .prometheus, .victoriaMetrics: ("", [])
        }
    }
}
