import SignalModel

/// Decides which adjacent parts of one partition to join: the cheapest run first, and only one that no single part dominates, so that
/// a byte is rewritten a logarithmic number of times.
struct MergePlan {
    struct Candidate: Equatable {
        let number: UInt64
        /// Decoded.
        let bytes: Int
    }

    var partsMin: Int
    let partsMax: Int
    var bytesMax: Int
    /// Runs of less are joined whatever their shares: they are all cheap.
    private static let smallBytes = 4 << 20

    /// - Parameter parts: of one partition, in order.
    /// - Returns: places in `parts`, nil when nothing is worth joining.
    func run(in parts: [Candidate]) -> Range<Int>? {
        var best: (range: Range<Int>, cost: Int)?
        for start in parts.indices {
            var total = 0
            var largest = 0
            for end in start..<min(parts.count, start + partsMax) {
                total += parts[end].bytes
                largest = max(largest, parts[end].bytes)
                guard total <= bytesMax else { break }
                let count = end + 1 - start
                guard count >= partsMin, total <= Self.smallBytes || largest <= total / 2 else { continue }
                let cost = total / (count - 1)  // bytes for each part that there is less
                if cost < best?.cost ?? .max { best = (start..<(end + 1), cost) }
            }
        }
        return best?.range
    }
}
