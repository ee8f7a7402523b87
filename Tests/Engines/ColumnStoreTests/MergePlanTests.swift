@testable import ColumnStore
import Simulation
import Testing

struct MergePlanTests {
    private let plan = MergePlan(partsMin: 4, partsMax: 16, bytesMax: 256 << 20)

    private func run(_ megabytes: [Int]) -> Range<Int>? {
        plan.run(in: megabytes.enumerated().map { MergePlan.Candidate(number: UInt64($0.offset), bytes: $0.element << 20) })
    }

    @Test func `fewer than four parts are left alone`() { #expect(run([1, 1, 1]) == nil) }

    @Test func `small neighbours are joined, a large one beside them is not`() { #expect(run([200, 5, 5, 5, 5]) == 1..<5) }

    @Test func `no part dominates a merge`() { #expect(run([100, 5, 5, 5]) == nil) }

    @Test func `a merge stays within its memory`() { #expect(run([90, 90, 90, 90]) == nil) }

    @Test func `the cheapest run comes first`() { #expect(run([50, 50, 50, 50, 6, 6, 6, 6]) == 4..<8) }

    /// A hundred seals of one size: how often a byte is rewritten grows with the logarithm of the number of parts only.
    @Test func `bytes are rewritten few times`() {
        var parts: [Int] = []
        var rewritten = 0
        for _ in 0..<100 {
            parts.append(2)
            while let run = run(parts) {
                let total = parts[run].reduce(0, +)
                rewritten += total
                parts.replaceSubrange(run, with: [total])
            }
        }
        #expect(parts.reduce(0, +) == 200)
        #expect(parts.count <= 12)
        #expect(rewritten <= 200 * 5)
    }
}
