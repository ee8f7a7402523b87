import AWSProtocol
import LogsAPI
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

/// The logs API over a store of plain arrays, asked as a client asks it, on a clock that stands at 2026-11-21T08:00:00Z.
struct LogsWorld {
    struct Answer {
        let status: Int
        let root: WireNode
        let text: String

        /// The error's shape; nil for a success.
        var code: String? { root["__type"]?.text }
        var message: String? { root["message"]?.text }
    }

    static let now: Int64 = 1_795_248_000_000
    static let account = "123456789012"

    let store: ModelStore
    let clock = ManualClock(wallNanoseconds: now * 1_000_000)
    let registry: QueryRegistry
    let lines: JSONLinesDoor
    private let dispatcher: AWSDispatcher

    /// - Parameter reader: in place of the store's own.
    init(configuration: LogsConfiguration = LogsConfiguration(), reader: ((ModelStore) -> any LogReader)? = nil) {
        let store = ModelStore { message, name in
            LogFieldExtractor(names: [name]).values(of: message[...])[0].map { Array($0.utf8) }
        }
        self.store = store
        let access = LogAccess(
            directory: store, reader: reader?(store) ?? store, writer: store, committer: store, clock: clock,
            random: RandomSource(SeededRandom(seed: 1)), configuration: configuration)
        registry = QueryRegistry(logs: access)
        lines = JSONLinesDoor(logs: access, memory: MemoryBudget(name: "ingest", bytesMax: 64 << 20), region: "us-east-1")
        dispatcher = AWSDispatcher(
            services: [LogsOperations.service(logs: access, queries: registry)], time: clock, random: RandomSource(SeededRandom(seed: 2)),
            log: Log(component: "test", time: clock) { _ in })
    }

    func call(_ operation: String, _ input: WireValue, account: String = account) async throws -> Answer {
        try await call(operation, json: String(decoding: JSON.encode(input), as: UTF8.self), account: account)
    }

    func call(_ operation: String, json: String, account: String = account) async throws -> Answer {
        let head = HTTPRequestHead(
            method: "POST", path: "/",
            headers: [
                "X-Amz-Target": "Logs_20140328.\(operation)", "Content-Type": "application/x-amz-json-1.1",
                "Authorization":
                    "AWS4-HMAC-SHA256 Credential=\(account)/20261121/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=00",
            ])
        let response = try #require(await dispatcher.handle(head, body: Array(json.utf8)))
        guard case .bytes(let bytes) = response.body else { throw Unexpected() }
        let document = bytes.isEmpty ? WireDocument.empty : try WireDocument(json: bytes)
        return Answer(status: response.status, root: document.root, text: String(decoding: bytes, as: UTF8.self))
    }

    /// Posts to the JSON-lines door.
    func post(_ query: String, _ body: [UInt8], headers: HTTPHeaders = [:], method: String = "POST") async throws -> Answer {
        let head = HTTPRequestHead(method: method, path: "/ingest/logs", query: query, headers: headers)
        let response = try #require(await lines.answer(head, body: body))
        guard case .bytes(let bytes) = response.body else { throw Unexpected() }
        return Answer(status: response.status, root: try WireDocument(json: bytes).root, text: String(decoding: bytes, as: UTF8.self))
    }

    struct Unexpected: Error {}

    // What most tests begin with

    func make(_ group: String, streams: String...) async throws {
        _ = try await call("CreateLogGroup", ["logGroupName": .text(group)])
        for stream in streams { _ = try await call("CreateLogStream", ["logGroupName": .text(group), "logStreamName": .text(stream)]) }
    }

    /// - Parameter events: milliseconds from now, and messages.
    @discardableResult
    func put(_ group: String, _ stream: String, _ events: [(Int64, String)]) async throws -> Answer {
        let list = events.map { WireValue.structure([("timestamp", .integer(Self.now + $0.0)), ("message", .text($0.1))]) }
        return try await call(
            "PutLogEvents", ["logGroupName": .text(group), "logStreamName": .text(stream), "logEvents": .list(list)])
    }

    /// Runs an Insights query over the last hour to its end.
    func query(_ text: String, groups: [String], _ more: [(String, WireValue)] = []) async throws -> Answer {
        let seconds = Self.now / 1000
        let started = try await call(
            "StartQuery",
            .structure(
                [
                    ("logGroupNames", .texts(groups)), ("startTime", .integer(seconds - 3600)), ("endTime", .integer(seconds)),
                    ("queryString", .text(text)),
                ] + more))
        guard let id = started.root["queryId"]?.text else { return started }
        return try await results(id)
    }

    func results(_ id: String) async throws -> Answer {
        while true {
            let answer = try await call("GetQueryResults", ["queryId": .text(id)])
            let status = answer.root["status"]?.text
            guard status == "Running" || status == "Scheduled" else { return answer }
            await Task.yield()
        }
    }
}

extension LogsWorld.Answer {
    /// Messages of `events`.
    var messages: [String] { root["events"]?.children.compactMap { $0["message"]?.text } ?? [] }

    /// Rows of an Insights result as `name=value; …`, without `@ptr`.
    var rows: [String] {
        root["results"]?.children.map { row in
            row.children.filter { $0["field"]?.text != "@ptr" }
                .map { "\($0["field"]?.text ?? "?")=\($0["value"]?.text ?? "?")" }.joined(separator: "; ")
        } ?? []
    }
}
