import Bytes
import Columns
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

@testable import PrometheusAPI

/// The door over a store of arrays: bytes in, rows out.
private struct Door {
    let store = ModelStore()
    let clock = ManualClock()
    let lines = Lines()
    let memory = MemoryBudget(name: "ingest", bytesMax: 64 << 20)
    let api: PrometheusAPI

    final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    init() {
        let lines = lines
        api = PrometheusAPI(
            writer: store, committer: store, memory: memory, random: RandomSource(SeededRandom(seed: 1)), region: "us-east-1",
            log: Log(component: "test", write: { line in lines.all.withLock { $0.append(line) } }))
    }

    static let headers: HTTPHeaders = [
        "Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0",
    ]

    func send(
        _ message: [UInt8], headers: HTTPHeaders = Door.headers, method: String = "POST", path: String = "/api/v1/write"
    ) async throws -> (status: Int, text: String) {
        try await sendRaw(Snappy.compress(message), headers: headers, method: method, path: path)
    }

    func sendRaw(
        _ body: [UInt8], headers: HTTPHeaders = Door.headers, method: String = "POST", path: String = "/api/v1/write"
    ) async throws -> (status: Int, text: String) {
        let answer = try #require(await api.answer(HTTPRequestHead(method: method, path: path, headers: headers), body: body))
        guard case .bytes(let text) = answer.body else { return (answer.status, "") }
        return (answer.status, String(decoding: text, as: UTF8.self))
    }

    /// "labels time bits" a row, by series and time.
    func rows(_ tenant: Tenant = Tenant(account: Tenant.openAccount, region: "us-east-1")) async throws -> [String] {
        let found = try await store.series(matching: [], of: tenant, in: .all, limit: 1000)
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        var cursor = try await store.scan(MetricScan(tenant: tenant, series: found.map(\.id), range: .all, budget: budget))
        var chunk = ColumnChunk()
        var rows: [String] = []
        while try await cursor.next(into: &chunk) {
            let times = chunk.columns[MetricColumn.time.rawValue].vector.int64s!
            let values = chunk.columns[MetricColumn.value.rawValue].vector.doubles!
            for run in chunk.runs.indices {
                for row in chunk.rows(ofRun: run) {
                    rows.append("\(found[chunk.runs[run].key].labels) \(times[row]) \(String(values[row].bitPattern, radix: 16))")
                }
            }
        }
        return rows
    }
}

extension Door {
    /// Of every row, by series and time.
    fileprivate func details() async throws -> [MetricDetail?] {
        let tenant = Tenant(account: Tenant.openAccount, region: "us-east-1")
        let found = try await store.series(matching: [], of: tenant, in: .all, limit: 1000)
        let budget = QueryBudget(clock: clock, seconds: 60, bytesMax: 1 << 30)
        var cursor = try await store.scan(MetricScan(tenant: tenant, series: found.map(\.id), range: .all, budget: budget))
        var chunk = ColumnChunk()
        var details: [MetricDetail?] = []
        while try await cursor.next(into: &chunk) {
            let column = chunk.columns[MetricColumn.detail.rawValue].vector.strings
            details += (0..<chunk.rowCount).map { row in column.flatMap { MetricDetail($0[row]) } }
        }
        return details
    }
}

private let up: [(String, String)] = [("__name__", "up"), ("job", "api")]
private func bits(_ value: Double) -> String { String(value.bitPattern, radix: 16) }

