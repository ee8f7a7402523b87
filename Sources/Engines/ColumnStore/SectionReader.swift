package import SignalModel

/// A block's sections, each read, checked and opened when it is asked for, and not before.
///
///     let times = try sections.section(0)
///     let columns = try sections.sections([1, 2, 5])      // one read of the disk for 1 and 2, another for 5
package struct SectionReader: Sendable {
    package let count: Int
    private let open: @Sendable ([Int]) throws(StorageError) -> [[UInt8]]

    init(count: Int, open: @escaping @Sendable ([Int]) throws(StorageError) -> [[UInt8]]) {
        self.count = count
        self.open = open
    }

    /// Sections that are in memory already.
    package init(_ sections: [[UInt8]]) {
        self.init(count: sections.count) { wanted in wanted.map { sections[$0] } }
    }

    /// - Throws: `.corrupt` when it is damaged or the block has no such section; `.keyGone`; `.budget` when there is no memory for it.
    package func section(_ index: Int) throws(StorageError) -> [UInt8] { try sections([index])[0] }

    /// - Parameter wanted: in any order; the answer has the same.
    /// - Throws: as `section`.
    package func sections(_ wanted: [Int]) throws(StorageError) -> [[UInt8]] {
        if let missing = wanted.first(where: { !(0..<count).contains($0) }) {
            throw .corrupt("block", "it has no section \(missing), only \(count)")
        }
        return try open(wanted)
    }
}
