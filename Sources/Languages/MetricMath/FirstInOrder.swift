/// The first few of very many elements by their order, each once, without sorting the others.
///
///     var first = FirstInOrder<MetricIdentity>(count: 500)
///     for metric in million { first.add(metric) }
///     let page = first.sorted()
@usableFromInline package struct FirstInOrder<Element: Comparable> {
    @usableFromInline let count: Int
    /// Up to twice as many as are wanted.
    @usableFromInline var kept: [Element] = []
    /// What does not come before it is none of the first; nil while there are too few to tell.
    @usableFromInline var bound: Element?

    /// - Parameter count: how many are wanted, at least one.
    @inlinable package init(count: Int) { self.count = max(1, count) }

    /// - Complexity: a comparison for nearly all of many elements.
    @inlinable package mutating func add(_ element: Element) {
        if let bound, !(element < bound) { return }
        kept.append(element)
        if kept.count >= 2 * count { cut() }
    }

    /// At most `count`, ascending.
    @inlinable package mutating func sorted() -> [Element] {
        cut()
        return kept
    }

    @inlinable mutating func cut() {
        kept.sort()
        var unique: [Element] = []
        unique.reserveCapacity(2 * count)
        for element in kept where unique.count < count && unique.last.map({ $0 < element }) ?? true { unique.append(element) }
        kept = unique
        if kept.count == count { bound = kept[count - 1] }
    }
}
