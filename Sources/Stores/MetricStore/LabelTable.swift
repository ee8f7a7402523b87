import Bytes
import Platform
import SignalModel

/// One tenant's distinct labels (name and value together), numbered, and the series that carry each.
///
/// A million series share most of their labels, so a series is a short list of label numbers, and text stands here once. A label
/// costs its text and 28 to 40 bytes; a posting 4 to 8.
struct LabelTable: Sendable {
    private struct Label: BitwiseCopyable {
        /// Where its text ends in `arena`.
        var end: UInt32
        /// So that growing need not hash the text again.
        var hash: UInt32
        /// Position in `names`.
        var name: UInt32
        var firstSeries: UInt32
        /// Position in `longer` of all its series, or `none` while there is but the first.
        var list: UInt32
    }

    private static let none = UInt32.max

    private var labels: [Label] = []
    /// Texts one after the other, in `LabelSet`'s layout.
    private var arena: [UInt8] = []
    /// Label + 1, or 0 where free. A power of two of them, at most three quarters taken.
    private var slots: [UInt32] = []
    /// Series of labels that two or more have, ascending.
    private var longer: [[UInt32]] = []
    private var names: [[UInt8]: UInt32] = [:]
    /// By position in `names`: its labels, in order of first appearance.
    private var labelsOfName: [[UInt32]] = []

    var count: Int { labels.count }
    /// False when another label of this length would not fit the offsets' 32 bits.
    func hasRoom(for bytes: Int) -> Bool { arena.count + bytes < Int(UInt32.max) && labels.count < Int(UInt32.max) - 1 }

    init() {}

    // MARK: stored

    /// Lists end to end, with the length of each before them.
    func append(to writer: inout ArrayFileWriter) throws(FileError) {
        try writer.append(labels)
        try writer.append(arena)
        try writer.append(slots)
        try writer.append(longer.map { UInt32($0.count) })
        try writer.append(longer.flatMap { $0 })
        let ordered = names.sorted { $0.value < $1.value }.map(\.key)
        try writer.append(ordered.map { UInt32($0.count) })
        try writer.append(ordered.flatMap { $0 })
        try writer.append(labelsOfName.map { UInt32($0.count) })
        try writer.append(labelsOfName.flatMap { $0 })
    }

    init(_ reader: inout ArrayFileReader) throws(StorageError) {
        labels = try reader.next(Label.self)
        arena = try reader.next(UInt8.self)
        slots = try reader.next(UInt32.self)
        longer = try Self.lists(of: UInt32.self, &reader)
        let ordered = try Self.lists(of: UInt8.self, &reader)
        labelsOfName = try Self.lists(of: UInt32.self, &reader)
        names = Dictionary(ordered.enumerated().map { ($1, UInt32($0)) }) { first, _ in first }
        guard slots.isEmpty || slots.count & (slots.count - 1) == 0, labels.last.map({ Int($0.end) == arena.count }) ?? arena.isEmpty,
            names.count == labelsOfName.count
        else { throw ArrayFileReader.corrupt("its labels do not fit") }
    }

    private static func lists<Element: BitwiseCopyable>(
        of type: Element.Type, _ reader: inout ArrayFileReader
    ) throws(StorageError) -> [[Element]] {
        let counts = try reader.next(UInt32.self), all = try reader.next(type)
        guard counts.reduce(0, { $0 + Int($1) }) == all.count else { throw ArrayFileReader.corrupt("its lists do not fit") }
        var lists: [[Element]] = []
        lists.reserveCapacity(counts.count)
        var start = 0
        for count in counts {
            lists.append(Array(all[start..<(start + Int(count))]))
            start += Int(count)
        }
        return lists
    }

    // MARK: writing

    /// The label's number, a new one if need be. The caller then calls `add`.
    /// - Parameter like: a label that is likely to have the same name.
    mutating func number(of label: CanonicalLabels.Label, hash: UInt32, like: UInt32?) -> UInt32 {
        if let known = find(label.whole, hash: hash) { return known }
        if (labels.count + 1) * 4 > slots.count * 3 { grow() }
        let number = UInt32(labels.count)
        let likeName = like.flatMap { hasName(of: label, $0) ? labels[Int($0)].name : nil }
        let name = likeName ?? nameNumber(Array(label.name))
        arena.append(contentsOf: label.whole)
        labelsOfName[Int(name)].append(number)
        labels.append(Label(end: UInt32(arena.count), hash: hash, name: name, firstSeries: Self.none, list: Self.none))
        place(number, hash: hash)
        return number
    }

