import Bytes

/// Walks `LabelSet.encoded` in place, label by label.
///
///     var walk = CanonicalLabels(bytes)
///     while let label = walk.next() { … label.whole, label.name … }
///     guard walk.isWellFormed else { … }
struct CanonicalLabels {
    struct Label {
        /// `[varint n][name][varint n][value]`
        let whole: UnsafeRawBufferPointer
        let name: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer

        /// `[varint n][name]`
        var lengthAndName: UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: whole[..<(name.baseAddress! + name.count - whole.baseAddress!)])
        }
    }

    /// False once something did not fit, names did not ascend, or a value was empty.
    private(set) var isWellFormed = true
    private let bytes: UnsafeRawBufferPointer
    private var place = 0
    private var lastName = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// - Returns: nil at the end, and at the first label that is not well formed.
    mutating func next() -> Label? {
        guard place < bytes.count else { return nil }
        let start = place
        guard let name = text(), let value = text(), !value.isEmpty, lastName.baseAddress == nil || Self.precedes(lastName, name) else {
            isWellFormed = false
            return nil
        }
        lastName = name
        return Label(whole: UnsafeRawBufferPointer(rebasing: bytes[start..<place]), name: name, value: value)
    }

    /// - Returns: how many labels there are; nil when they are not well formed.
    static func count(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var walk = CanonicalLabels(bytes)
        var count = 0
        while walk.next() != nil { count += 1 }
        return walk.isWellFormed ? count : nil
    }

    private mutating func text() -> UnsafeRawBufferPointer? {
        var length = 0
        var shift = 0
        while place < bytes.count, shift < 35 {
            let byte = Int(bytes[place])
            place += 1
            length |= (byte & 0x7f) << shift
            guard byte >= 0x80 else {
                guard length <= bytes.count - place else { return nil }
                defer { place += length }
                return UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
            }
            shift += 7
        }
        return nil
    }

    private static func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<min(a.count, b.count) where a[index] != b[index] { return a[index] < b[index] }
        return a.count < b.count
    }
}
