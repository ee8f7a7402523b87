import Platform
import SignalModel
import WireFormats

/// One run of a function in one environment, as it goes on: `now` moves with the work, and what it logs and calls is kept
/// until it ends.
struct Invocation: Sendable {
    enum Level: String, Sendable { case info = "INFO", warning = "WARN", error = "ERROR" }

    struct Spans: Sendable {
        /// Of Lambda itself, of the function, and of the handler's run.
        let service: String, function: String, handler: String
        /// Of whoever called.
        let parent: String
    }

    let function: LambdaFunction
    let environment: Int
    let stream: Traffic.Stream
    let memoryMegabytes: Int
    let requestID: String
    let traceID: String
    let isSampled: Bool
    let spans: Spans
    let arrived: Timestamp
    /// When the handler began: later than `arrived` by the start of the environment, where that was needed.
    let started: Timestamp
    var now: Timestamp
    /// Put into every line that the handler logs.
    var fields: [(String, WireValue)]
    var annotations: [(String, WireValue)] = []
    private(set) var lines: [Traffic.Line] = []
    /// Calls of other services, as subsegments.
    var calls: [Segment] = []
    /// What the handler threw; nil when it returned.
    private(set) var failure: Failure?
    private(set) var isTimedOut = false

    init(
        _ function: LambdaFunction, environment: Int, stream: String, memoryMegabytes: Int, requestID: String, trace: Trace, spans: Spans,
        arrived: Timestamp, initMilliseconds: Double?, fields: [(String, WireValue)]
    ) {
        self.function = function
        self.environment = environment
        self.stream = Traffic.Stream(group: function.logGroup, name: stream)
        self.memoryMegabytes = memoryMegabytes
        self.requestID = requestID
        traceID = trace.id
        isSampled = trace.isSampled
        self.spans = spans
        self.arrived = arrived
        started = arrived.after(milliseconds: initMilliseconds ?? 0)
        now = started
        self.fields = fields
        if initMilliseconds != nil {
            let runtime = "arn:aws:lambda:\(EventPro.region)::runtime:7b620fc2e66107a1046b140b9d320295811af3ad5d4c6a011fad1fa65127e9e6"
            write("INIT_START Runtime Version: nodejs:22.v31\tRuntime Version ARN: \(runtime)", at: arrived)
        }
        write("START RequestId: \(requestID) Version: $LATEST", at: started)
    }

    var initMilliseconds: Double? { arrived == started ? nil : started.milliseconds(since: arrived) }
    /// Of the handler, as it is billed.
    var milliseconds: Double { now.milliseconds(since: started) }

    mutating func work(milliseconds: Double) { now = now.after(milliseconds: milliseconds) }

    /// A line of the function's own, in JSON.
    /// - Parameters:
    ///   - event: what kind of thing happened.
    ///   - request: what it answers, where that is worth knowing.
    mutating func log(
        _ level: Level, _ message: String, event: String, of request: APIRequest? = nil, _ more: (String, WireValue)...
    ) {
        log(level, message, event, request, more)
    }

    mutating func log(
        _ failure: Failure, _ message: String, event: String, of request: APIRequest? = nil, _ more: (String, WireValue)...
    ) {
        let why: [(String, WireValue)] = [
            ("errorType", .text(failure.type)), ("error", .text(failure.message)), ("status", .integer(Int64(failure.status))),
        ]
        log(.error, message, event, request, more + why)
    }

    private mutating func log(
        _ level: Level, _ message: String, _ event: String, _ request: APIRequest?, _ more: [(String, WireValue)]
    ) {
        let head: [(String, WireValue)] = [
            ("timestamp", .text(UTCText.milliseconds(now.nanoseconds))), ("level", .text(level.rawValue)),
            ("service", .text(function.name)),
            ("message", .text(message)), ("event_type", .text(event)), ("request_id", .text(requestID)), ("trace_id", .text(traceID)),
        ]
        write(Self.json(.structure(head + fields + (request?.fields ?? []) + more)), at: now)
    }

