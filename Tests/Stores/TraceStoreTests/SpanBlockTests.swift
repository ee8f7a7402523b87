import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import TraceStore

private let tenant = Tenant(account: "123456789012", region: "us-east-1")

/// A block as bytes and back.
struct SpanBlockTests {
    private let layout = SpanLayout(arrivals: ArrivalNumbers(clock: ManualClock()), retentionNanoseconds: 1_000_000_000)

    private func batch(seed: UInt64, rows: Int, from start: Int64 = 1_000_000_000_000) -> TableBatch {
        var spans = RandomSpans(seed: seed, traces: max(1, rows / 8))
        var batch = SpanBatch(tenant: tenant)
        for row in 0..<rows { spans.append(to: &batch, start: start + Int64(row) * 1_000_003 % 77_000_000) }
        return TableBatch(
            table: .spans, partition: PartitionKey(window: 0), scope: BlockScope(tenant: tenant),
            times: (batch.starts.min() ?? 0)...(batch.starts.max() ?? 0), rowCount: rows, columns: batch.columns(firstArrival: 7))
    }

    private func header(_ block: EncodedBlock) -> BlockHeader {
        BlockHeader(
            scope: BlockScope(tenant: tenant), partition: PartitionKey(window: 0), form: block.form, rowCount: block.rowCount, times: block.times)
    }

    /// The rows by arrival, each with its own context.
    private func rows(_ batches: [TableBatch]) -> [String] {
        var rows: [(arrival: UInt64, text: String)] = []
        for batch in batches {
            var columns = batch.columns
            columns[SpanColumn.context.rawValue] = .bytes(columns[SpanColumn.context.rawValue].strings!.filledDown())
            let arrivals = columns[SpanColumn.arrival.rawValue].uint64s!
            for row in 0..<batch.rowCount {
                let cells: [String] = columns.map { column in "\(column.gathered([row]))" }
                rows.append((arrivals[row], cells.joined(separator: "|")))
            }
        }
        rows.sort { $0.arrival < $1.arrival }
        return rows.map(\.text)
    }

    @Test(arguments: [1, 2, 100, 20_000]) func `every row comes back, a trace's rows beside each other`(count: Int) throws {
        let batch = batch(seed: UInt64(count), rows: count)
        let blocks = try layout.encode([batch])
        let back = try blocks.map { try layout.decode(SectionReader($0.sections.map(\.bytes)), of: header($0)) }
        #expect(rows(back) == rows([batch]))
        #expect(blocks.allSatisfy { $0.rowCount <= SpanLayout.rowsPerBlock })
        for block in back {
            let high = block.columns[0].uint64s!, low = block.columns[1].uint64s!
            let traces: [TraceID] = (0..<block.rowCount).map { TraceID(high: high[$0], low: low[$0]) }
            var runs = 1
            for row in traces.indices.dropFirst() where traces[row] != traces[row - 1] { runs += 1 }
            let different = Set(traces).count
            #expect(runs == different)
        }
    }

