/// Which blocks of several parts have times in common with those of another part.
struct BlockOverlaps {
    /// Of one part: its blocks' earliest times, ascending, and the latest time of any block up to there.
    private struct Run {
        var starts: [Int64] = []
        var latest: [Int64] = []

        /// Blocks that begin no later than `time`.
        func count(startingBy time: Int64) -> Int {
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] <= time { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    private let runs: [Run]

    /// - Parameter runs: the times of each part's blocks, in any order.
    init(_ runs: [[ClosedRange<Int64>]]) {
        self.runs = runs.map { blocks in
            var run = Run()
            for times in blocks.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                run.starts.append(times.lowerBound)
                run.latest.append(max(run.latest.last ?? .min, times.upperBound))
            }
            return run
        }
    }

    /// - Complexity: O(parts × log blocks).
    func isOverlapped(_ times: ClosedRange<Int64>, ofRun own: Int) -> Bool {
        runs.indices.contains { number in
            guard number != own else { return false }
            let run = runs[number]
            let begun = run.count(startingBy: times.upperBound)
            return begun > 0 && run.latest[begun - 1] >= times.lowerBound
        }
    }
}
