import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import MetricStore

struct SampleBlockTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `runs come back from their blocks as they went in, long and short ones`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let runs = Self.runs(&random)
        var back: [SeriesRank: SampleRun] = [:]
        for block in Self.blocks(of: runs) {
            let opened = try SampleBlock(block.sections.map(\.bytes), times: block.times)
            #expect(opened.directory.rowCount == block.rowCount && block.rowCount <= SampleBlockWriter.rowsMax)
            for (place, entry) in opened.directory.entries.enumerated() {
                let before = back[entry.rank]?.count ?? 0
                try opened.read(place, into: &back[entry.rank, default: SampleRun()])
                #expect(entry.times == back[entry.rank]!.times[before]...back[entry.rank]!.times.last!)
            }
        }
        for (rank, run) in runs { #expect(Self.text(back[rank]) == Self.text(run)) }
    }

    @Test(arguments: fuzzSeeds(30))
    func `damaged sections are refused as corrupt, or give other numbers, and nothing worse`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for block in Self.blocks(of: Self.runs(&random)) {
            for _ in 0..<40 {
                var sections = block.sections.map(\.bytes)
                let section = Int.random(in: 0..<2, using: &random)
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    sections[section][Int.random(in: 0..<sections[section].count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if random.oneIn(3) { sections[section].removeLast(Int.random(in: 1...sections[section].count, using: &random)) }
                do throws(StorageError) {
                    let opened = try SampleBlock(sections, times: block.times)
                    var run = SampleRun()
                    for place in opened.directory.entries.indices.prefix(50) { try opened.read(place, into: &run) }
                } catch { #expect(error.code == .corrupt) }
            }
        }
    }

    private static func blocks(of runs: [(SeriesRank, SampleRun)]) -> [EncodedBlock] {
        var writer = SampleBlockWriter()
        for (rank, run) in runs { writer.append(run, of: rank) }
        return writer.finish()
    }

    private static func runs(_ random: inout SeededRandom) -> [(SeriesRank, SampleRun)] {
        (0..<Int.random(in: 1...20, using: &random)).map { number in
            var run = SampleRun()
            var time = Int64.random(in: -1_000...2_000_000_000, using: &random) * 1_000_000_000
            let isPlain = random.oneIn(2)
            for _ in 0..<[1, 2, 7, 100, 9000].randomElement(using: &random)! {
                time += random.oneIn(30) ? Int64.random(in: 0...5_000, using: &random) * 1_000_000 : 10_000_000_000
                let value = Double(Int.random(in: 0..<1000, using: &random)) / 10
                guard !isPlain, random.oneIn(4) else {
                    run.append(time: time, value: value, count: 1, minimum: value, maximum: value, detail: [])
                    continue
                }
                var sketch = QuantileSketch()
                sketch.add(value, weight: 3)
                run.append(
                    time: time, value: value, count: 3, minimum: value - 1, maximum: value + 1,
                    detail: random.oneIn(2) ? MetricDetail.sketch(sketch).encoded : [])
            }
            return (SeriesRank(metric: UInt32(number / 3 * 1000), series: SeriesID(number)), run)
        }
    }

    private static func text(_ run: SampleRun?) -> [String] {
        guard let run else { return [] }
        return run.times.indices.map { row in
            let set = run.counts.isEmpty ? (1, run.values[row], run.values[row]) : (run.counts[row], run.minima[row], run.maxima[row])
            return "\(run.times[row]) \(run.values[row]) \(set) \(run.details.count > 0 ? Array(run.details[row]) : [])"
        }
    }
}
