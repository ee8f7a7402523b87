import AWSProtocol
import Alarms
import AnomalyDetectors
import Catalog
import CloudWatchAPI
import Dashboards
import MetricMath
import MetricStreams
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

/// The front end over a store of arrays, spoken to as a client does: bytes in, bytes out.
final class TestServer: Sendable {
    let store = ModelStore()
    let clock = ManualClock(wallNanoseconds: 1_795_248_000_000_000_000)      // 2026-11-21T08:00:00Z
    let catalog: Catalog
    let alarms: AlarmBook
    private let folder: String
    private let dispatcher: AWSDispatcher
    private let service: APIService

    init(configuration: CloudWatchConfiguration = CloudWatchConfiguration()) throws {
        var random = SystemRandom()
        folder = "/tmp/groundwatch-test-\(String(random.next(), radix: 36))"
        try LinuxFileSystem().createDirectory(folder)
        catalog = try Catalog.open(folder + "/catalog.db")
        alarms = AlarmBook(catalog: catalog)
        let detectors = DetectorBook(catalog: catalog)
        let source = RandomSource(SeededRandom(seed: 1))
        let metrics = MetricAccess(
            reader: store, writer: store, committer: store, clock: clock, random: source, models: TrainedModels(detectors: detectors),
            configuration: configuration, quotas: { _ in QuotaTable().value(for:) })
        let logs = LogQueries(refusal: { $0.hasPrefix("bad") ? "it is bad" : nil }, rows: { _, _, _, _ in [] })
        service = CloudWatchOperations.service(
            metrics: metrics, alarms: alarms, logs: logs, dashboards: DashboardBook(catalog: catalog),
            definitions: QueryDefinitionBook(catalog: catalog), detectors: detectors, streams: StreamBook(catalog: catalog), endpoint: StreamEndpoint(base: nil), tags: TagBook(alarms: alarms, catalog: catalog))
        dispatcher = AWSDispatcher(services: [service], time: clock, random: source, log: Log(component: "test", write: { _ in }))
    }

    deinit {
        catalog.close()
        let disk = LinuxFileSystem()
        for name in (try? disk.list(folder)) ?? [] { try? disk.remove("\(folder)/\(name)") }
        try? disk.remove(folder)        // what stays behind lies in /tmp
    }

    /// As the contents page lists them.
    var operationNames: [String] { service.operations.map { type(of: $0).name } }

    var now: Int64 { clock.wallNanoseconds / 1_000_000_000 }

    struct Answer {
        let status: Int
        /// What a client calls the error.
        let code: String
        let message: String
        let body: Tree
    }

    static let protocols: [WireProtocol] = [.json10, .query, .cbor]

    @discardableResult
    func call(_ operation: String, _ input: WireValue, as wire: WireProtocol = .json10) async throws -> Answer {
        try await send(Self.body(of: operation, input, wire), operation, wire)
    }

    static func body(of operation: String, _ input: WireValue, _ wire: WireProtocol) -> [UInt8] {
        switch wire {
        case .query:
            var pairs = [("Action", operation), ("Version", "2010-08-01")]
            Form.append(input, "", to: &pairs)
            return Array(pairs.map { "\(Form.escaped($0))=\(Form.escaped($1))" }.joined(separator: "&").utf8)
        case .cbor: return CBOR.encode(input)
        default: return JSON.encode(input)
        }
    }

