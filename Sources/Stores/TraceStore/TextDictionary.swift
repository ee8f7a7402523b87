import Bytes
import Columns

/// The different texts among many, in order of first appearance, and which one each is.
struct TextDictionary {
    private(set) var entries = BytesVector()
    private(set) var codes: [UInt32] = []

    /// Nil when there are more than `entriesMax` different ones.
    init?(_ texts: BytesVector, entriesMax: Int) {
        var index = TextIndex()
        codes.reserveCapacity(texts.count)
        let isFull = texts.bytes.withUnsafeBytes { raw in
            var last = -1
            for row in 0..<texts.count {
                let text = UnsafeRawBufferPointer(rebasing: raw[texts.range(at: row)])
                if last >= 0, index.isEqual(last, text) {
                    codes.append(UInt32(last))
                    continue
                }
                last = index.place(of: text)
                guard last < entriesMax else { return true }
                codes.append(UInt32(last))
            }
            return false
        }
        if isFull { return nil }
        entries = index.texts
    }
}

/// Numbers texts in order of first appearance: open addressing on XXH3.
struct TextIndex {
    private(set) var texts = BytesVector()
    private var hashes: [UInt64] = []
    /// Number + 1, 0 where free; a power of two of them.
    private var slots = [UInt32](repeating: 0, count: 64)

    var count: Int { hashes.count }

    func isEqual(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
        let range = texts.range(at: number)
        guard range.count == text.count else { return false }
        return texts.bytes.withUnsafeBytes { raw in
            for index in 0..<text.count where raw[range.lowerBound + index] != text[index] { return false }
            return true
        }
    }

    mutating func place(of text: UnsafeRawBufferPointer) -> Int {
        let hash = Checksum.xxh3(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if hashes[number] == hash, isEqual(number, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(hashes.count + 1)
        hashes.append(hash)
        texts.append(text)
        if hashes.count * 2 > slots.count { grow() }
        return hashes.count - 1
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }
}
