/// The bytes of one simulated file, twice: as programs see them, and as they are surely on the disk.
struct FileContent: Sendable {
    private enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    /// What a power loss can tear: a disk writes one sector whole or not at all.
    private static let sectorBytes = 512

    private(set) var current: [UInt8] = []
    private var durable: [UInt8] = []
    /// Changes since the last sync, oldest first.
    private var pending: [Change] = []

    mutating func write(_ bytes: some Collection<UInt8>, at offset: Int) {
        let change = Change.write(offset: offset, bytes: Array(bytes))
        Self.apply(change, to: &current)
        pending.append(change)
    }

    mutating func truncate(to size: Int) {
        Self.apply(.truncate(size: size), to: &current)
        pending.append(.truncate(size: size))
    }

    mutating func sync() {
        for change in pending { Self.apply(change, to: &durable) }
        pending.removeAll()
    }

    /// As Linux does it: what the failed sync did not write is no longer owed, so a second sync "succeeds" without it.
    mutating func failSync(using random: inout SeededRandom) {
        durable = survivor(using: &random)
        pending.removeAll()
    }

    /// Damages the medium itself.
    mutating func flipBit(_ bit: Int, ofByte offset: Int) {
        current[offset] ^= 1 << UInt8(bit)
        if offset < durable.count { durable[offset] ^= 1 << UInt8(bit) }
    }

    func afterPowerLoss(using random: inout SeededRandom) -> FileContent {
        var content = FileContent()
        content.durable = survivor(using: &random)
        content.current = content.durable
        return content
    }

    /// What the disk may hold when the power goes: of each unsynced write all, nothing, or some of its sectors.
    private func survivor(using random: inout SeededRandom) -> [UInt8] {
        var image = durable
        var seen = durable          // the file as programs saw it after each change
        for change in pending {
            Self.apply(change, to: &seen)
            let fate = Fate.drawn(using: &random)
            switch change {
            case .truncate(let size):
                if fate != .absent { Self.apply(.truncate(size: size), to: &image) }
            case .write(let offset, let bytes):
                guard !bytes.isEmpty else { continue }
                for sector in offset / Self.sectorBytes...(offset + bytes.count - 1) / Self.sectorBytes {
                    let isWritten = fate == .present || fate == .torn && random.oneIn(2)
                    if isWritten { Self.copy(sector: sector, from: seen, to: &image) }
                }
            }
        }
        // A grown size is written apart from the data; where it came first, zeros are read.
        if image.count < seen.count, random.oneIn(2) { Self.apply(.truncate(size: seen.count), to: &image) }
        return image
    }

    private enum Fate {
        case present, absent, torn

        static func drawn(using random: inout SeededRandom) -> Fate {
            [Fate.present, .absent, .torn].randomElement(using: &random)!
        }
    }

    /// A sector comes as the page cache holds it: with every earlier change to it.
    private static func copy(sector: Int, from source: [UInt8], to image: inout [UInt8]) {
        let start = sector * sectorBytes
        let end = min(start + sectorBytes, source.count)
        guard start < end else { return }
        apply(.write(offset: start, bytes: Array(source[start..<end])), to: &image)
    }

    private static func apply(_ change: Change, to image: inout [UInt8]) {
        switch change {
        case .write(let offset, let bytes):
            grow(&image, to: offset + bytes.count)
            image.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        case .truncate(let size):
            grow(&image, to: size)
            image.removeLast(image.count - size)
        }
    }

    private static func grow(_ image: inout [UInt8], to size: Int) {
        if image.count < size { image.append(contentsOf: repeatElement(0, count: size - image.count)) }
    }
}
