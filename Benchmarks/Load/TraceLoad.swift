import WireFormats

/// Traces of three services that call one another: three segment documents each, with eleven spans in all on average.
///
/// Every document carries HTTP data, annotations and two to four subsegments (database, cache, messages); three in a hundred failed and
/// carry their exception. A request holds ten traces: thirty documents, as a daemon gathers them.
struct TraceLoad: Sendable {
    static let tracesPerRequest = 10
    static let documentsPerTrace = 3
    private static let second: Int64 = 1_000_000_000

    let requests: Int
    /// Past the last trace's start, in nanoseconds.
    let end: Int64
    private let seed: UInt64

    var traces: Int { requests * Self.tracesPerRequest }
    var documents: Int { traces * Self.documentsPerTrace }

    /// - Parameter end: the traces are spread over the two hours before it.
    init(requests: Int, end: Int64, seed: UInt64) {
        self.requests = requests
        self.end = end
        self.seed = seed
    }

    /// The input of the PutTraceSegments call of this number.
    func input(_ request: Int) -> WireValue {
        let traces = (0..<Self.tracesPerRequest).map { request * Self.tracesPerRequest + $0 }
        return ["TraceSegmentDocuments": .texts(traces.flatMap(texts))]
    }

    func id(_ trace: Int) -> String { id(trace, use: 1) }

    /// An id like the others that no trace has.
    func absentID(_ number: Int) -> String { id(number % traces, use: 2) }

    private func id(_ trace: Int, use: UInt64) -> String {
        var random = SeededRandom(seed: seed, item: (trace, 0), use: use)
        return "1-\(String(start(trace) / Self.second, radix: 16))-\(random.hex(24))"
    }

    private func start(_ trace: Int) -> Int64 {
        let hours = 7_200 * Self.second
        return end - hours + hours / Int64(traces) * Int64(trace)
    }

    private func texts(_ trace: Int) -> [String] {
        var random = SeededRandom(seed: seed, item: (trace, 0))
        var parent: String?
        var start = start(trace)
        return (0..<Self.documentsPerTrace).map { depth in
            let document = document(trace, depth, parent, start, &random)
            parent = document.caller
            start += 3_000_000
            return String(decoding: JSON.encode(document.value), as: UTF8.self)
        }
    }

    /// One service's segment; `caller` is the subsegment that calls the next service.
    private func document(
        _ trace: Int, _ depth: Int, _ parent: String?, _ start: Int64, _ random: inout SeededRandom
    ) -> (value: WireValue, caller: String) {
        let length = Int64(random.logNormal(median: 40, spread: 0.6) * 1e6) / Int64(depth + 1)
        let isFault = random.happens(0.03)
        let subsegments = (0..<2 + random.below(3)).map { subsegment($0, start + Int64($0) * 1_000_000, length / 4, isFault, &random) }
        let value = WireValue.members(
            ("trace_id", .text(id(trace))), ("id", .text(random.hex(16))), ("parent_id", parent.map(WireValue.text)),
            ("name", .text("service-\((trace + depth * 7) % 20)")), ("start_time", Self.seconds(start)),
            ("end_time", Self.seconds(start + length)),
            ("fault", isFault ? true : nil), ("origin", "AWS::Lambda::Function"),
            (
                "http",
                [
                    "request": [
                        "method": "POST", "url": .text("https://shop.example/api/v1/orders/\(random.below(50_000))"),
                        "client_ip": "10.0.0.1",
                    ],
                    "response": ["status": isFault ? 500 : 200, "content_length": .integer(Int64(random.below(9_000)))],
                ]
            ),
            ("annotations", ["tenant": .text("tenant-\(random.below(50))"), "order": .integer(Int64(random.below(1_000_000)))]),
            ("subsegments", .list(subsegments.map(\.value))))
        return (value, subsegments[0].id)
    }

    private func subsegment(
        _ number: Int, _ start: Int64, _ length: Int64, _ isFault: Bool, _ random: inout SeededRandom
    ) -> (value: WireValue, id: String) {
        let id = random.hex(16)
        let value = WireValue.members(
            ("id", .text(id)), ("name", .text(["orders-table", "cart-cache", "order-queue", "mail"][number])), ("namespace", "aws"),
            ("start_time", Self.seconds(start)), ("end_time", Self.seconds(start + length)), ("fault", isFault ? true : nil),
            ("aws", ["operation": .text(["PutItem", "Get", "SendMessage", "Send"][number]), "request_id": .text(random.hex(32))]),
            (
                "cause",
                isFault ? ["exceptions": [["id": .text(random.hex(16)), "type": "TimeoutError", "message": "no answer within 3 s"]]] : nil
            ))
        return (value, id)
    }

    private static func seconds(_ nanoseconds: Int64) -> WireValue { .double(Double(nanoseconds / 1_000) / 1e6) }
}
