@testable import Alarms
import Catalog
import MetricMath
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

let acme = Tenant(account: "123456789012", region: "us-east-1")
let topic = "arn:aws:sns:us-east-1:123456789012:alerts"

/// A catalog in a folder of its own, a store, a clock that tests move, and the evaluation over them.
final class AlarmRig: Sendable {
    let store = ModelStore()
    let clock = ManualClock(wallNanoseconds: 1_795_248_000_000_000_000)      // 2026-11-21T08:00:00Z
    let folder: String
    let catalog: Catalog
    let book: AlarmBook
    let evaluation: AlarmEvaluation
    let timers: AlarmTimers

    init(reader: (any MetricReader)? = nil, targetRefusal: @escaping TargetRefusal = { _, _, _ in nil }) throws {
        var random = SystemRandom()
        folder = "/tmp/groundwatch-test-\(String(random.next(), radix: 36))"
        try LinuxFileSystem().createDirectory(folder)
        catalog = try Catalog.open(folder + "/catalog.db")
        book = AlarmBook(catalog: catalog, targetRefusal: targetRefusal)
        evaluation = AlarmEvaluation(
            book: book, reader: reader ?? store, clock: clock, log: Log(component: "test", time: clock, write: { _ in }),
            configuration: .init(settleSeconds: 5))
        timers = AlarmTimers(book: book, clock: clock, log: Log(component: "test", time: clock, write: { _ in }))
    }

    deinit {
        catalog.close()
        let disk = LinuxFileSystem()
        for name in (try? disk.list(folder)) ?? [] { try? disk.remove("\(folder)/\(name)") }
        try? disk.remove(folder)        // what stays behind lies in /tmp
    }

    var now: Timestamp { Timestamp(nanoseconds: clock.wallNanoseconds) }

    /// Stores a sample of `Shop Errors`, so many seconds ago.
    func sample(
        _ value: Double, secondsAgo: Int64 = 0, metric: String = "Errors", unit: String = "None", of dimensions: [(String, String)] = []
    ) async throws {
        var batch = MetricBatch(tenant: acme)
        let series = batch.addSeries(MetricIdentity(namespace: "Shop", name: metric, dimensions: dimensions).labels(unit: unit), kind: .accumulating)
        batch.append(series: series, time: Timestamp(nanoseconds: now.nanoseconds - secondsAgo * 1_000_000_000), value: value)
        let id = BatchID(high: UInt64(bitPattern: now.nanoseconds), low: UInt64(store.sampleCount))
        _ = try await store.commit(try store.prepare(batch), id: id)
    }

    func put(_ rule: AlarmRule) async throws { try await book.put(rule, tags: [], of: acme, at: now) }

    func put(_ name: String, _ expression: String, suppressor: String? = nil, wait: Int64 = 60, extra: Int64 = 120) async throws {
        var settings = AlarmSettings(name: name)
        settings.alarmActions = [topic]
        settings.okActions = [topic]
        let suppression = suppressor.map { ActionsSuppression(suppressor: $0, waitSeconds: wait, extensionSeconds: extra) }
        let rule = CompositeRule(settings: settings, expression: try CompositeExpression(expression), suppression: suppression)
        try await book.put(.composite(rule), tags: [], of: acme, at: now)
    }

    func set(_ name: String, _ value: AlarmState.Value) async throws {
        #expect(try await book.setState(value, reason: "set", reasonData: nil, of: name, tenant: acme, at: now))
    }

    /// What topics are told, oldest first: "name: STATE".
    func told() async throws -> [String] {
        try await notices().map { notice in
            let message = try json(try json(String(decoding: notice.payload, as: UTF8.self))["Message"]?.text ?? "")
            return "\(message["AlarmName"]?.text ?? ""): \(message["NewStateValue"]?.text ?? "")"
        }
    }

    func state(_ name: String = "alarm") async throws -> AlarmState { try #require(try await book.alarm(name, of: acme)).state }

    func history(_ name: String? = "alarm", _ kind: AlarmHistoryItem.Kind? = nil) async throws -> [AlarmHistoryItem] {
        try await book.history(of: name, tenant: acme, kind: kind, range: .all, newestFirst: false, limit: 1000, after: nil).items
    }

    func notices() async throws -> [Notice] {
        try await catalog.read { try $0.dueNotices(at: Timestamp(nanoseconds: .max), limit: 1000) }
    }

    /// Moves the clock on, second by second, and lets what waits go.
    func wait(seconds: Int64) async {
        for _ in 0..<seconds {
            clock.advance(bySeconds: 1)
            await timers.turn()
        }
    }

    /// Moves the clock on and lets one evaluation happen.
    func pass(seconds: Int64) async {
        clock.advance(bySeconds: seconds)
        await evaluation.turn()
    }
}

func json(_ text: String) throws -> WireNode { try WireDocument(json: Array(text.utf8)).root }
