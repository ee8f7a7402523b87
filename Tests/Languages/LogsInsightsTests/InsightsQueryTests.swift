import Columns
import LogsInsights
import SignalModel
import Simulation
import Testing

/// What holds for queries of any kind, with queries made at random.
struct InsightsQueryTests {
    private static func events(_ count: Int, seed: UInt64) -> InsightsEvents {
        var random = SeededRandom(seed: seed)
        let values = ["1", "2", "10", "\"x\"", "\"10\"", "\"a b\"", "\"\"", "true", "null", "-0.5", "\"1e1\""]
        var times: [Int64] = []
        var messages: [String] = []
        for index in 0..<count {
            times.append((InsightsEvents.day * 1000 + Int64(index)) * 1_000_000)
            let members = ["a", "b", "c"].filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
                .map { "\"\($0)\":\(values.randomElement(using: &random)!)" }
            messages.append(Int.random(in: 0..<10, using: &random) == 0 ? "plain x 10" : "{\(members.joined(separator: ","))}")
        }
        return InsightsEvents(times: times, messages: messages)
    }

    private static func condition(depth: Int, _ random: inout SeededRandom) -> String {
        let field = ["a", "b", "c", "@message"].randomElement(using: &random)!
        let value = ["1", "10", "-0.5", "\"x\"", "\"10\"", "\"a b\"", "\"\"", "true"].randomElement(using: &random)!
        let comparison = ["=", "!=", "<", "<=", ">", ">="].randomElement(using: &random)!
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return "\(field) \(comparison) \(value)"
        case 1: return "\(value) \(comparison) \(field)"
        case 2: return "\(field) \(Bool.random(using: &random) ? "not " : "")in [\(value), 2, \"a b\"]"
        case 3: return "\(field) \(Bool.random(using: &random) ? "not " : "")like \"1\""
        case 4: return "\(field) like /^[a-z]|0$/"
        case 5: return "ispresent(\(field))"
        case 6: return "not (\(condition(depth: depth - 1, &random)))"
        case 7: return "(\(condition(depth: depth - 1, &random)) and \(condition(depth: depth - 1, &random)))"
        default: return "(\(condition(depth: depth - 1, &random)) or \(condition(depth: depth - 1, &random)))"
        }
    }

    @Test func `a condition means the same to a store as to the language`() throws {
        let events = Self.events(60, seed: 11)
        var random = SeededRandom(seed: 12)
        var pushed = 0
        for _ in 0..<1500 {
            let condition = Self.condition(depth: 3, &random)
            let direct = try InsightsQuery(parsing: "fields @timestamp | filter \(condition)")
            let computed = try InsightsQuery(parsing: "fields @timestamp | filter if(\(condition), 1, 0) = 1")
            if case .always = direct.predicate {} else { pushed += 1 }
            #expect(try events.answer(direct, chunkRows: 64).rows == events.answer(computed, chunkRows: 64).rows, "\(condition)")
        }
        #expect(pushed > 1000)
    }

    @Test(arguments: fuzzSeeds(1)) func `random text is a query or is refused, and a query answers alike whatever the chunks`(seed: UInt64) throws {
        let events = Self.events(40, seed: 20 + seed)
        let pieces = [
            "fields", "filter", "stats", "sort", "limit", "dedup", "parse", "display", "|", "|", "a", "b", "@message", "@timestamp", "1",
            "2",
            "\"x\"", "\"* *\"", "/(?<q>.)/", "(", ")", ",", "=", "<", "+", "-", "*", "/", "^", "and", "or", "not", "in", "like", "as", "z",
            "by",
            "bin(1ms)", "count(*)", "sum(a)", "pct(b, 50)", "avg(", "desc", "[", "]", "#", "`a`", "ä", "5m",
        ]
        var random = SeededRandom(seed: 21 + seed)
        var understood = 0
        for _ in 0..<30_000 {
            let text =
                ["fields a | ", "stats ", "filter ", ""].randomElement(using: &random)!
                + (0..<Int.random(in: 1...8, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined(separator: " ")
            guard let query = try? InsightsQuery(parsing: text) else { continue }
            understood += 1
            let whole = try events.answer(query, chunkRows: 8192)
            #expect(try events.answer(query, chunkRows: 7).rows == whole.rows, "\(text)")
        }
        #expect(understood > 300)
    }

    @Test(arguments: [
        "filter " + String(repeating: "(", count: 3000) + "a", "filter " + String(repeating: "not ", count: 2400) + "a",
        "fields " + String(repeating: "abs(", count: 2000) + "a", "fields " + String(repeating: "a^", count: 4000) + "a",
        "fields " + String(repeating: "a+", count: 4900) + "a", "fields " + String(repeating: "-", count: 9000) + "a",
        "filter a in " + String(repeating: "[", count: 9000), String(repeating: "f", count: 10_001),
    ])
    func `text made to exhaust the parser is refused or understood, never followed too deep`(text: String) throws {
        if let query = try? InsightsQuery(parsing: text) { _ = try Self.events(3, seed: 1).answer(query, chunkRows: 3) }
    }

    @Test func `the best rows of many are those of the whole sorted`() throws {
        var random = SeededRandom(seed: 31)
        let numbers = (0..<30_000).map { _ in Int.random(in: 0..<1_000_000, using: &random) }
        let events = InsightsEvents(
            times: numbers.indices.map { (InsightsEvents.day * 1000 + Int64($0)) * 1_000_000 }, messages: numbers.map { "{\"n\":\($0)}" })
        let query = try InsightsQuery(parsing: "fields n | sort n desc | limit 20")
        let answer = try events.answer(query, chunkRows: 8192)
        #expect(answer.rows == numbers.sorted(by: >).prefix(20).map { "n=\($0)" })
        #expect(answer.statistics == "statistics 30000 30000")
    }

    @Test func `percentiles of many values are within the sketch's error`() throws {
        var random = SeededRandom(seed: 41)
        let numbers = (0..<25_000).map { _ in Double.random(in: 1...1000, using: &random) }
        let events = InsightsEvents(
            times: numbers.indices.map { (InsightsEvents.day * 1000 + Int64($0)) * 1_000_000 }, messages: numbers.map { "{\"n\":\($0)}" })
        let answer = try events.answer(try InsightsQuery(parsing: "stats pct(n, 99) as p, median(n) as m"), chunkRows: 8192)
        let sorted = numbers.sorted()
        let found = answer.rows[0].split(separator: "; ").compactMap { Double($0.drop { $0 != "=" }.dropFirst()) }
        #expect(abs(found[0] / sorted[24_750] - 1) < 0.01 && abs(found[1] / sorted[12_500] - 1) < 0.01)
    }

    @Test func `scanning stops as soon as a limit is full`() throws {
        let events = Self.events(100, seed: 51)
        let query = try InsightsQuery(parsing: "fields @message | sort @timestamp desc | limit 5")
        #expect(query.order == .newestFirst)
        #expect(try events.answer(query, chunkRows: 10).statistics == "statistics 10 10")
        #expect(try InsightsQuery(parsing: "fields a | filter b = 1 | sort @timestamp").order == .oldestFirst)
        #expect(try InsightsQuery(parsing: "limit 5 | sort @timestamp").order == .newestFirst)
        #expect(try InsightsQuery(parsing: "fields 1 as @timestamp | sort @timestamp").order == .newestFirst)
    }

    @Test func `a query asks for no more fields than it needs`() throws {
        #expect(try InsightsQuery(parsing: "stats count(*)").fields == [])
        #expect(try InsightsQuery(parsing: "stats count(*) by bin(5m), level | sort level").fields == ["@timestamp", "level"])
        #expect(
            try InsightsQuery(parsing: "fields a as b | filter b > 1 and c = 2").fields == ["a", "b", "c", "@ptr"].filter { $0 != "b" })
        #expect(try InsightsQuery(parsing: "filter level = 1").fields.sorted() == ["@message", "@ptr", "@timestamp", "level"])
    }

    @Test(arguments: [
        "stats count(*) by @message", "sort a | filter b = 1", "stats count_distinct(@message)", "dedup @message", "tail 10000",
        "stats pct(strlen(@message), 50) by @message", "stats latest(@message) by @message",
    ])
    func `a query that would hold too much is ended`(text: String) throws {
        let query = try InsightsQuery(parsing: text)
        var execution = query.execution(heldBytesMax: 50_000, moment: InsightsMoment(now: Timestamp(seconds: 0), range: .all))
        var refused: StorageError?
        var rounds = 0
        while refused == nil, rounds < 100 {
            rounds += 1
            let messages = BytesVector((0..<100).map { "message \($0) of round \(rounds)" })
            let columns = query.fields.map { name in
                name == "@timestamp" ? Column(.int64([Int64](repeating: 0, count: 100))) : Column(.bytes(messages))
            }
            do throws(StorageError) { try execution.consume(ColumnChunk(rowCount: 100, columns: columns), recordsScanned: 100) } catch {
                refused = error
            }
        }
        #expect(refused?.code == .budget && rounds > 1)
    }
}
