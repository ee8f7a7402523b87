import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import MetricStore

/// Damaged blocks of series definitions, and of samples as they were written first. A checksum stands before both; a reader that trusts it
/// must not be brought down by a mistake of ours.
struct OldBlockFuzzTests {
    private func header(_ table: TableID, rows: Int) -> BlockHeader {
        BlockHeader(
            scope: BlockScope(tenant: Tenant(account: "123456789012", region: "us-east-1")), partition: PartitionKey(window: 0), form: 0,
            rowCount: rows,
            times: 0...1)
    }

    @Test(arguments: fuzzSeeds(3)) func `damaged samples of the first form are refused, or are as many as they say`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var writer = ByteWriter()
        writer.append(uint8: 1)
        writer.append(varint: 6)
        for number in 1...2 as ClosedRange<UInt64> {
            writer.append(varint: number)
            writer.append(varint: 3)
            for step in [1_795_248_000_000_000_000, 10, -3] as [Int64] { writer.append(zigzag: step) }
        }
        for value in 0..<24 { writer.append(double: Double(value)) }
        #expect((try? SampleBlockForm0.decode(writer.bytes, of: header(.samples, rows: 6)))?.rowCount == 6)
        for round in 0..<400 {
            var bytes = writer.bytes
            bytes.mutate(using: &random)
            do throws(StorageError) {
                let batch = try SampleBlockForm0.decode(bytes, of: header(.samples, rows: 6))
                #expect(batch.columns.allSatisfy { ($0.count ?? batch.rowCount) == batch.rowCount }, "seed \(seed), round \(round)")
                #expect(batch.rowCount <= bytes.count / 9, "seed \(seed), round \(round)")
            } catch { #expect(error.code == .corrupt, "seed \(seed), round \(round)") }
        }
    }

    @Test(arguments: fuzzSeeds(3)) func `damaged series definitions are refused, or are as many as they say`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let layout = SeriesDefinitionLayout(index: SeriesIndex(key: FingerprintKey(seed: random.bytes(32)), seriesMax: 100))
        var labels = BytesVector()
        for host in 0..<8 { labels.append(LabelSet([(LabelSet.metricName, "cpu"), ("host", "h\(host)")]).encoded) }
        let tenant = Tenant(account: "123456789012", region: "us-east-1")
        let whole = try #require(
            try layout.encode([
                SeriesDefinitionLayout.batch(
                    numbers: Array(3..<11), kinds: [UInt8](repeating: SeriesKind.sampled.rawValue, count: 8), labels: labels, tenant: tenant
                )
            ]).first)
        let header = header(.seriesDefinitions, rows: 8)
        #expect(try layout.decode(SectionReader(whole.sections.map(\.bytes)), of: header).rowCount == 8)
        for round in 0..<400 {
            var bytes = whole.sections[0].bytes
            bytes.mutate(using: &random)
            do throws(StorageError) {
                let batch = try layout.decode(SectionReader([bytes]), of: header)
                #expect(
                    batch.columns.allSatisfy { $0.count == batch.rowCount } && batch.rowCount <= bytes.count / 3,
                    "seed \(seed), round \(round)")
            } catch { #expect(error.code == .corrupt, "seed \(seed), round \(round)") }
        }
    }
}
