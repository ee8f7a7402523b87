/// A set of the rows `0 ..< rowCount`, one bit a row. Also says which rows of a column have a value.
package struct Selection: Sendable, Equatable {
    package let rowCount: Int
    private var words: [UInt64]

    package init(none rowCount: Int) {
        self.rowCount = rowCount
        words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    }

    package init(all rowCount: Int) {
        self.rowCount = rowCount
        words = [UInt64](repeating: .max, count: (rowCount + 63) / 64)
        clearTail()
    }

    /// - Parameter holds: asked once a row, in ascending order.
    @inline(__always) package init(rowCount: Int, where holds: (Int) -> Bool) {
        self.rowCount = rowCount
        words = []
        words.reserveCapacity((rowCount + 63) / 64)
        var row = 0
        while row < rowCount {
            var word: UInt64 = 0
            let end = Swift.min(row &+ 64, rowCount)
            var bit = row
            while bit < end {
                word |= (holds(bit) ? 1 : 0) &<< UInt64(bit & 63)
                bit &+= 1
            }
            words.append(word)
            row = end
        }
    }

    package subscript(row: Int) -> Bool {
        get { words[row >> 6] & (1 << UInt64(row & 63)) != 0 }
        set {
            let bit: UInt64 = 1 << UInt64(row & 63)
            if newValue { words[row >> 6] |= bit } else { words[row >> 6] &= ~bit }
        }
    }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    package mutating func formIntersection(_ other: Selection) { combine(other, &) }
    package mutating func formUnion(_ other: Selection) { combine(other, |) }
    package mutating func invert() {
        for index in words.indices { words[index] = ~words[index] }
        clearTail()
    }

    /// The selected rows in ascending order.
    package var rows: [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return result
    }

    private mutating func combine(_ other: Selection, _ operation: (UInt64, UInt64) -> UInt64) {
        precondition(rowCount == other.rowCount, "selections of different chunks cannot be combined")
        for index in words.indices { words[index] = operation(words[index], other.words[index]) }
    }

    /// Bits past the last row stay zero, so that `count` and `isEmpty` need not look.
    private mutating func clearTail() {
        if rowCount & 63 != 0 { words[words.count - 1] &= (1 << UInt64(rowCount & 63)) - 1 }
    }
}
