/// The entries of one simulated directory, twice: as programs see them, and as they are surely on the disk.
struct DirectoryContent: Sendable {
    enum Change: Sendable {
        case link(name: String, node: Int)
        case unlink(name: String)
        /// Within the directory, in one step: never both names, never neither.
        case rename(name: String, target: String, node: Int)
    }

    private(set) var current: [String: Int] = [:]
    private var durable: [String: Int] = [:]
    /// Changes since the last sync, oldest first.
    private var pending: [Change] = []

    mutating func change(_ change: Change) {
        Self.apply(change, to: &current)
        pending.append(change)
    }

    mutating func sync() {
        durable = current
        pending.removeAll()
    }

    mutating func failSync(using random: inout SeededRandom) {
        durable = survivor(using: &random)
        pending.removeAll()
    }

    /// Each unsynced change has happened or not.
    func afterPowerLoss(using random: inout SeededRandom) -> DirectoryContent {
        var content = DirectoryContent()
        content.durable = survivor(using: &random)
        content.current = content.durable
        return content
    }

    private func survivor(using random: inout SeededRandom) -> [String: Int] {
        var entries = durable
        for change in pending where random.oneIn(2) { Self.apply(change, to: &entries) }
        return entries
    }

    private static func apply(_ change: Change, to entries: inout [String: Int]) {
        switch change {
        case .link(let name, let node): entries[name] = node
        case .unlink(let name): entries[name] = nil
        case .rename(let name, let target, let node):
            entries[name] = nil
            entries[target] = node
        }
    }
}