    /// `series` carries `label`.
    mutating func add(_ series: UInt32, to label: UInt32) {
        let index = Int(label)
        if labels[index].list != Self.none {
            Self.insert(series, into: &longer[Int(labels[index].list)])
        } else if labels[index].firstSeries == Self.none {
            labels[index].firstSeries = series
        } else if labels[index].firstSeries != series {
            labels[index].list = UInt32(longer.count)
            longer.append([labels[index].firstSeries])
            Self.insert(series, into: &longer[longer.count - 1])
        }
    }

    /// Nearly always at the end; replay may bring definitions in another order.
    static func insert(_ number: UInt32, into numbers: inout [UInt32]) {
        guard let last = numbers.last, last >= number else { return numbers.append(number) }
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        if numbers[low] != number { numbers.insert(number, at: low) }
    }

    private mutating func nameNumber(_ name: [UInt8]) -> UInt32 {
        if let known = names[name] { return known }
        let number = UInt32(labelsOfName.count)
        names[name] = number
        labelsOfName.append([])
        return number
    }

    private mutating func place(_ number: UInt32, hash: UInt32) {
        let mask = slots.count - 1
        var place = Int(hash) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = number + 1
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: max(64, slots.count * 2))
        for (number, label) in labels.enumerated() { place(UInt32(number), hash: label.hash) }
    }

    // MARK: reading

    func find(_ label: UnsafeRawBufferPointer, hash: UInt32) -> UInt32? {
        let mask = slots.count - 1
        guard mask > 0 else { return nil }
        var place = Int(hash) & mask
        return arena.withUnsafeBytes { arena in
            while true {
                let slot = slots[place]
                guard slot != 0 else { return nil }
                let number = Int(slot) - 1
                if labels[number].hash == hash, Self.areEqual(label, UnsafeRawBufferPointer(rebasing: arena[range(number)])) {
                    return UInt32(number)
                }
                place = (place + 1) & mask
            }
        }
    }

    /// Whether the label is this one: cheaper than to look for it, where it is likely.
    func isText(_ text: UnsafeRawBufferPointer, of label: UInt32) -> Bool {
        arena.withUnsafeBytes { Self.areEqual(text, UnsafeRawBufferPointer(rebasing: $0[range(Int(label))])) }
    }

    private func hasName(of label: CanonicalLabels.Label, _ other: UInt32) -> Bool {
        arena.withUnsafeBytes { arena in
            let text = arena[range(Int(other))].prefix(label.lengthAndName.count)
            return Self.areEqual(label.lengthAndName, UnsafeRawBufferPointer(rebasing: text))
        }
    }

    /// In `LabelSet`'s layout.
    func text(of label: UInt32) -> ArraySlice<UInt8> { arena[range(Int(label))] }

    func value(of label: UInt32) -> ArraySlice<UInt8> {
        arena.withUnsafeBytes { arena in
            var walk = CanonicalLabels(UnsafeRawBufferPointer(rebasing: arena[range(Int(label))]))
            return walk.next().map { ArraySlice($0.value) } ?? []
        }
    }

    func nameText(of label: UInt32) -> String? {
        arena.withUnsafeBytes { arena in
            var walk = CanonicalLabels(UnsafeRawBufferPointer(rebasing: arena[range(Int(label))]))
            return walk.next().map { String(decoding: $0.name, as: UTF8.self) }
        }
    }

    func name(of label: UInt32) -> UInt32 { labels[Int(label)].name }
    func name(_ name: [UInt8]) -> UInt32? { names[name] }
    func labels(ofName name: UInt32) -> [UInt32] { labelsOfName[Int(name)] }

    func seriesCount(of label: UInt32) -> Int {
        let label = labels[Int(label)]
        return label.list == Self.none ? (label.firstSeries == Self.none ? 0 : 1) : longer[Int(label.list)].count
    }

    /// Ascending; a copy of its own, so that the next series to be added does not have to make one.
    func series(of label: UInt32) -> [UInt32] {
        let label = labels[Int(label)]
        guard label.list != Self.none else { return label.firstSeries == Self.none ? [] : [label.firstSeries] }
        return longer[Int(label.list)].map { $0 }
    }

    private func range(_ label: Int) -> Range<Int> { (label == 0 ? 0 : Int(labels[label - 1].end))..<Int(labels[label].end) }

    private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var place = 0
        while place + 8 <= a.count {
            guard a.loadUnaligned(fromByteOffset: place, as: UInt64.self) == b.loadUnaligned(fromByteOffset: place, as: UInt64.self) else {
                return false
            }
            place += 8
        }
        while place < a.count {
            guard a[place] == b[place] else { return false }
            place += 1
        }
        return true
    }
}