    private static func headers(of operation: String, _ wire: WireProtocol) -> HTTPHeaders {
        switch wire {
        case .query: ["Content-Type": "application/x-www-form-urlencoded"]
        case .cbor: ["smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "x-amzn-query-mode": "true"]
        default:
            [
                "X-Amz-Target": "GraniteServiceVersion20100801.\(operation)", "Content-Type": "application/x-amz-json-1.0", "x-amzn-query-mode": "true",
            ]
        }
    }

    func send(_ body: [UInt8], _ operation: String, _ wire: WireProtocol = .json10, _ headers: HTTPHeaders? = nil) async throws -> Answer {
        try #require(try await answer(body, operation, wire, headers))
    }

    /// - Returns: nil for what is no request of AWS.
    func answer(_ body: [UInt8], _ operation: String, _ wire: WireProtocol, _ headers: HTTPHeaders? = nil) async throws -> Answer? {
        var headers = headers ?? Self.headers(of: operation, wire)
        headers.add("Authorization", "AWS4-HMAC-SHA256 Credential=123456789012/20261121/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
        let path = wire == .cbor ? "/service/GraniteServiceVersion20100801/operation/\(operation)" : "/"
        guard let response = await dispatcher.handle(HTTPRequestHead(method: "POST", path: path, headers: headers), body: body) else { return nil }
        guard case .bytes(let bytes) = response.body else { throw TestFailure.streamed }
        let tree: Tree
        switch wire {
        case .query: tree = Tree(xml: String(decoding: bytes, as: UTF8.self))
        case .cbor: tree = Tree(try WireDocument(cbor: bytes).root)
        default: tree = Tree(try WireDocument(json: bytes).root)
        }
        if response.status == 200 { return Answer(status: 200, code: "", message: "", body: wire == .query ? tree["\(operation)Result"] : tree) }
        if wire == .query { return Answer(status: response.status, code: tree["Error"]["Code"].text, message: tree["Error"]["Message"].text, body: tree) }
        let code = response.headers["x-amzn-query-error"]?.split(separator: ";").first.map(String.init) ?? tree["__type"].text
        return Answer(status: response.status, code: code, message: tree["message"].text, body: tree)
    }

    enum TestFailure: Error { case streamed }
}

/// An answer in a form that all protocols have in common: texts, members, elements.
struct Tree: Equatable {
    var text = ""
    var members: [String: Tree] = [:]
    var elements: [Tree] = []

    subscript(name: String) -> Tree { members[name] ?? Tree() }
    func has(_ name: String) -> Bool { members[name] != nil }
    var number: Double { Double(text) ?? .nan }
    var numbers: [Double] { elements.map(\.number) }
    var texts: [String] { elements.map(\.text) }

    init() {}

    init(_ node: WireNode) {
        switch node.kind {
        case .list: elements = node.children.map(Tree.init)
        case .map: members = Dictionary(node.children.map { ($0.key, Tree($0)) }, uniquingKeysWith: { first, _ in first })
        case .timestamp: text = "\(Double(node.timestamp ?? 0) / 1e9)"
        case .integer: text = "\(node.integer ?? 0)"
        case .double: text = "\(node.double ?? .nan)"
        case .bool: text = "\(node.bool ?? false)"
        case .text: text = node.text ?? ""
        case .null, .blob: text = "unexpected"
        }
    }

    /// Reads what our own writer writes: elements without attributes that matter, text with the five entities.
    init(xml: String) {
        var rest = xml[...]
        self = Self.element(&rest).tree
    }

    private static func element(_ rest: inout Substring) -> (name: String, tree: Tree) {
        let tag = rest.dropFirst().prefix { $0 != ">" }
        rest = rest.dropFirst(tag.count + 2)
        let name = String(tag.prefix { $0 != " " && $0 != "/" })
        var tree = Tree()
        guard !tag.hasSuffix("/") else { return (name, tree) }
        while !rest.hasPrefix("</"), !rest.isEmpty {
            guard rest.hasPrefix("<") else {
                let text = rest.prefix { $0 != "<" }
                tree.text += unescaped(text)
                rest = rest.dropFirst(text.count)
                continue
            }
            let child = element(&rest)
            if child.name == "member" { tree.elements.append(child.tree) }
            else if child.name == "entry" { tree.members[child.tree["key"].text] = child.tree["value"] }
            else { tree.members[child.name] = child.tree }
        }
        rest = rest.dropFirst(name.count + 3)
        return (name, tree)
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = String(text)
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&#xA;", "\n"), ("&#xD;", "\r"), ("&amp;", "&")] {
            result = result.split(separator: entity, omittingEmptySubsequences: false).joined(separator: character)
        }
        return result
    }
}

/// Values as a query form.
enum Form {
    static func append(_ value: WireValue, _ name: String, to pairs: inout [(String, String)]) {
        func joined(_ part: String) -> String { name.isEmpty ? part : "\(name).\(part)" }
        switch value {
        case .structure(let members), .map(let members): for (key, value) in members { append(value, joined(key), to: &pairs) }
        case .list(let values):
            if values.isEmpty { pairs.append((name, "")) }
            for (index, value) in values.enumerated() { append(value, joined("member.\(index + 1)"), to: &pairs) }
        case .doubles(let values): append(.list(values.map(WireValue.double)), name, to: &pairs)
        case .timestamps(let values): append(.list(values.map(WireValue.timestamp)), name, to: &pairs)
        case .bool(let value): pairs.append((name, "\(value)"))
        case .integer(let value): pairs.append((name, "\(value)"))
        case .double(let value): pairs.append((name, value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"))
        case .text(let value): pairs.append((name, value))
        case .blob: pairs.append((name, ""))
        case .timestamp(let value): pairs.append((name, UTCText.milliseconds(value)))
        }
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 || byte == 45 || byte == 46 || byte == 95
            return isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension WireValue {
    static func seconds(_ seconds: Int64) -> WireValue { .timestamp(seconds * 1_000_000_000) }
}
