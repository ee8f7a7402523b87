import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import MetricStore

/// A block of samples of form 2 as it was once written, which must open for ever. `Fixtures/formats/sample-block-2.txt` has a section a
/// line, in hexadecimal.
struct StoredSampleBlockTests {
    private static let start: Int64 = 1_795_248_000_000_000_000

    private let runs: [(rank: SeriesRank, run: SampleRun)] = {
        var gauge = SampleRun(), counter = SampleRun(), sets = SampleRun()
        for row in 0..<40 as Range<Int64> {
            gauge.append(time: start + row * 10_000_000_000, value: Double(row % 7) / 10, count: 1, minimum: Double(row % 7) / 10, maximum: Double(row % 7) / 10, detail: [])
            counter.append(time: start + row * 10_000_000_000 + row % 3 * 1_000_000, value: Double(row * row * 1000), count: 1, minimum: Double(row * row * 1000), maximum: Double(row * row * 1000), detail: [])
        }
        for row in 0..<5 as Range<Int64> {
            var sketch = QuantileSketch()
            sketch.add(Double(row) + 0.5, weight: 3)
            sets.append(
                time: start + row * 60_000_000_000, value: 3 * (Double(row) + 0.5), count: 3, minimum: -1, maximum: 1e300,
                detail: row == 2 ? MetricDetail.sketch(sketch).encoded : [])
        }
        sets.append(time: start + 300_000_000_000, value: .nan, count: 1, minimum: .infinity, maximum: -0.0, detail: [])
        return [
            (SeriesRank(metric: 7, series: 4), gauge), (SeriesRank(metric: 7, series: 900), counter), (SeriesRank(metric: .max, series: 5), sets),
        ]
    }()

    private var written: EncodedBlock {
        get throws {
            var writer = SampleBlockWriter()
            for (rank, run) in runs { writer.append(run, of: rank) }
            return try #require(writer.finish().first)
        }
    }

    private func text(_ run: SampleRun) -> [String] {
        run.times.indices.map { row in
            let set = run.counts.isEmpty ? [1, run.values[row], run.values[row]] : [run.counts[row], run.minima[row], run.maxima[row]]
            return "\(run.times[row]) \(run.values[row].bitPattern) \(set.map(\.bitPattern)) \(run.details.count > 0 ? Array(run.details[row]) : [])"
        }
    }

    @Test func `a stored block opens, with every series and sample`() throws {
        let sections = try Fixtures.text("formats/sample-block-2.txt").split(separator: "\n").map { Hex.decode($0) ?? [] }
        let block = try SampleBlock(sections, times: written.times)
        #expect(block.directory.entries.map(\.rank) == runs.map(\.rank))
        for (place, expected) in runs.enumerated() {
            var run = SampleRun()
            try block.read(place, into: &run)
            #expect(text(run) == text(expected.run))
        }
    }

    @Test func `today's blocks are written as the stored one was`() throws {
        let lines = try written.sections.map { Hex.encode($0.bytes) }.joined(separator: "\n") + "\n"
        #expect(try lines == Fixtures.text("formats/sample-block-2.txt"), "a changed form needs a number of its own: \(lines)")
    }
}
