import WireFormats

// A load, sent whole: how each signal's rows get into a server.

extension ServerProcess {
    /// How many requests are under way at once: enough that one commit can gather several.
    static let connections = 4

    /// - Parameter call: makes a PutMetricData call of its input, in one of the protocols.
    func send(
        _ load: MetricLoad, perRequest: Int = 1_000,
        as call: @escaping @Sendable (WireValue) -> Request = { .cloudWatch("PutMetricData", $0) }
    ) throws -> Sender.Outcome {
        let requests = (load.count + perRequest - 1) / perRequest
        return try Sender(port: port, connections: Self.connections).send(requests) { number in
            call(load.input(number * perRequest..<min((number + 1) * perRequest, load.count)))
        }
    }

    /// Makes the group and its streams.
    func prepare(_ load: LogLoad) throws {
        let streams = LogLoad.streams
        let sender = Sender(port: port, connections: 1)
        _ = try sender.send(1) { _ in .logs("CreateLogGroup", ["logGroupName": .text(LogLoad.group)]) }
        _ = try sender.send(streams.count) { number in
            .logs("CreateLogStream", ["logGroupName": .text(LogLoad.group), "logStreamName": .text(streams[number])])
        }
    }

    /// After `prepare`.
    func send(_ load: LogLoad) throws -> Sender.Outcome {
        try Sender(port: port, connections: Self.connections).send(load.requests) {
            .logs("PutLogEvents", load.input($0))
        } check: { _, response in
            if response.text.contains("rejectedLogEventsInfo"), try response.json.root["rejectedLogEventsInfo"]?.isNull == false {
                throw BenchmarkError(.answer, "cannot go on: events were not taken: \(response.text)")
            }
        }
    }

    /// The events as JSON lines; group and streams are made on the way.
    func sendLines(_ load: LogLoad) throws -> Sender.Outcome {
        try Sender(port: port, connections: Self.connections).send(load.requests) { .logLines(LogLoad.group, load.lines($0)) }
    }

    func send(_ load: TraceLoad) throws -> Sender.Outcome {
        try Sender(port: port, connections: Self.connections).send(load.requests) {
            .xray("/TraceSegments", load.input($0))
        } check: { _, response in
            guard try response.json.root["UnprocessedTraceSegments"]?.childCount == 0 else {
                throw BenchmarkError(.answer, "cannot go on: segments were not taken: \(response.text)")
            }
        }
    }

    func send(_ load: SpanLoad) throws -> Sender.Outcome {
        try Sender(port: port, connections: 2).send(load.requests) {
            Request(post: "/v1/traces", [("Content-Type", "application/x-protobuf")], body: load.body($0))
        } check: { _, response in
            guard response.status == 200, response.body.isEmpty else {
                throw BenchmarkError(.answer, "cannot go on: spans were not taken: \(response.text)")
            }
        }
    }
}