    /// The handler throws: Lambda's runtime logs what, in its own words.
    mutating func crash(_ failure: Failure) {
        self.failure = failure
        let error: WireValue = [
            "errorType": .text(failure.type), "errorMessage": .text(failure.message),
            "stack": [.text("\(failure.type): \(failure.message)"), "    at Runtime.handler (file:///var/task/index.mjs:118:11)"],
        ]
        write("\(UTCText.milliseconds(now.nanoseconds))\t\(requestID)\tERROR\tInvoke Error \t\(Self.json(error))", at: now)
    }

    /// Lambda ends the handler, which has used up its time.
    mutating func timeOut() {
        now = started.after(milliseconds: function.timeoutMilliseconds)
        let seconds = FixedText.decimals(function.timeoutMilliseconds / 1000)
        failure = Failure(type: "Sandbox.Timedout", message: "Task timed out after \(seconds) seconds", status: 504)
        isTimedOut = true
        write("\(UTCText.milliseconds(now.nanoseconds)) \(requestID) Task timed out after \(seconds) seconds", at: now)
    }

    /// Lambda's last words on it.
    mutating func close() {
        write("END RequestId: \(requestID)", at: now)
        let duration = FixedText.decimals(milliseconds)
        let billed = Int(milliseconds.rounded(.up))
        var report = "REPORT RequestId: \(requestID)\tDuration: \(duration) ms\tBilled Duration: \(billed) ms\t"
        report += "Memory Size: \(function.memoryMegabytes) MB\tMax Memory Used: \(memoryMegabytes) MB\t"
        if let initMilliseconds { report += "Init Duration: \(FixedText.decimals(initMilliseconds)) ms\t" }
        if isTimedOut { report += "Status: timeout" }
        if isSampled { report += "\nXRAY TraceId: \(traceID)\tSegmentId: \(spans.function)\tSampled: true\t" }
        write(report, at: now)
    }

    private static func json(_ value: WireValue) -> String { String(decoding: JSON.encode(value), as: UTF8.self) }

    private mutating func write(_ message: String, at time: Timestamp) {
        lines.append(Traffic.Line(stream: stream, time: time, message: message))
    }
}

extension Invocation {
    /// The two segments that Lambda gives an invocation: the service's and, below it, the function's.
    ///
    /// Source: X-Ray developer guide, "AWS Lambda and AWS X-Ray"; Initialization lies before the function's handler.
    var segments: [Segment] {
        var service = Segment(id: spans.service, function.name, from: arrived, to: now.after(milliseconds: 1))
        service.parent = spans.parent
        service.origin = "AWS::Lambda"
        service.http = ["response": Segment.response(failure == nil ? 200 : 500)]
        service.aws = ["function_arn": .text(function.arn), "resource_names": [.text(function.name)], "request_id": .text(requestID)]
        var own = Segment(id: spans.function, function.name, from: arrived, to: now)
        own.parent = spans.service
        own.origin = "AWS::Lambda::Function"
        own.aws = .members(
            ("function_arn", .text(function.arn)), ("request_id", .text(requestID)), ("cold_start", .bool(initMilliseconds != nil)),
            ("cloudwatch_logs", [["log_group": .text(function.logGroup)]]))
        own.annotations = annotations + [("cold_start", .bool(initMilliseconds != nil))]
        var handler = Segment(id: spans.handler, "Invocation", from: started, to: now)
        handler.subsegments = calls
        if let failure {
            (service.outcome, own.outcome, handler.outcome) = (.fault, .fault, .fault)
            handler.cause = Segment.Cause(id: String(spans.handler.reversed()), type: failure.type, message: failure.message)
            own.cause = handler.cause
        }
        if initMilliseconds != nil {
            own.subsegments.append(Segment(id: String(spans.function.reversed()), "Initialization", from: arrived, to: started))
        }
        own.subsegments.append(handler)
        return [service, own]
    }
}

enum FixedText {
    /// With two digits behind the point, as Lambda reports.
    static func decimals(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths.magnitude % 100
        return "\(hundredths < 0 ? "-" : "")\(hundredths.magnitude / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