struct RemoteWriteTests {
    @Test func `samples are stored with their labels, milliseconds and bits, and answered 204`() async throws {
        let door = Door()
        let stale = Double(bitPattern: 0x7ff0_0000_0000_0002)
        let message = ProtobufBytes.message {
            $0.series(up, [(1.5, 1000), (stale, 2000), (-0.0, 0), (.infinity, 3000)])
            $0.series([("__name__", "down")], [(2, -5)])
        }
        #expect(try await door.send(message).status == 204)
        let name = "{__name__=\"up\",job=\"api\"}"
        #expect(try await door.rows() == [
            "\(name) 0 \(bits(-0.0))", "\(name) 1000000000 \(bits(1.5))", "\(name) 2000000000 7ff0000000000002",
            "\(name) 3000000000 \(bits(.infinity))", "{__name__=\"down\"} -5000000 \(bits(2))",
        ])
    }

    @Test func `out of order and repeated samples are taken, the last one of a time counts`() async throws {
        let door = Door()
        #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, 2000), (2, 1000), (3, 2000)]) }).status == 204)
        #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(4, 1000)]) }).status == 204)
        #expect(try await door.rows().map { $0.split(separator: " ").last.map(String.init) } == [bits(4), bits(3)])
    }

    @Test func `unsorted labels, empty values and fields in any order are one series`() async throws {
        let door = Door()
        let message = ProtobufBytes.message {
            $0.series(up, [(1, 1)])
            $0.series(up.reversed() + [("gone", "")], [(2, 2)])
            $0.field(1) {
                $0.label("job", "api")
                $0.sample(3, at: 3)
                $0.field(99, varint: 7)
                $0.label("__name__", "up")
            }
        }
        #expect(try await door.send(message).status == 204)
        #expect(Set(try await door.rows().map { $0.split(separator: " ")[0] }) == ["{__name__=\"up\",job=\"api\"}"])
        #expect(try await door.rows().count == 3)
    }

    @Test func `a series that was seen before is found again by its bytes`() async throws {
        let door = Door()
        for time in 1...5 { #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, Int64(time))]) }).status == 204) }
        #expect(try await door.rows().count == 5)
    }

    @Test func `tenants are told apart by X-Scope-OrgID`() async throws {
        let door = Door()
        for (name, account) in [("123456789012", "123456789012"), ("team-a", "team-a"), ("", Tenant.openAccount)] {
            var headers = Door.headers
            headers.set("X-Scope-OrgID", name)
            #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, 1)]) }, headers: headers).status == 204)
            #expect(try await door.rows(Tenant(account: account, region: "us-east-1")).count == 1)
        }
        var headers = Door.headers
        headers.set("X-Scope-OrgID", "two words")
        #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, 1)]) }, headers: headers).status == 400)
    }

    @Test(arguments: [
        (HTTPHeaders(), 204), (["Content-Type": "application/x-protobuf;proto=prometheus.WriteRequest"], 204),
        (["Content-Type": "application/json"], 415), (["Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request"], 415),
        (["Content-Encoding": "gzip"], 415), (["X-Prometheus-Remote-Write-Version": "2.0.0"], 415),
    ] as [(HTTPHeaders, Int)])
    func `heads of version 1 are taken, others are told what is wanted`(headers: HTTPHeaders, status: Int) async throws {
        let message = ProtobufBytes.message { $0.series(up, [(1, 1)]) }
        #expect(try await Door().send(message, headers: headers).status == status)
    }

    @Test func `only POST writes, and other paths are somebody else's`() async throws {
        let door = Door()
        #expect(try await door.send([], method: "GET").status == 405)
        #expect(await door.api.answer(HTTPRequestHead(method: "POST", path: "/api/v1/query"), body: []) == nil)
        #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, 1)]) }, path: "/api/v1/push").status == 204)
    }

    @Test(arguments: [
        ("a repeated name", [("__name__", "up"), ("a", "1"), ("a", "2")], "comes twice"),
        ("no metric name", [("a", "1")], "has no __name__"), ("no labels", [], "has no __name__"),
        ("an empty name", [("", "x"), ("__name__", "up")], "no name"),
    ] as [(String, [(String, String)], String)])
    func `labels that name no series are refused with their place`(what: String, labels: [(String, String)], why: String) async throws {
        let door = Door()
        let message = ProtobufBytes.message {
            $0.series(up, [(1, 1)])
            $0.series(labels, [(1, 1)])
        }
        let answer = try await door.send(message)
        #expect(answer.status == 400, "\(what)")
        #expect(answer.text.contains(why) && answer.text.contains("at byte"), "\(answer.text)")
        #expect(try await door.rows().isEmpty, "nothing of a bad request is stored")
    }

    @Test func `text that is not UTF-8 is refused`() async throws {
        let message = ProtobufBytes.message {
            $0.field(1) {
                $0.label("__name__", "up")
                $0.field(1) {
                    $0.field(1, [0x61])
                    $0.field(2, [0xff, 0xfe])
                }
                $0.sample(1, at: 1)
            }
        }
        #expect(try await Door().send(message).status == 400)
    }

    @Test func `a timestamp out of range is refused by name`() async throws {
        let door = Door()
        let late = try await door.send(ProtobufBytes.message { $0.series(up, [(1, .max)]) })
        #expect(late.status == 400 && late.text.contains("out of range"))
        #expect(try await door.rows().isEmpty)
    }

    @Test func `a native histogram is kept whole but for its time, beside samples and stale marks`() async throws {
        let door = Door()
        let stale = Double(bitPattern: 0x7ff0_0000_0000_0002)
        func histogram(_ sum: Double, _ milliseconds: UInt64) -> [UInt8] {
            ProtobufBytes.message {
                $0.field(1, varint: 7)
                $0.field(3, bits: sum.bitPattern)
                $0.field(4, varint: 6)
                $0.field(12, [2, 4, 1])
                $0.field(15, varint: milliseconds)
            }
        }
        let message = ProtobufBytes.message {
            $0.field(1) {
                $0.label("__name__", "h")
                $0.field(4, histogram(2.5, 1000))
                $0.sample(1, at: 500)
                $0.field(4, histogram(stale, 2000))
            }
        }
        #expect(try await door.send(message).status == 204)
        let rows = try await door.rows()
        #expect(rows.map { $0.split(separator: " ").suffix(2).joined(separator: " ") } == [
            "500000000 \(bits(1))", "1000000000 \(bits(2.5))", "2000000000 \(bits(stale))",
        ])
        #expect(try await door.details() == [nil, .histogram(Array(histogram(2.5, 0).dropLast(2))), .histogram(Array(histogram(stale, 0).dropLast(2)))])
    }

    @Test func `exemplars and metadata are counted, and logged once`() async throws {
        let door = Door()
        let message = ProtobufBytes.message {
            $0.field(1) {
                $0.label("__name__", "up")
                $0.sample(1, at: 1)
                $0.field(3, [])
            }
            $0.field(3, [])
        }
        for _ in 0..<3 { #expect(try await door.send(message).status == 204) }
        let figures = Dictionary(uniqueKeysWithValues: door.api.figures.map { ($0.name, $0.value) })
        #expect(figures["groundwatch_remote_write_skipped_exemplars_total"] == 3)
        #expect(figures["groundwatch_remote_write_skipped_metadata_total"] == 3)
        #expect(figures["groundwatch_remote_write_samples_total"] == 3)
        #expect(door.lines.all.withLock { $0 }.count == 1)
    }

    @Test func `every cut and many a flipped bit of a message is refused or read as another message, never worse`() async throws {
        let door = Door()
        let message = ProtobufBytes.message {
            $0.series(up, [(1.5, 1000), (2.5, 2000)])
            $0.series([("__name__", "x"), ("y", String(repeating: "z", count: 200))], [(1, 1)])
        }
        for end in 0..<message.count { _ = try await door.send(Array(message[..<end])) }
        let packed = Snappy.compress(message)
        for end in 0..<packed.count { #expect(try await door.sendRaw(Array(packed[..<end])).status == 400) }
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            var copy = message
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                copy[Int.random(in: copy.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            let status = try await door.send(copy).status
            #expect(status == 204 || status == 400)
        }
    }

    @Test func `a body that unpacks to more than is allowed is refused before it is unpacked`() async throws {
        var declared = ProtobufBytes()
        declared.varint(UInt64(Limits.messageBytesMax + 1))
        #expect(try await Door().sendRaw(declared.bytes + [0, 0]).status == 413)
    }

    @Test(arguments: [
        (StorageError.Code.busy, 429), (.limit, 429), (.closed, 503), (.noSpace, 503), (.inputOutput, 503), (.corrupt, 500),
    ])
    func `what the store cannot do is said so that the sender does right`(code: StorageError.Code, status: Int) async throws {
        let door = Door()
        door.store.failNextCommit(with: StorageError(code: code, message: "cannot commit: a test"))
        let answer = try await door.send(ProtobufBytes.message { $0.series(up, [(1, 1)]) })
        #expect(answer.status == status && answer.text.contains("cannot commit: a test"))
        #expect(try await door.send(ProtobufBytes.message { $0.series(up, [(1, 1)]) }).status == 204)
        #expect(door.memory.bytesUsed == 0)
    }

    @Test func `a memory that is full is forgotten and filled anew`() {
        let memory = SeriesMemory(countMax: 10)
        let tenant = Tenant(account: "a", region: "r")
        func fingerprint(_ number: Int) -> Fingerprint { Fingerprint(high: UInt64(number), low: UInt64(number) &* 0x9e37_79b9_7f4a_7c15) }
        for number in 0..<25 {
            memory.remember([fingerprint(number)], as: [SeriesID(number)], tenant: tenant)
            #expect(memory.count <= 10)
            let (numbers, missing) = memory.numbers(of: [fingerprint(number), fingerprint(1000)], tenant: tenant)
            #expect(numbers[0] == SeriesID(number) && missing == [1])
        }
    }
}
