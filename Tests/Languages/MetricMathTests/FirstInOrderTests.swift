import Simulation
import Testing

@testable import MetricMath

struct FirstInOrderTests {
    /// The truth is sorting everything.
    @Test(arguments: fuzzSeeds(5)) func `the first are those of all, sorted, each once`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let count = Int.random(in: 1...40, using: &random)
            let elements = (0..<Int.random(in: 0...500, using: &random)).map { _ in Int.random(in: 0...300, using: &random) }
            var first = FirstInOrder<Int>(count: count)
            for element in elements { first.add(element) }
            #expect(first.sorted() == Array(Set(elements).sorted().prefix(count)), "seed \(seed)")
        }
    }

    @Test(arguments: fuzzSeeds(3)) func `metrics are ordered by the bytes of namespace, name and dimensions`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let texts = ["", "a", "ab", "b", "é", "e\u{301}", "z", "\u{FF5E}", "\u{1F600}"]
        func text() -> String { texts.randomElement(using: &random)! }
        let metrics = (0..<80).map { _ in
            MetricIdentity(
                namespace: text(), name: text(), dimensions: (0..<Int.random(in: 0...3, using: &random)).map { ("d\($0)" + text(), text()) })
        }
        func fields(_ metric: MetricIdentity) -> [[UInt8]] {
            [Array(metric.namespace.utf8), Array(metric.name.utf8)] + metric.dimensions.flatMap { [Array($0.name.utf8), Array($0.value.utf8)] }
        }
        for a in metrics {
            for b in metrics {
                #expect((a < b) == fields(a).lexicographicallyPrecedes(fields(b)) { $0.lexicographicallyPrecedes($1) }, "seed \(seed): \(a), \(b)")
            }
        }
    }
}
