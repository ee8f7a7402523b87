import Synchronization

/// Pieces of parts that were read, kept for the next look while there is room for them; the one not asked for longest goes first.
final class PieceCache<Name: Hashable & Sendable, Piece: Sendable>: Sendable {
    private struct Entry {
        let piece: Piece
        let byteCount: Int
        var askedAt: Int
    }

    private struct State {
        var entries: [Name: Entry] = [:]
        var byteCount = 0
        var clock = 0
    }

    private let bytesMax: Int
    private let keepsNewest: Bool
    private let state = Mutex(State())

    /// - Parameter keepsNewest: the newest piece stays whatever its size, where who read it is about to ask for it again; else one of more than
    ///   half the room is not kept, because it would push everything else out.
    init(bytesMax: Int, keepsNewest: Bool) {
        self.bytesMax = bytesMax
        self.keepsNewest = keepsNewest
    }

    var byteCount: Int { state.withLock { $0.byteCount } }

    subscript(name: Name) -> Piece? {
        state.withLock { state in
            state.clock += 1
            state.entries[name]?.askedAt = state.clock
            return state.entries[name]?.piece
        }
    }

    /// - Parameter byteCount: what the piece takes.
    func keep(_ piece: Piece, byteCount: Int, as name: Name) {
        guard keepsNewest || byteCount <= bytesMax / 2 else { return }
        state.withLock { state in
            state.clock += 1
            state.byteCount += byteCount - (state.entries[name]?.byteCount ?? 0)
            state.entries[name] = Entry(piece: piece, byteCount: byteCount, askedAt: state.clock)
            while state.byteCount > bytesMax, state.entries.count > 1,
                let oldest = state.entries.min(by: { $0.value.askedAt < $1.value.askedAt })
            {
                Self.remove(oldest.key, &state)
            }
        }
    }

    func forget(_ name: Name) { state.withLock { Self.remove(name, &$0) } }

    func forget(where isGone: (Name) -> Bool) {
        state.withLock { state in
            for name in state.entries.keys where isGone(name) { Self.remove(name, &state) }
        }
    }

    private static func remove(_ name: Name, _ state: inout State) {
        if let entry = state.entries.removeValue(forKey: name) { state.byteCount -= entry.byteCount }
    }
}
