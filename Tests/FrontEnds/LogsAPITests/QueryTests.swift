import Columns
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

@testable import LogsAPI

/// Insights queries from StartQuery to their end.
struct QueryTests {
    @Test func `a query answers rows with pointers, statistics and its status`() async throws {
        let world = LogsWorld()
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(-3000, #"{"n":1}"#), (-2000, #"{"n":2}"#), (-1000, "no field")])
        let answer = try await world.query("fields @timestamp, n, @logStream, @log | filter n > 0 | limit 10", groups: ["g"])
        #expect(
            answer.rows == [
                "@timestamp=2026-11-21 07:59:58.000; n=2; @logStream=s; @log=123456789012:g",
                "@timestamp=2026-11-21 07:59:57.000; n=1; @logStream=s; @log=123456789012:g",
            ])
        #expect(answer.root["status"]?.text == "Complete")
        #expect(answer.root["statistics"]?["recordsMatched"]?.double == 2)
        #expect(answer.root["statistics"]?["recordsScanned"]?.double == 3)
        let pointers =
            answer.root["results"]?.children.compactMap { row in
                row.children.map { $0 }.last.flatMap { $0["field"]?.text == "@ptr" ? $0["value"]?.text : nil }
            } ?? []
        #expect(pointers.count == 2)
        let record = try await world.call("GetLogRecord", ["logRecordPointer": .text(pointers[0])])
        let fields = try #require(record.root["logRecord"])
        #expect(fields.member(named: "@message")?.text == #"{"n":2}"# && fields.member(named: "n")?.text == "2")
        #expect(fields.member(named: "@timestamp")?.text == "\(LogsWorld.now - 2000)" && fields.member(named: "@logStream")?.text == "s")
    }

    @Test func `several groups are one sequence of events by time`() async throws {
        let world = LogsWorld()
        let groups = ["a", "b", "c"]
        for (offset, group) in groups.enumerated() {
            try await world.make(group, streams: "s")
            if group != "c" { try await world.put(group, "s", (0..<250).map { (-1000 + Int64(2 * $0 + offset), "\(2 * $0 + offset)") }) }
        }
        let newest = try await world.query("fields @message | limit 300", groups: groups)
        #expect(newest.rows == (200..<500).reversed().map { "@message=\($0)" })
        let oldest = try await world.query("fields @message, n | sort @timestamp asc | filter @message != \"3\" | limit 4", groups: groups)
        #expect(oldest.rows == [0, 1, 2, 4].map { "@message=\($0)" })
        let counts = try await world.query("stats count(*) as n, max(@message) as m by @log | sort n, @log", groups: groups)
        #expect(counts.rows == ["@log=123456789012:a; n=250; m=498", "@log=123456789012:b; n=250; m=499"])
        #expect(counts.root["statistics"]?["logGroupsScanned"]?.double == 3)
        #expect(counts.root["statistics"]?["recordsScanned"]?.double == 500)
    }

