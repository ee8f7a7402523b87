import Bytes

/// What a block's summary says about what can be in it, so that searches pass it by without a look:
///
///     [1 B has rows of no shape][varint longest run of text][varint unkeyed fields]([4 B hash of its name])…
///     [varint ids]([varint longest run][varint longest stretch])…
struct LogSearchSummary: Sendable, Equatable {
    struct Ids: Sendable, Equatable {
        var runMax: Int
        /// Of letters and digits.
        var stretchMax: Int
    }

    let hasRaw: Bool
    let textRunMax: Int
    /// Ascending.
    let unkeyed: [UInt32]
    let ids: [Ids]

    func append(to writer: inout ByteWriter) {
        writer.append(uint8: hasRaw ? 1 : 0)
        writer.append(varint: UInt64(textRunMax))
        writer.append(varint: UInt64(unkeyed.count))
        for hash in unkeyed { writer.append(uint32: hash) }
        writer.append(varint: UInt64(ids.count))
        for id in ids {
            writer.append(varint: UInt64(id.runMax))
            writer.append(varint: UInt64(id.stretchMax))
        }
    }

    init(hasRaw: Bool, textRunMax: Int, unkeyed: [UInt32], ids: [Ids]) {
        self.hasRaw = hasRaw
        self.textRunMax = textRunMax
        self.unkeyed = unkeyed
        self.ids = ids
    }

    init(_ reader: inout ByteReader) throws(BytesError) {
        hasRaw = try reader.uint8() != 0
        textRunMax = Int(truncatingIfNeeded: try reader.varint())
        var unkeyed: [UInt32] = []
        for _ in 0..<(try reader.count(ofAtLeast: 4)) { unkeyed.append(try reader.uint32()) }
        self.unkeyed = unkeyed
        var ids: [Ids] = []
        for _ in 0..<(try reader.count(ofAtLeast: 2)) {
            let run = Int(truncatingIfNeeded: try reader.varint())
            ids.append(Ids(runMax: run, stretchMax: Int(truncatingIfNeeded: try reader.varint())))
        }
        self.ids = ids
    }

    /// Whether a message can have `word` in it, a run of letters, digits, dashes and underscores.
    enum Answer { case maybe, onlyWithKey, no }

    /// - Parameter isWhole: no further letter, digit, dash or underscore stands beside it.
    func answer(word: [UInt8], isWhole: Bool) -> Answer {
        guard word.count > textRunMax else { return .maybe }
        let hasSigns = word.contains(UInt8(ascii: "-")) || word.contains(UInt8(ascii: "_"))
        if !isWhole, ids.contains(where: { word.count < $0.runMax && (hasSigns || word.count <= $0.stretchMax) }) { return .maybe }
        return ids.contains { word.count <= $0.runMax } ? .onlyWithKey : .no
    }

    /// How an object whose members are fields of their own stands among the unkeyed ones.
    static func object(named name: String) -> String { name + "." }

    /// Whether a field of this name can have a value only where its key is.
    func isKeyed(_ name: String) -> Bool {
        guard !hasRaw, !unkeyed.contains(BlockKeys.hash(ofName: Self.object(named: name))) else { return false }
        // A field inside an array or a deep object is found by the name of that.
        var end = name.endIndex
        while true {
            if unkeyed.contains(BlockKeys.hash(ofName: name[..<end])) { return false }
            guard let dot = name[..<end].lastIndex(of: ".") else { return true }
            end = dot
        }
    }
}
