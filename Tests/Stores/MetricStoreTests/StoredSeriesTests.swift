import Bytes
import ColumnStore
import Columns
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing

@testable import MetricStore

/// The series index as a file, against the one in memory.
struct StoredSeriesTests {
    private static let path = "/series.index"
    private static let tenants = [
        Tenant(account: "123456789012", region: "us-east-1"), Tenant(account: "other", region: "eu-1"), Tenant(account: "", region: ""),
    ]

    private func labels(_ random: inout SeededRandom) -> LabelSet {
        LabelSet([
            (LabelSet.metricName, ["cpu", "memory", "requests"].randomElement(using: &random)!), ("host", "h\(Int.random(in: 0..<20, using: &random))"),
            ("pod", String(random.next() % 300, radix: 36)), ("zone", random.oneIn(2) ? "a" : "ü"),
        ])
    }

    /// Takes random label sets in for random tenants, defines most of them, and gives all of them samples.
    private func fill(_ index: SeriesIndex, _ random: inout SeededRandom, count: Int) throws {
        for _ in 0..<count {
            let tenant = Self.tenants.randomElement(using: &random)!
            var sets = BytesVector()
            for _ in 0..<5 { sets.append(labels(&random).encoded) }
            let numbers = try index.numbers(of: sets, kinds: [.sampled, .accumulating, .sampled, .sampled, .accumulating], tenant: tenant)
            if !random.oneIn(4), let batch = index.definitions(of: numbers, tenant: tenant) {
                try index.define(batch.columns[0].uint32s!, kinds: batch.columns[1].uint8s!, labels: batch.columns[2].strings!, tenant: tenant)
            }
            index.noteSamples(numbers, numbers.map { Int64($0) * 10 }, tenant: tenant)
        }
    }

    private func answers(_ index: SeriesIndex) -> [String] {
        let matchers: [[LabelMatcher]] = [
            [], [LabelMatcher("host", .equals("h7"))], [LabelMatcher(LabelSet.metricName, .equals("cpu")), LabelMatcher("zone", .equals("ü"))],
        ]
        return Self.tenants.flatMap { tenant in
            matchers.flatMap { matchers in
                (index.entries(matching: matchers, of: tenant, newestSampleFrom: Timestamp(nanoseconds: .min)) ?? []).map { entry in
                    "\(tenant) \(matchers.count) \(entry.id) \(entry.labels) \(entry.kind)"
                }
            }
        }
    }

    /// As a start does it: the samples say when each series had its last.
    private func noteSamples(_ index: SeriesIndex, of known: SeriesIndex) {
        for tenant in Self.tenants {
            let series = (known.entries(matching: [], of: tenant, newestSampleFrom: Timestamp(nanoseconds: .min)) ?? []).map(\.id)
            index.noteSamples(series, series.map { Int64($0) * 10 }, tenant: tenant)
        }
    }

    private func filled(_ random: inout SeededRandom, count: Int = 80) throws -> SeriesIndex {
        let index = SeriesIndex(key: FingerprintKey(seed: random.bytes(32)), seriesMax: 100_000)
        try fill(index, &random, count: count)
        return index
    }

    @Test(arguments: fuzzSeeds(4)) func `what is stored answers as what it was made of, and goes on with the same numbers`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedFileSystem()
        let index = try filled(&random)
        #expect(try index.store(at: Self.path, in: disk, countMin: 1))
        let stored = try #require(try SeriesIndex.stored(at: Self.path, in: disk, seriesMax: 100_000))
        #expect(answers(stored).isEmpty, "nobody sees a series before its samples")
        noteSamples(stored, of: index)
        #expect(answers(stored) == answers(index))
        #expect(!answers(index).isEmpty)
        // Both go on alike, and what the stored one has come to can be stored again.
        var (one, other) = (random, random)
        try fill(index, &one, count: 40)
        try fill(stored, &other, count: 40)
        #expect(answers(stored) == answers(index))
        #expect(try stored.store(at: Self.path, in: disk, countMin: 1))
        let again = try #require(try SeriesIndex.stored(at: Self.path, in: disk, seriesMax: 100_000))
        noteSamples(again, of: index)
        #expect(answers(again) == answers(index))
        #expect(try !again.store(at: Self.path, in: disk, countMin: 1), "nothing is new")
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged file is refused, or was damaged where nothing is`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedFileSystem()
        let index = try filled(&random, count: 10)
        try index.store(at: Self.path, in: disk, countMin: 1)
        let whole = try bytes(of: disk)
        for _ in 0..<150 {
            var damaged = whole
            damaged.mutate(using: &random)
            let copy = SimulatedFileSystem()
            try copy.open(Self.path, .create).write(damaged[...])
            do throws(StorageError) {
                let stored = try SeriesIndex.stored(at: Self.path, in: copy, seriesMax: 100_000)!
                noteSamples(stored, of: index)
                #expect(answers(stored) == answers(index), "seed \(seed)")
            } catch { #expect(error.code == .corrupt) }
        }
    }

    @Test(arguments: [Fault.powerLoss, .inputOutput, .noSpace, .shortWrite]) func `a fault while it is stored leaves the last one or the next`(_ fault: Fault)
        throws
    {
        var random = SeededRandom(seed: 9)
        let disk = SimulatedFileSystem()
        let index = try filled(&random, count: 10)
        try index.store(at: Self.path, in: disk, countMin: 1)
        try disk.syncDirectory("/")
        let before = answers(index)
        try fill(index, &random, count: 10)
        try everyFault(fault, on: disk, seeds: 1...2) { disk in
            _ = try? index.store(at: Self.path, in: disk, countMin: 1)  // a refusal is what the fault is for
            let stored = try #require(try SeriesIndex.stored(at: Self.path, in: disk.afterRestart(), seriesMax: 100_000))
            noteSamples(stored, of: index)
            #expect([before, answers(index)].contains(answers(stored)), "\(disk)")
        }
    }

    @Test func `few series are not worth a file`() throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedFileSystem()
        #expect(try !filled(&random).store(at: Self.path, in: disk))
        #expect(try SeriesIndex.stored(at: Self.path, in: disk, seriesMax: 10) == nil)
    }

    private func bytes(of disk: SimulatedFileSystem) throws -> [UInt8] {
        try disk.contents(of: Self.path, bytesMax: 1 << 20)
    }
}

extension File {
    fileprivate func write(_ bytes: ArraySlice<UInt8>) throws {
        try Array(bytes).withUnsafeBytes { try write($0, at: 0) }
    }
}
