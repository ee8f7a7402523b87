import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import TraceStore

/// A block of spans of form 1 as it was once written, which must open for ever. `Fixtures/formats/span-block-1.txt` has a section a line,
/// in hexadecimal. What is written today may differ by what the compression library makes of it.
struct StoredSpanBlockTests {
    private static let tenant = Tenant(account: "123456789012", region: "us-east-1")
    private let layout = SpanLayout(arrivals: ArrivalNumbers(clock: ManualClock()), retentionNanoseconds: 1_000_000_000)

    private var batch: TableBatch {
        var spans = RandomSpans(seed: 11, traces: 4)
        var batch = SpanBatch(tenant: Self.tenant)
        for row in 0..<24 as Range<Int64> { spans.append(to: &batch, start: 1_795_248_000_000_000_000 + row * 1_000_003) }
        return TableBatch(
            table: .spans, partition: PartitionKey(window: 0), scope: BlockScope(tenant: Self.tenant),
            times: (batch.starts.min() ?? 0)...(batch.starts.max() ?? 0), rowCount: 24, columns: batch.columns(firstArrival: 7))
    }

    private func decoded(_ sections: [[UInt8]], _ block: EncodedBlock) throws -> TableBatch {
        let header = BlockHeader(
            scope: BlockScope(tenant: Self.tenant), partition: PartitionKey(window: 0), form: 1, rowCount: 24, times: block.times)
        return try layout.decode(SectionReader(sections), of: header)
    }

    private func written() throws -> EncodedBlock {
        let blocks = try layout.encode([batch])
        #expect(blocks.count == 1)
        return try #require(blocks.first)
    }

    @Test func `a stored block opens, with every column`() throws {
        let text = try Fixtures.text("formats/span-block-1.txt")
        let stored = try decoded(text.split(separator: "\n").map { Hex.decode($0 == "-" ? "" : $0) ?? [] }, written())
        let now = try decoded(written().sections.map(\.bytes), written())
        #expect(stored.columns == now.columns)
        let arrivals = stored.columns[SpanColumn.arrival.rawValue].uint64s ?? []
        #expect(arrivals.sorted() == Array(7..<31))
        let row = try #require(arrivals.firstIndex(of: 7)), sent = batch
        for column in [SpanColumn.traceHigh, .traceLow, .span, .start, .end, .name, .service, .attributes, .document] {
            #expect(stored.columns[column.rawValue].gathered([row]) == sent.columns[column.rawValue].gathered([0]), "\(column)")
        }
    }
}
