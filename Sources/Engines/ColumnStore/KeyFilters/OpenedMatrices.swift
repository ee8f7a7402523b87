import Synchronization

/// Sealed matrices that were opened, kept for the next look while there is room for them; the one not asked for longest goes first.
final class OpenedMatrices: Sendable {
    struct Name: Hashable, Sendable {
        let part: UInt64
        let offset: Int
    }

    private struct Entry {
        let bits: [UInt8]
        var askedAt: Int
    }

    private struct State {
        var entries: [Name: Entry] = [:]
        var byteCount = 0
        var clock = 0
    }

    private let bytesMax: Int
    private let state = Mutex(State())

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var byteCount: Int { state.withLock { $0.byteCount } }

    subscript(name: Name) -> [UInt8]? {
        state.withLock { state in
            state.clock += 1
            state.entries[name]?.askedAt = state.clock
            return state.entries[name]?.bits
        }
    }

    func keep(_ bits: [UInt8], as name: Name) {
        guard bits.count <= bytesMax / 2 else { return }  // it would push everything else out
        state.withLock { state in
            state.clock += 1
            state.byteCount += bits.count - (state.entries[name]?.bits.count ?? 0)
            state.entries[name] = Entry(bits: bits, askedAt: state.clock)
            while state.byteCount > bytesMax, let oldest = state.entries.min(by: { $0.value.askedAt < $1.value.askedAt }) {
                Self.remove(oldest.key, &state)
            }
        }
    }

    /// The part is gone, or the key that its filters are sealed with.
    func forget(part: UInt64) {
        state.withLock { state in
            for name in state.entries.keys where name.part == part { Self.remove(name, &state) }
        }
    }

    private static func remove(_ name: Name, _ state: inout State) {
        if let entry = state.entries.removeValue(forKey: name) { state.byteCount -= entry.bits.count }
    }
}
