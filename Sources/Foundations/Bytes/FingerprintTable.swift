/// Finds dense numbers by fingerprint: open addressing with linear probing, 24 to 28 bytes an entry.
///
///     var table = FingerprintTable()
///     table.insert(key.fingerprint(of: bytes), as: table.count)
///     table[key.fingerprint(of: bytes)]       // 0
///
/// Fingerprints are keyed, so nobody outside can make them meet in one place, and so long that equal ones mean equal bytes.
@usableFromInline package struct FingerprintTable: Sendable {
    /// By number; zeros where a number has no entry.
    @usableFromInline package private(set) var fingerprints: [Fingerprint] = []
    /// Number + 1, or 0 where free. A power of two of them, at most three quarters taken.
    @usableFromInline package private(set) var slots: [UInt32] = []
    /// Entries.
    package private(set) var count = 0

    package init() {}

    /// A table as it was stored: its `fingerprints` and `slots`.
    /// - Returns: nil when these cannot be those of a table.
    package init?(fingerprints: [Fingerprint], slots: [UInt32]) {
        guard slots.isEmpty || slots.count & (slots.count - 1) == 0 else { return nil }
        let taken = slots.reduce(into: (count: 0, largest: 0)) { taken, slot in
            if slot != 0 { taken = (taken.count + 1, max(taken.largest, Int(slot))) }
        }
        guard taken.largest <= fingerprints.count, taken.count * 4 <= slots.count * 3 else { return nil }
        (self.fingerprints, self.slots, count) = (fingerprints, slots, taken.count)
    }

    @inlinable package subscript(fingerprint: Fingerprint) -> Int? {
        let mask = slots.count &- 1
        guard mask > 0 else { return nil }
        var place = Int(truncatingIfNeeded: fingerprint.low) & mask
        while true {
            let slot = slots[place]
            guard slot != 0 else { return nil }
            let number = Int(slot) &- 1
            let found = fingerprints[number]
            if found.low == fingerprint.low, found.high == fingerprint.high { return number }
            place = (place &+ 1) & mask
        }
    }

    /// As the subscript, but looks at the entry with number `guess` first: who asks in the order of insertion, as senders that repeat
    /// themselves do, walks through memory in order and probes nothing.
    @inlinable package func number(of fingerprint: Fingerprint, guess: Int) -> Int? {
        if guess < fingerprints.count {
            let guessed = fingerprints[guess]
            if guessed.low == fingerprint.low, guessed.high == fingerprint.high { return guess }
        }
        return self[fingerprint]
    }

    /// - Precondition: neither the fingerprint nor the number, which is below 2^32 - 1, was inserted before.
    package mutating func insert(_ fingerprint: Fingerprint, as number: Int) {
        precondition(number < Int(UInt32.max), "a fingerprint table holds fewer than 2^32 - 1 numbers")
        if (count + 1) * 4 > slots.count * 3 { grow() }
        while fingerprints.count < number { fingerprints.append(Fingerprint(high: 0, low: 0)) }
        if number == fingerprints.count { fingerprints.append(fingerprint) } else { fingerprints[number] = fingerprint }
        place(UInt32(number + 1), fingerprint)
        count += 1
    }

    private mutating func place(_ slot: UInt32, _ fingerprint: Fingerprint) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: fingerprint.low) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt32](repeating: 0, count: max(64, old.count * 2))
        for slot in old where slot != 0 { place(slot, fingerprints[Int(slot) - 1]) }
    }
}
