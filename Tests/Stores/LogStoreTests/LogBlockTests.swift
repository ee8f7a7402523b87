import Bytes
import Columns
import ColumnStore
import LogsInsights
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import LogStore

/// Blocks of columns against the messages that they were made of.
@Suite struct LogBlockTests {
    private static let start: Int64 = 1_795_248_000_000_000_000
    private static let scope = BlockScope(tenant: Tenant(account: "000000000000", region: "us-east-1"), group: 7)

    private struct Sample {
        let rows: LogRows
        let batch: TableBatch
        let encoded: EncodedBlock

        func opened() throws -> LogBlock {
            try LogBlock(rowCount: rows.count) { wanted in wanted.map { encoded.sections[$0].bytes } }
        }
    }

    private func sample(_ messages: [String]) throws -> Sample {
        let times = messages.indices.map { Self.start + Int64($0 / 3) * 250_000_000 }
        let batch = TableBatch(
            table: .logs, partition: PartitionKey(window: 0), scope: Self.scope, times: times[0]...times[times.count - 1],
            rowCount: messages.count,
            columns: [
                .int64(times), .int64(times.map { $0 + 5_000_000 }), .uint32(messages.indices.map { UInt32($0 % 3) }),
                .uint64(messages.indices.map { UInt64(1000 + $0) }), .bytes(BytesVector(messages)),
            ])
        let rows = try LogRows([batch])
        var writer = LogBlockWriter()
        return Sample(rows: rows, batch: batch, encoded: writer.block(rows))
    }

    private func plan(_ predicate: Predicate = .always(true), _ names: [String] = [], order: LogScan.Order = .oldestFirst) -> LogScan {
        let group = LogGroup(name: "g", number: 7, created: Timestamp(nanoseconds: 0), retentionDays: nil, logClass: "STANDARD", tags: [])
        return LogScan(
            tenant: Self.scope.tenant, group: group, range: .all, predicate: predicate, projection: names, order: order,
            budget: QueryBudget(clock: ManualClock(), seconds: 60, bytesMax: .max))
    }

    /// Rows as text, so that kinds of columns that look the same are the same.
    private func shown(_ opened: LogSource.Opened?) -> [String] {
        guard let opened else { return [] }
        let texts = opened.columns.map { column in (column, column.vector.strings) }
        return opened.times.indices.map { row in
            "\(opened.times[row]) " + texts.map { column, strings in
                guard column.isPresent(row) else { return "-" }
                if let strings { return "'" + strings.text(at: row) + "'" }
                return "\(column.vector.gathered([row]))"
            }.joined(separator: " ")
        }
    }

    private func check(_ sample: Sample, _ plan: LogScan, _ comment: String) throws {
        let columns = shown(try BlockScan(plan, try sample.opened()).opened(needsNumbers: true))
        let messages = shown(try MessageScan(plan).opened([sample.batch]))
        #expect(columns == messages, "\(comment)")
    }

    @Test(arguments: fuzzSeeds(6)) func `columns give every message back byte for byte, and every field as the message has it`(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        let sample = try sample((0..<500).map { _ in random.next() })
        #expect(try LogRows([try decoded(sample)]).messages == sample.rows.messages)
        for order in [LogScan.Order.oldestFirst, .newestFirst] {
            try check(sample, plan(.always(true), RandomMessages.names + LogColumn.allCases.map(\.name), order: order), "seed \(seed)")
        }
    }

    private func decoded(_ sample: Sample) throws -> TableBatch {
        let header = BlockHeader(
            scope: Self.scope, partition: PartitionKey(window: 0), form: sample.encoded.form, rowCount: sample.encoded.rowCount,
            times: sample.encoded.times)
        let layout = LogLayout(groups: LiveLogGroups(), statistics: LogStatistics(), arrivals: ArrivalNumbers(clock: ManualClock()))
        return try layout.decode(SectionReader(sample.encoded.sections.map(\.bytes)), of: header)
    }

    @Test(arguments: fuzzSeeds(6)) func `predicates hold for the same rows whether columns or messages are asked`(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        let sample = try sample((0..<300).map { _ in random.next() })
        for _ in 0..<150 {
            let predicate = RandomPredicate(sample.rows.messages).next(&random)
            try check(sample, plan(predicate, ["@message"]), "seed \(seed): \(predicate)")
        }
    }

    @Test(arguments: fuzzSeeds(6)) func `a block that a search passes by has nothing of what is searched`(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        for _ in 0..<60 {
            let sample = try sample((0..<20).map { _ in random.next() })
            let predicate = RandomPredicate(sample.rows.messages).next(&random, depth: 2)
            guard !mayHold(predicate, sample.encoded) else { continue }
            #expect(try MessageScan(plan(predicate)).opened([sample.batch]) == nil, "seed \(seed): \(predicate)")
        }
    }

    private func mayHold(_ predicate: Predicate, _ block: EncodedBlock) -> Bool {
        let header = BlockHeader(
            scope: Self.scope, partition: PartitionKey(window: 0), form: block.form, rowCount: block.rowCount, times: block.times)
        return (try? LogPruning(plan(predicate)).mayPass(block.summary[...], header, keys: Set(block.keys ?? []))) ?? true
    }