    @Test func `both ends of the time range belong to it`() async throws {
        let world = LogsWorld()
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(-3_600_001, "before"), (-3_600_000, "first"), (999, "last"), (1000, "after")])
        #expect(try await world.query("fields @message", groups: ["g"]).rows == ["@message=last", "@message=first"])
    }

    @Test func `the request's limit holds unless the query has one`() async throws {
        let world = LogsWorld()
        try await world.make("g", streams: "s")
        try await world.put("g", "s", (0..<5).map { ($0 - 10, "\($0)") })
        #expect(try await world.query("fields @message", groups: ["g"], [("limit", 2)]).rows.count == 2)
        #expect(try await world.query("fields @message | limit 3", groups: ["g"], [("limit", 2)]).rows.count == 3)
    }

    @Test func `queries are listed newest first with their groups and times in the text`() async throws {
        let world = LogsWorld()
        try await world.make("g", streams: "s")
        _ = try await world.query("fields a", groups: ["g"])
        world.clock.advance(bySeconds: 1)
        _ = try await world.query("fields b", groups: ["g"])
        let list = try await world.call("DescribeQueries", ["logGroupName": "g", "status": "Complete"])
        let seconds = LogsWorld.now / 1000
        #expect(
            list.root["queries"]?.children.map { $0["queryString"]?.text }
                == ["b", "a"].map {
                    #"SOURCE "g" START=\#(seconds - 3600)000 END=\#(seconds)999 | fields \#($0)"#
                })
        let first = try await world.call("DescribeQueries", ["maxResults": 1])
        let second = try await world.call(
            "DescribeQueries", ["maxResults": 1, "nextToken": .text(try #require(first.root["nextToken"]?.text))])
        #expect(first.root["queries"]?.children.map { $0["queryId"]?.text } != second.root["queries"]?.children.map { $0["queryId"]?.text })
        #expect(second.root["nextToken"] == nil)
    }

    /// A reader whose scans wait until they are let go.
    final class Gate: LogReader {
        private struct State {
            var isOpen = false
            var waiters: [CheckedContinuation<Void, Never>] = []
            var scans = 0
        }

        private let store: any LogReader
        private let state = Mutex(State())
        init(_ store: any LogReader) { self.store = store }

        var scans: Int { state.withLock(\.scans) }

        func open() {
            let waiters = state.withLock { state in
                state.isOpen = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func scan(_ plan: LogScan) async throws(StorageError) -> LogScanResult {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    state.scans += 1
                    if !state.isOpen { state.waiters.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
            return try await store.scan(plan)
        }
    }

    private func world(_ configuration: LogsConfiguration) async throws -> (LogsWorld, Gate) {
        let made = Mutex<Gate?>(nil)
        let world = LogsWorld(configuration: configuration) { store in
            let gate = Gate(store)
            made.withLock { $0 = gate }
            return gate
        }
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(-1, "x")])
        return (world, try #require(made.withLock { $0 }))
    }

    private func start(_ world: LogsWorld) async throws -> LogsWorld.Answer {
        let seconds = LogsWorld.now / 1000
        return try await world.call(
            "StartQuery",
            [
                "logGroupName": "g", "startTime": .integer(seconds - 10), "endTime": .integer(seconds), "queryString": "fields @message",
            ])
    }

    private func status(_ world: LogsWorld, _ id: String) async throws -> String? {
        try await world.call("GetQueryResults", ["queryId": .text(id)]).root["status"]?.text
    }

    @Test func `some run, some wait, the next is refused, and those that wait run in their turn`() async throws {
        let (world, gate) = try await world(LogsConfiguration(queriesRunningMax: 2, queriesWaitingMax: 1))
        var ids: [String] = []
        for _ in 0..<3 { ids.append(try #require(try await start(world).root["queryId"]?.text)) }
        var states: [String?] = []
        for id in ids { states.append(try await status(world, id)) }
        #expect(states == ["Running", "Running", "Scheduled"])
        #expect(try await start(world).code == "LimitExceededException")
        gate.open()
        for id in ids { #expect(try await world.results(id).rows == ["@message=x"]) }
        #expect(try await start(world).code == nil)
    }

    @Test func `a query that is stopped ends as cancelled and makes room`() async throws {
        let (world, gate) = try await world(LogsConfiguration(queriesRunningMax: 1, queriesWaitingMax: 1))
        let running = try #require(try await start(world).root["queryId"]?.text)
        let waiting = try #require(try await start(world).root["queryId"]?.text)
        #expect(try await world.call("StopQuery", ["queryId": .text(waiting)]).text == #"{"success":true}"#)
        #expect(try await status(world, waiting) == "Cancelled")
        let another = try #require(try await start(world).root["queryId"]?.text)
        while gate.scans == 0 { await Task.yield() }
        #expect(try await world.call("StopQuery", ["queryId": .text(running)]).root["success"]?.bool == true)
        #expect(try await status(world, running) == "Cancelled")
        #expect(try await world.call("StopQuery", ["queryId": .text(running)]).code == "InvalidParameterException")
        gate.open()
        #expect(try await world.results(another).root["status"]?.text == "Complete")
        #expect(try await status(world, running) == "Cancelled")
        #expect(gate.scans == 2, "the waiting one was never begun")
    }

    @Test func `a query past its time ends as timed out`() async throws {
        let (world, gate) = try await world(LogsConfiguration(querySeconds: 5))
        let id = try #require(try await start(world).root["queryId"]?.text)
        while gate.scans == 0 { await Task.yield() }
        world.clock.advance(bySeconds: 6)
        gate.open()
        #expect(try await world.results(id).root["status"]?.text == "Timeout")
    }

    @Test func `results are kept for an hour and no more than so many`() async throws {
        let world = LogsWorld(configuration: LogsConfiguration(resultsMax: 2))
        try await world.make("g", streams: "s")
        for _ in 0..<3 { _ = try await world.query("fields @message", groups: ["g"]) }
        #expect(try await world.call("DescribeQueries", [:]).root["queries"]?.childCount == 2)
        world.clock.advance(bySeconds: 3601)
        #expect(try await world.call("DescribeQueries", [:]).text == #"{"queries":[]}"#)
    }
}