    @Test func `every key that is looked for is among a block's keys`() throws {
        let block = try #require(try layout.encode([batch(seed: 3, rows: 500)]).first)
        let keys = Set(try #require(block.keys))
        let back = try layout.decode(SectionReader(block.sections.map(\.bytes)), of: header(block))
        for row in 0..<back.rowCount {
            #expect(keys.contains(SpanKeys.key(of: TraceID(high: back.columns[0].uint64s![row], low: back.columns[1].uint64s![row]))))
            let column = try SpanAttributes.column(named: "attributes.order", rows: [row], of: back.columns)
            guard column.isPresent(0) else { continue }
            let text =
                switch column.vector {
                case .int64(let values): Array("\(values[0])".utf8)
                default: Array(column.vector.strings![0])
                }
            #expect(keys.contains(SpanKeys.key(of: Array("order".utf8), value: text)!))
        }
    }

    @Test func `a block cut off anywhere is refused`() throws {
        let block = try #require(try layout.encode([batch(seed: 5, rows: 60)]).first)
        let sections = block.sections.map(\.bytes)
        for number in sections.indices {
            for length in 0..<sections[number].count {
                var cut = sections
                cut[number].removeLast(sections[number].count - length)
                #expect(throws: StorageError.self) { try layout.decode(SectionReader(cut), of: header(block)) }
            }
        }
    }

    /// Bytes are checked before they get here, but a reader that trusts them must not be brought down by a mistake of ours.
    @Test(arguments: fuzzSeeds(6)) func `changed bytes are refused or read as something else, and never bring the reader down`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let block = try #require(try layout.encode([batch(seed: seed, rows: 80)]).first)
        for _ in 0..<300 {
            var sections = block.sections.map(\.bytes)
            let number = Int.random(in: sections.indices, using: &random)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                sections[number][Int.random(in: sections[number].indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do throws(StorageError) { _ = try layout.decode(SectionReader(sections), of: header(block)) } catch { #expect(error.code == .corrupt) }
        }
    }

    @Test func `documents are cut at their bytes, so that a block stays small`() throws {
        var batch = SpanBatch(tenant: tenant)
        for number in 0..<200 as Range<UInt64> {
            var row = SpanRow()
            row.trace = TraceID(high: 1, low: number)
            row.span = number + 1
            row.flags = .document
            batch.append(row, service: "s", name: "n", document: [UInt8](repeating: 120, count: 64 << 10))
        }
        let table = TableBatch(
            table: .spans, partition: PartitionKey(window: 0), scope: BlockScope(tenant: tenant), times: 0...0, rowCount: 200,
            columns: batch.columns(firstArrival: 1))
        let blocks = try layout.encode([table])
        #expect(blocks.map(\.rowCount).reduce(0, +) == 200 && blocks.count == 2)
    }

    /// Two rows as the first version wrote them.
    private var firstVersion: (bytes: [UInt8], header: BlockHeader) {
        var writer = ByteWriter()
        writer.append(varint: 2)
        for column in [[1, 1], [2, 2], [3, 4], [0, 3]] as [[UInt64]] { for value in column { writer.append(uint64: value) } }
        for value in [5_000, 7] as [Int64] { writer.append(zigzag: value) }
        for value in [10, 20] as [Int64] { writer.append(zigzag: value) }
        for flags in [SpanFlags.document, .inner] { writer.append(uint8: flags.rawValue) }
        for value in [900, 1] as [Int64] { writer.append(zigzag: value) }
        for column in [["shop", "call"], ["{}", ""]] {
            for text in column { writer.append(varint: UInt64(text.utf8.count)) }
            for text in column { writer.append(bytes: text.utf8) }
        }
        let header = BlockHeader(
            scope: BlockScope(tenant: tenant), partition: PartitionKey(window: 0), form: 0, rowCount: 2, times: 5_000...5_007)
        return (writer.bytes, header)
    }

    @Test(arguments: fuzzSeeds(3)) func `damaged rows of the first version are refused, or are as many as they say`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (whole, header) = firstVersion
        for round in 0..<400 {
            var bytes = whole
            bytes.mutate(using: &random)
            do throws(StorageError) {
                let batch = try layout.decode(SectionReader([bytes]), of: header)
                #expect(batch.columns.allSatisfy { ($0.count ?? batch.rowCount) == batch.rowCount }, "seed \(seed), round \(round)")
            } catch { #expect(error.code == .corrupt, "seed \(seed), round \(round)") }
        }
    }

    @Test func `rows of the first version are read, from blocks and from batches`() throws {
        let (bytes, old) = firstVersion
        let back = try layout.decode(SectionReader([bytes]), of: old)
        #expect(back.columns[SpanColumn.service.rawValue] == .bytes(BytesVector(["shop", ""])))
        #expect(back.columns[SpanColumn.kind.rawValue] == .uint8([SpanKind.server.rawValue, SpanKind.inner.rawValue]))
        #expect(back.columns[SpanColumn.arrival.rawValue] == .uint64([900, 901]))
        let first = TableBatch(
            table: .spans, partition: old.partition, scope: old.scope, times: old.times, rowCount: 2, columns: Array(back.columns.prefix(10)))
        let again = try #require(try layout.encode([first]).first)
        #expect(rows([try layout.decode(SectionReader(again.sections.map(\.bytes)), of: header(again))]) == rows([back]))
    }
}
