// A small API in every protocol, and one way to speak to it.

import AWSProtocol
import Bytes
import Platform
import SignalModel
import Simulation
import Synchronization
import WireFormats

enum Comparison: String, CaseIterable, Sendable {
    case greater = "GreaterThanThreshold"
    case less = "LessThanThreshold"
}

struct Dimension: APIInput {
    let name: String
    let value: String

    init(from reader: inout InputReader) {
        name = reader.requiredText("Name", length: 1...255)
        value = reader.requiredText("Value", length: 1...10)
    }
}

/// Answers what it understood.
struct PutThing: APIOperation {
    static let name = "PutThing"
    static let word = TextPattern("[a-z]+") { !$0.isEmpty && $0.utf8.allSatisfy { 0x61...0x7A ~= $0 } }

    struct Input: APIInput {
        let name: String
        let period: Int64?
        let threshold: Double?
        let isOn: Bool?
        let start: Timestamp?
        let comparison: Comparison?
        let dimensions: [Dimension]
        let first: Dimension?
        let actions: [String]
        let attributes: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("ThingName", length: 1...8)
            period = reader.integer("Period", in: 1...86_400)
            threshold = reader.double("Threshold")
            isOn = reader.bool("IsOn")
            start = reader.timestamp("Start")
            comparison = reader.enumeration("Comparison")
            dimensions = try reader.structures("Dimensions", count: 0...2)
            first = try reader.structure("First")
            actions = reader.texts("Actions", count: 0...5, pattern: PutThing.word)
            attributes = reader.textMap("Attributes")
            if period == 7 { throw AWSError.missingParameter(reader.parameter("Period")) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        .members(
            ("Name", .text(input.name)), ("Period", input.period.map(WireValue.integer)),
            ("Threshold", input.threshold.map(WireValue.double)), ("IsOn", input.isOn.map(WireValue.bool)),
            ("Start", input.start.map { .timestamp($0.nanoseconds) }), ("Comparison", input.comparison.map { .text($0.rawValue) }),
            ("Dimensions", .list(input.dimensions.map { ["Name": .text($0.name), "Value": .text($0.value)] })),
            ("First", input.first.map { .text($0.name) }), ("Actions", .texts(input.actions)),
            ("Attributes", .textMap(input.attributes.map { ($0.key, $0.value) })),
            ("Tenant", .text(context.tenant.description)), ("Host", .text(context.endpointHost)),
            ("Now", .timestamp(context.now.nanoseconds)))
    }
}

struct DeleteThing: APIOperation {
    static let name = "DeleteThing"

    struct Input: APIInput {
        let name: String
        init(from reader: inout InputReader) { name = reader.requiredText("ThingName") }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        switch input.name {
        case "missing": throw AWSError("ResourceNotFound", status: 404, "No <thing> & \"more\"")
        case "details": throw AWSError("MalformedException", "bad", details: [("where", ["offset": 3])])
        case "broken": throw AWSError.internalFailure()
        case "surprise": throw Surprise(secret: "s3cr3t")
        case "busy": throw StorageError(code: .busy, message: "cannot take more: memory is used up")
        case "corrupt": throw StorageError(code: .corrupt, message: "cannot read part 12: checksum")
        default: return Empty()
        }
    }
}

struct Surprise: Error { let secret: String }

struct NamedOperation<Name: OperationName>: APIOperation {
    static var name: String { Name.name }
    func run(_ input: Empty, in context: RequestContext) async throws -> WireValue { ["Called": .text("\(Name.name)")] }
}
protocol OperationName: Sendable { static var name: String { get } }
enum CreateLogGroup: OperationName { static let name = "CreateLogGroup" }
enum BatchGetTraces: OperationName { static let name = "BatchGetTraces" }
enum CreateTopic: OperationName { static let name = "CreateTopic" }
enum ConfirmSubscription: OperationName { static let name = "ConfirmSubscription" }

/// A dispatcher with the four services, its log in memory.
final class SampleServer: Sendable {
    let dispatcher: AWSDispatcher
    private let lines: LogLines

    final class LogLines: Sendable {
        let text = Mutex("")
    }

    init(authentication: any CallerAuthentication = OpenAccess()) {
        let lines = LogLines()
        let clock = ManualClock(wallNanoseconds: 1_795_248_000_000_000_000)  // 2026-11-21T08:00:00Z
        dispatcher = AWSDispatcher(
            services: [
                .cloudWatch([DeleteThing(), PutThing()]),
                .logs([NamedOperation<CreateLogGroup>(), DeleteThing(), PutThing()]),
                .xray(
                    [NamedOperation<BatchGetTraces>(), DeleteThing()], routes: ["/Traces": "BatchGetTraces", "/DeleteThing": "DeleteThing"]),
                .sns([NamedOperation<ConfirmSubscription>(), NamedOperation<CreateTopic>(), DeleteThing()]),
            ],
            authentication: authentication, time: clock, random: RandomSource(SeededRandom(seed: 1)),
            log: Log(component: "aws", time: clock) { line in lines.text.withLock { $0 += line } })
        self.lines = lines
    }

    var log: String { lines.text.withLock { $0 } }

    func send(
        _ method: String = "POST", _ path: String = "/", query: String = "", headers: [(String, String)] = [], body: [UInt8] = []
    ) async -> Answer? {
        var head = HTTPRequestHead(method: method, path: path, query: query)
        for (name, value) in headers { head.headers.add(name, value) }
        return await dispatcher.handle(head, body: body).map(Answer.init)
    }

    func json(_ target: String, _ body: String, headers: [(String, String)] = [], version: String = "1.0") async -> Answer? {
        await send(
            headers: [("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-\(version)")] + headers, body: Array(body.utf8))
    }

    func cbor(_ operation: String, _ body: [UInt8], headers: [(String, String)] = []) async -> Answer? {
        await send(
            "POST", "/service/GraniteServiceVersion20100801/operation/\(operation)",
            headers: [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")] + headers, body: body)
    }

    func query(_ body: String, scope: String = "monitoring", headers: [(String, String)] = []) async -> Answer? {
        await send(
            headers: [
                ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("Authorization", authorization(service: scope)),
            ]
                + headers, body: Array(body.utf8))
    }
}

struct Answer {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    init(_ response: HTTPResponse) {
        status = response.status
        headers = response.headers
        if case .bytes(let bytes) = response.body { self.bytes = bytes } else { bytes = [] }
    }

    var requestID: String { headers["x-amzn-RequestId"] ?? "" }
    /// With the request's id as `{id}`.
    var text: String {
        var text = String(decoding: bytes, as: UTF8.self)
        if let place = text.firstRange(of: requestID), !requestID.isEmpty { text.replaceSubrange(place, with: "{id}") }
        return text
    }
    var root: WireNode? {
        headers["Content-Type"] == "application/cbor" ? try? WireDocument(cbor: bytes).root : try? WireDocument(json: bytes).root
    }
}

func authorization(key: String = "AKIDEXAMPLE", region: String = "eu-west-1", service: String) -> String {
    "AWS4-HMAC-SHA256 Credential=\(key)/20261121/\(region)/\(service)/aws4_request, SignedHeaders=host;x-amz-date, Signature=00ff"
}
