import Bytes
import WireFormats

/// OpenTelemetry's spans: traces of 8 to 15 spans through some of twenty services, with the attributes that HTTP, database and messaging
/// libraries give, three in a hundred failed with an exception event. A body holds 64 traces, gathered by service as a collector does.
struct SpanLoad: Sendable {
    static let tracesPerRequest = 64
    private static let services = 20
    private static let instances = 4
    private static let second: Int64 = 1_000_000_000

    let requests: Int
    /// Past the last trace's start, in nanoseconds.
    let end: Int64
    private let seed: UInt64

    var traces: Int { requests * Self.tracesPerRequest }

    /// - Parameter end: the traces are spread over the two hours before it.
    init(requests: Int, end: Int64, seed: UInt64) {
        self.requests = requests
        self.end = end
        self.seed = seed
    }

    func id(_ trace: Int) -> [UInt64] {
        var random = SeededRandom(seed: seed, item: (trace, 0), use: 11)
        return [random.next(), random.next()]
    }

    /// As X-Ray's calls name it.
    func xrayID(_ trace: Int, isAbsent: Bool = false) -> String {
        let id = id(trace)
        let digits = Hex.encode((id + []).flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) } })
        // An id like the others that no trace has.
        let shown = isAbsent ? String(digits.reversed()) : digits
        return "1-\(shown.prefix(8))-\(shown.dropFirst(8))"
    }

    func spanCount(_ trace: Int) -> Int {
        var random = SeededRandom(seed: seed, item: (trace, 0), use: 12)
        return 8 + random.below(8)
    }

    var spans: Int { (0..<traces).reduce(0) { $0 + spanCount($1) } }

    /// The body of a request, in protobuf.
    func body(_ request: Int) -> [UInt8] {
        var byResource: [[UInt8]] = Array(repeating: [], count: Self.services * Self.instances)
        for trace in request * Self.tracesPerRequest..<(request + 1) * Self.tracesPerRequest { append(trace, to: &byResource) }
        var body = ProtobufWriter()
        for (number, spans) in byResource.enumerated() where !spans.isEmpty {
            var scope = ProtobufWriter()
            scope.append(1, text: "io.opentelemetry.instrumentation")
            scope.append(2, text: "2.9.0")
            var scopeSpans = ProtobufWriter()
            scopeSpans.append(1, scope.bytes)
            scopeSpans.append(fields: spans)
            var resourceSpans = ProtobufWriter()
            resourceSpans.append(1, resource(number))
            resourceSpans.append(2, scopeSpans.bytes)
            body.append(1, resourceSpans.bytes)
        }
        return body.bytes
    }

    private func resource(_ number: Int) -> [UInt8] {
        var random = SeededRandom(seed: seed, item: (number, 0), use: 13)
        let service = number / Self.instances
        var attributes = Attributes(field: 1)
        attributes.append("service.name", "service-\(service)")
        attributes.append("service.version", "1.\(service).\(number % 3)")
        attributes.append("service.instance.id", random.hex(32))
        attributes.append("deployment.environment.name", "production")
        attributes.append("host.name", "ip-10-0-\(service)-\(number % Self.instances)")
        attributes.append("cloud.region", "eu-west-1")
        attributes.append("telemetry.sdk.name", "opentelemetry")
        attributes.append("telemetry.sdk.language", ["java", "go", "python"][service % 3])
        return attributes.writer.bytes
    }

    // MARK: a trace

    private func append(_ trace: Int, to byResource: inout [[UInt8]]) {
        var random = SeededRandom(seed: seed, item: (trace, 0), use: 14)
        let id = id(trace)
        let hours = 7_200 * Self.second
        let begin = end - hours + hours / Int64(traces) * Int64(trace) + Int64(random.below(1_000_000))
        var parents: [(span: UInt64, service: Int, start: Int64, length: Int64)] = []
        for number in 0..<spanCount(trace) {
            let span = random.next() | 1
            let parent = number == 0 ? nil : parents[random.below(parents.count)]
            let isServer = number == 0 || random.happens(0.3)
            let service = parent.map { isServer ? ($0.service + 1 + random.below(4)) % Self.services : $0.service } ?? trace % Self.services
            let start = parent.map { $0.start + Int64(random.below(Int(max(2, $0.length / 2)))) } ?? begin
            let length = min(Int64(random.logNormal(median: 12, spread: 1) * 1e6), parent.map { max(1_000, $0.length - (start - $0.start)) } ?? .max)
            var message = ProtobufWriter()
            message.append(1, Self.bytes(id))
            message.append(2, Self.bytes([span]))
            if let parent { message.append(4, Self.bytes([parent.span])) }
            let kind = number == 0 || isServer ? Kind.server : [.internal, .database, .http, .messaging][random.below(4)]
            fill(&message, kind, service, start: start, end: start + length, &random)
            var field = ProtobufWriter()
            field.append(2, message.bytes)
            byResource[service * Self.instances + trace % Self.instances] += field.bytes
            parents.append((span, service, start, length))
        }
    }

    private enum Kind { case server, `internal`, database, http, messaging }

    private func fill(_ span: inout ProtobufWriter, _ kind: Kind, _ service: Int, start: Int64, end: Int64, _ random: inout SeededRandom) {
        let isError = random.happens(0.03)
        let route = random.below(12)
        let status = isError ? 500 : random.happens(0.05) ? 404 : 200
        var attributes = Attributes(field: 9)
        let name: String, number: UInt64
        switch kind {
        case .server:
            (name, number) = ("\(["GET", "POST"][route % 2]) /api/v1/resource\(route)/{id}", 2)
            attributes.append("http.request.method", ["GET", "POST"][route % 2])
            attributes.append("http.route", "/api/v1/resource\(route)/{id}")
            attributes.append("url.path", "/api/v1/resource\(route)/\(random.below(100_000))")
            attributes.append("http.response.status_code", status)
            attributes.append("user_agent.original", ["Mozilla/5.0", "okhttp/4.12", "curl/8.5"][random.below(3)])
            attributes.append("tenant", "tenant-\(random.below(50))")
        case .internal:
            (name, number) = ("compute-\(route)", 1)
            attributes.append("code.function.name", "com.shop.Service\(service).compute\(route)")
            attributes.append("thread.id", random.below(64))
            attributes.append("tenant", "tenant-\(random.below(50))")
        case .database:
            (name, number) = ("SELECT orders_\(route)", 3)
            attributes.append("db.system.name", "postgresql")
            attributes.append("db.namespace", "orders")
            attributes.append("db.query.text", "SELECT * FROM orders_\(route) WHERE id = $1 AND tenant = $2")
            attributes.append("server.address", "db-\(service % 4).internal")
            attributes.append("server.port", 5_432)
        case .http:
            (name, number) = (["GET", "POST"][route % 2], 3)
            attributes.append("http.request.method", ["GET", "POST"][route % 2])
            attributes.append("url.full", "http://service-\((service + route) % Self.services).internal/api/v1/resource\(route)/\(random.below(100_000))")
            attributes.append("server.address", "service-\((service + route) % Self.services).internal")
            attributes.append("http.response.status_code", status)
        case .messaging:
            (name, number) = ("send topic-\(route)", 4)
            attributes.append("messaging.system", "kafka")
            attributes.append("messaging.destination.name", "topic-\(route)")
            attributes.append("messaging.operation.type", "send")
            attributes.append("messaging.message.id", random.hex(32))
            attributes.append("messaging.kafka.offset", random.below(10_000_000))
        }
        span.append(5, text: name)
        span.append(6, varint: number)
        span.append(7, fixed64: UInt64(start))
        span.append(8, fixed64: UInt64(end))
        span.append(fields: attributes.writer.bytes)
        if isError { fail(&span, service, at: end, &random) }
        span.append(16, fixed32: 0x101)
    }

    private func fail(_ span: inout ProtobufWriter, _ service: Int, at time: Int64, _ random: inout SeededRandom) {
        var attributes = Attributes(field: 3)
        let type = ["java.util.concurrent.TimeoutException", "java.lang.IllegalStateException", "java.io.IOException"][random.below(3)]
        attributes.append("exception.type", type)
        attributes.append("exception.message", "no answer within \(random.below(5_000)) ms")
        let frames = (0..<6 + random.below(8)).map { "\tat com.shop.Service\(service).step\($0)(Service\(service).java:\(20 + $0 * 17))" }
        attributes.append("exception.stacktrace", "\(type): no answer\n" + frames.joined(separator: "\n"))
        var event = ProtobufWriter()
        event.append(1, fixed64: UInt64(time))
        event.append(2, text: "exception")
        event.append(fields: attributes.writer.bytes)
        span.append(11, event.bytes)
        var status = ProtobufWriter()
        status.append(3, varint: 2)
        span.append(15, status.bytes)
    }

    private static func bytes(_ numbers: [UInt64]) -> [UInt8] {
        numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) } }
    }

    /// KeyValues in a field of a message.
    private struct Attributes {
        let field: UInt32
        var writer = ProtobufWriter()

        init(field: UInt32) { self.field = field }

        mutating func append(_ key: String, _ text: String) {
            var value = ProtobufWriter()
            value.append(1, text: text)
            append(key, value)
        }

        mutating func append(_ key: String, _ number: Int) {
            var value = ProtobufWriter()
            value.append(3, varint: UInt64(bitPattern: Int64(number)))
            append(key, value)
        }

        private mutating func append(_ key: String, _ value: ProtobufWriter) {
            var pair = ProtobufWriter()
            pair.append(1, text: key)
            pair.append(2, value.bytes)
            writer.append(field, pair.bytes)
        }
    }
}
