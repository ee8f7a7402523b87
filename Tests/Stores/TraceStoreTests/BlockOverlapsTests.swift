import Simulation
import Testing

@testable import TraceStore

struct BlockOverlapsTests {
    @Test func `blocks of one part do not count against each other`() {
        let overlaps = BlockOverlaps([[0...10, 5...20], [30...40]])
        #expect(!overlaps.isOverlapped(0...10, ofRun: 0))
        #expect(!overlaps.isOverlapped(30...40, ofRun: 1))
        #expect(overlaps.isOverlapped(20...30, ofRun: 0), "touching is overlapping")
    }

    /// The truth is every pair.
    @Test(arguments: fuzzSeeds(5)) func `the answer is that of looking at every block`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let runs = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    let start = Int64.random(in: 0...100, using: &random)
                    return start...(start + Int64.random(in: 0...15, using: &random))
                }
            }
            let overlaps = BlockOverlaps(runs)
            for (number, blocks) in runs.enumerated() {
                for block in blocks {
                    let truth = runs.enumerated().contains { $0.offset != number && $0.element.contains { $0.overlaps(block) } }
                    #expect(overlaps.isOverlapped(block, ofRun: number) == truth, "seed \(seed): \(block) among \(runs)")
                }
            }
        }
    }
}
