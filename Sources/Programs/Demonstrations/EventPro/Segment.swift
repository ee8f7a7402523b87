import SignalModel
import WireFormats

/// A segment or subsegment of a trace, as it grows.
struct Segment: Sendable {
    /// 16 hexadecimal digits.
    let id: String
    let name: String
    let start: Timestamp
    var end: Timestamp
    /// Of a segment: who called. Subsegments inside another need none.
    var parent: String?
    /// What kind of service a segment is; subsegments have none.
    var origin: String?
    /// Of a subsegment: `aws`, `remote`, or none for the service's own work.
    var namespace: String?
    var outcome = Outcome.ok
    var http: WireValue?
    var aws: WireValue?
    var annotations: [(String, WireValue)] = []
    var cause: Cause?
    var subsegments: [Segment] = []

    /// X-Ray's classes; a throttle is also an error.
    enum Outcome: Sendable {
        case ok, error, throttle, fault

        init(status: Int) {
            self = status == 429 ? .throttle : status >= 500 ? .fault : status >= 400 ? .error : .ok
        }
    }

    struct Cause: Sendable {
        let id: String
        let type: String
        let message: String
        var isRemote = false
    }

    init(id: String, _ name: String, from start: Timestamp, to end: Timestamp, namespace: String? = nil) {
        self.id = id
        self.name = name
        self.start = start
        self.end = end
        self.namespace = namespace
    }

    /// - Parameter trace: given for a segment, which is sent on its own.
    func document(in trace: String?) -> WireValue {
        .members(
            ("trace_id", trace.map(WireValue.text)), ("id", .text(id)), ("name", .text(name)), ("parent_id", parent.map(WireValue.text)),
            ("start_time", Self.seconds(start)), ("end_time", Self.seconds(end)), ("origin", origin.map(WireValue.text)),
            ("namespace", namespace.map(WireValue.text)), ("fault", flag(.fault)), ("throttle", flag(.throttle)),
            ("error", flag(.throttle) ?? flag(.error)), ("http", http), ("aws", aws), ("cause", causeDocument),
            ("annotations", annotations.isEmpty ? nil : .map(annotations)),
            ("subsegments", subsegments.isEmpty ? nil : .list(subsegments.map { $0.document(in: nil) })))
    }

    private func flag(_ wanted: Outcome) -> WireValue? { outcome == wanted ? true : nil }

    private var causeDocument: WireValue? {
        cause.map { cause in
            [
                "working_directory": "/var/task",
                "exceptions": [
                    .members(
                        ("id", .text(cause.id)), ("type", .text(cause.type)), ("message", .text(cause.message)),
                        ("remote", cause.isRemote ? true : nil),
                        ("stack", [["path": "/var/task/index.js", "line": 118, "label": "handler"]]))
                ],
            ]
        }
    }

    /// Epoch seconds to the microsecond, which is what SDKs send.
    private static func seconds(_ time: Timestamp) -> WireValue { .timestamp(time.nanoseconds / 1000 * 1000) }

    static func request(_ method: String, _ url: String, client: String? = nil, userAgent: String? = nil) -> WireValue {
        .members(
            ("method", .text(method)), ("url", .text(url)), ("client_ip", client.map(WireValue.text)),
            ("user_agent", userAgent.map(WireValue.text)))
    }

    static func response(_ status: Int, bytes: Int? = nil) -> WireValue {
        .members(("status", .integer(Int64(status))), ("content_length", bytes.map { .integer(Int64($0)) }))
    }
}

/// One journey's trace. What is not sampled is held until its end, and told after all when it failed.
struct Trace: Sendable {
    let id: String
    let isSampled: Bool
    private(set) var isTold: Bool
    private var held: [Segment] = []

    init(id: String, isSampled: Bool) {
        self.id = id
        self.isSampled = isSampled
        isTold = isSampled
    }

    /// - Returns: what is to be sent now.
    mutating func add(_ segment: Segment) -> [Segment] {
        if isTold { return [segment] }
        held.append(segment)
        return []
    }

    /// From here on everything of it is sent.
    /// - Returns: what was held so far.
    mutating func tell() -> [Segment] {
        isTold = true
        defer { held = [] }
        return held
    }
}
