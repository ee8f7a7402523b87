package import SignalModel

/// Batches in order of commit. Appending after a copy was taken copies at most one short run, so that a snapshot costs nothing
/// and neither does the commit after it.
package struct BatchList: Sendable, BidirectionalCollection {
    package struct Index: Comparable, Sendable {
        fileprivate let run: Int
        fileprivate let place: Int

        package static func < (a: Index, b: Index) -> Bool { (a.run, a.place) < (b.run, b.place) }
    }

    private static let runMax = 64

    /// None is empty.
    private var runs: [[TableBatch]] = []
    package private(set) var count = 0

    package init() {}

    package init(_ batches: [TableBatch]) {
        runs = batches.isEmpty ? [] : [batches]
        count = batches.count
    }

    package mutating func append(_ batch: TableBatch) {
        count += 1
        if runs.isEmpty || runs[runs.count - 1].count >= Self.runMax {
            runs.append([batch])
        } else {
            runs[runs.count - 1].append(batch)
        }
    }

    package mutating func append(contentsOf other: BatchList) {
        runs.append(contentsOf: other.runs)
        count += other.count
    }

    package var startIndex: Index { Index(run: 0, place: 0) }
    package var endIndex: Index { Index(run: runs.count, place: 0) }
    package subscript(index: Index) -> TableBatch { runs[index.run][index.place] }

    package func index(after index: Index) -> Index {
        index.place + 1 < runs[index.run].count ? Index(run: index.run, place: index.place + 1) : Index(run: index.run + 1, place: 0)
    }

    package func index(before index: Index) -> Index {
        index.place > 0
            ? Index(run: index.run, place: index.place - 1) : Index(run: index.run - 1, place: runs[index.run - 1].count - 1)
    }
}