    @Test(arguments: [
        "stats count(*) by level", "stats count(*) as n, avg(ms), sum(n), pct(ms, 90), min(n), max(ms) by level, bin(1s)",
        "filter level = \"ERROR\" | stats count(*) by user", "fields level, n, ms, user | sort user asc, n desc | limit 50",
        "filter @message like /time.ut/ | stats count_distinct(id) by request.path", "filter ispresent(note) and n > 5 | display note, n",
        "filter user like \"user-1\" and not level = \"WARN\" | stats count(*), latest(n), earliest(ms) by flag",
        "parse @message '\"level\":\"*\"' as found | stats count(*) by found", "stats count(tags), sum(request.size) by request.path, flag",
        "filter @requestId like /^[0-4]/ | stats count(*) by @type", "fields @timestamp, @message | sort @timestamp asc | limit 20",
        "dedup level, flag | display level, flag, n", "stats avg(@duration), max(@memorySize) by bin(2s)", "filter when = \"\" or flag = 1 | stats count(*)",
    ]) func `queries answer the same whether columns or messages are asked`(_ text: String) throws {
        for seed in fuzzSeeds(3) {
            var random = RandomMessages(seed: seed)
            let sample = try sample((0..<400).map { _ in random.next() })
            let query = try InsightsQuery(parsing: text)
            let plan = plan(query.predicate, query.fields, order: query.order)
            let columns = try answer(query, try BlockScan(plan, try sample.opened()).opened(needsNumbers: false))
            #expect(try columns == answer(query, try MessageScan(plan).opened([sample.batch])), "seed \(seed)")
        }
    }

    private func answer(_ query: InsightsQuery, _ opened: LogSource.Opened?) throws -> [InsightsResult.Row] {
        let moment = InsightsMoment(now: Timestamp(nanoseconds: Self.start), range: .all)
        var execution = query.execution(moment: moment)
        if let opened { try execution.consume(ColumnChunk(rowCount: opened.times.count, columns: opened.columns), recordsScanned: 0) }
        return execution.finish().rows
    }

    @Test func `what is hostile stays whole and small`() throws {
        var messages = (0..<3000).map { "{\"key\($0)\":\($0),\"x\":{\"y\($0 % 900)\":[\(String(repeating: "[", count: 40))\(String(repeating: "]", count: 40))]}}" }
        messages.append("{" + (0..<4000).map { "\"k\($0)\":\"v\"" }.joined(separator: ",") + "}")
        messages.append(String(repeating: "{\"a\":", count: 3000))
        messages.append("{\"big\":\"" + String(repeating: "x", count: 1 << 20) + "\"}")
        let sample = try sample(messages)
        #expect(sample.encoded.sections.count < 1200)
        #expect(try LogRows([try decoded(sample)]).messages == sample.rows.messages)
    }

    @Test(arguments: fuzzSeeds(4)) func `a damaged section is refused, never read beyond its end`(seed: UInt64) throws {
        var random = RandomMessages(seed: seed)
        let sample = try sample((0..<60).map { _ in random.next() })
        for _ in 0..<200 {
            var sections = sample.encoded.sections.map(\.bytes)
            let section = random.below(sections.count)
            guard !sections[section].isEmpty else { continue }
            if random.random.oneIn(2) {
                sections[section].removeLast(min(sections[section].count, 1 + random.below(8)))
            } else {
                sections[section][random.below(sections[section].count)] = UInt8(random.below(256))
            }
            // Any answer or an error will do; what must not happen is a crash.
            let damaged = sections
            _ = try? LogBlock(rowCount: sample.rows.count) { wanted in wanted.map { damaged[$0] } }.allColumns()
        }
    }
}

/// Conditions on what messages have and on what they have not.
private struct RandomPredicate {
    private let messages: BytesVector

    init(_ messages: BytesVector) { self.messages = messages }

    func next(_ random: inout RandomMessages, depth: Int = 0) -> Predicate {
        let name = RandomMessages.names[random.below(RandomMessages.names.count)]
        switch random.below(depth < 2 ? 10 : 6) {
        case 0: return .isPresent(name)
        case 1: return .compare(name, [.equal, .notEqual, .less, .greater][random.below(4)], literal(name, &random))
        case 2: return .compare(name, .equal, literal(name, &random))
        case 3: return .contains("@message", piece(&random))
        case 4:
            let pattern = ["time.ut", "user-[0-9]+", "level\":\"(WARN|ERROR)", "^\\{", "o"][random.below(5)]
            return (try? RegularExpression(pattern)).map { .matches(random.random.oneIn(2) ? "@message" : name, $0) } ?? .always(true)
        case 5: return .contains(name, Array(["e", "user", "1", "time"][random.below(4)].utf8))
        case 6: return .and([next(&random, depth: depth + 1), next(&random, depth: depth + 1)])
        case 7: return .or([next(&random, depth: depth + 1), next(&random, depth: depth + 1)])
        case 8: return .not(next(&random, depth: depth + 1))
        default: return .isOneOf(name, [literal(name, &random), literal(name, &random)])
        }
    }

    /// Mostly a value that some message has.
    private func literal(_ name: String, _ random: inout RandomMessages) -> Predicate.Literal {
        if random.random.oneIn(3) { return [.number(5), .number(0.5), .text(Array("INFO".utf8)), .text(Array("1".utf8))][random.below(4)] }
        let message = messages[random.below(messages.count)]
        guard let value = LogFieldExtractor(names: [name]).values(of: message)[0] else { return .text(Array("none".utf8)) }
        if random.random.oneIn(2), let number = NumberText.parse(value) { return .number(number) }
        return .text(Array(value.utf8))
    }

    /// Some bytes of a message, of any length, now and then one changed.
    private func piece(_ random: inout RandomMessages) -> [UInt8] {
        let message = Array(messages[random.below(messages.count)])
        let start = random.below(max(message.count, 1))
        var piece = Array(message[start..<min(message.count, start + 1 + random.below(50))])
        if random.random.oneIn(5), !piece.isEmpty { piece[random.below(piece.count)] = UInt8(ascii: "Z") }
        return piece
    }
}
