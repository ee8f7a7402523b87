import Bytes
import Columns
import ColumnStore
import SignalModel
import WireFormats

/// Gathers what lets a search pass a block by: hashes of whole values, and how long words are that are not among them.
///
/// A *run* is letters, digits, dashes and underscores in a row: an id is one run. A field is *keyed* when each of its values is short and
/// hashed. Everything else counts as text, of which only the longest run is known.
struct BlockKeys {
    static let valueBytesMax = 64

    private(set) var hashes: [UInt64] = []
    private var unkeyed: Set<UInt32> = []
    private var textRunMax = 0
    /// Longest run, and longest stretch of letters and digits in it, of the keyed fields whose values are one run each.
    private var ids: [LogSearchSummary.Ids] = []

    static func hash(_ value: UnsafeBufferPointer<UInt8>) -> UInt64 { Checksum.xxh3(UnsafeRawBufferPointer(value)) }
    static func hash(_ value: [UInt8]) -> UInt64 { Checksum.xxh3(value) }
    static func hash(ofName name: some StringProtocol) -> UInt32 { UInt32(truncatingIfNeeded: Checksum.xxh3(Array(name.utf8))) }

    /// - Parameters:
    ///   - values: every value that is different at least once.
    ///   - encoding: as the column was written.
    mutating func add(_ values: Tokens, of field: MessageField, encoding: UInt8) {
        // Texts that are times are looked for by the events' own.
        let isUniform = encoding == ColumnEncoding.hexadecimal.rawValue
        if field.kind.isKeyed, encoding != ColumnEncoding.time.rawValue, addKeys(values, isUniform: isUniform) { return }
        unkeyed.insert(Self.hash(ofName: field.name))
        for index in 0..<values.count { addText(values[index]) }
    }

    /// - Parameter isUniform: all values are of the first one's length and signs.
    /// - Returns: false, with nothing added, when a value is too long or has blanks or escapes.
    private mutating func addKeys(_ values: Tokens, isUniform: Bool) -> Bool {
        let start = hashes.count
        var ids = LogSearchSummary.Ids(runMax: 0, stretchMax: 0)
        var partialRunMax = 0
        for index in 0..<values.count {
            let token = values[index]
            if isUniform, index > 0 {
                hashes.append(Self.hash(token))
                continue
            }
            var runs = RunMeter()
            guard token.count <= Self.valueBytesMax, runs.read(token) else {
                hashes.removeSubrange(start...)
                return false
            }
            if runs.longest == token.count {
                ids.runMax = max(ids.runMax, runs.longest)
                ids.stretchMax = max(ids.stretchMax, runs.longestStretch)
            } else {
                partialRunMax = max(partialRunMax, runs.longest)
            }
            hashes.append(Self.hash(token))
        }
        textRunMax = max(textRunMax, partialRunMax)
        if ids.runMax > 0 { self.ids.append(ids) }
        return true
    }

    mutating func addText(_ text: UnsafeBufferPointer<UInt8>) {
        var runs = RunMeter()
        _ = runs.read(text)
        textRunMax = max(textRunMax, runs.longest)
    }

    /// Literals count as text; objects cannot be answered by keys, but their members can: so the name is that of an object.
    mutating func add(_ shape: MessageShape) {
        for literal in shape.literals { literal.withUnsafeBufferPointer { addText($0) } }
        for name in shape.containers { unkeyed.insert(Self.hash(ofName: LogSearchSummary.object(named: name))) }
        if !shape.lambdaType.isEmpty { unkeyed.insert(Self.hash(ofName: "@type")) }
    }

    func summary(hasRaw: Bool) -> LogSearchSummary {
        LogSearchSummary(hasRaw: hasRaw, textRunMax: textRunMax, unkeyed: unkeyed.sorted(), ids: ids)
    }
}

extension MessageField.Kind {
    /// Kinds whose values show as they are written, but for escapes.
    fileprivate var isKeyed: Bool {
        switch self {
        case .string, .requestID, .lambdaText: true
        default: false
        }
    }
}

/// Measures runs.
struct RunMeter {
    /// 1 a letter or digit, 2 a dash or underscore, 4 a blank, a backslash or beyond ASCII.
    private static let classes: [UInt8] = (0...255).map { byte in
        switch byte {
        case 48...57, 65...90, 97...122: 1
        case 45, 95: 2
        case 0...32, 92, 127...255: 4
        default: 0
        }
    }

    private(set) var longest = 0
    /// Of letters and digits alone.
    private(set) var longestStretch = 0

    /// - Returns: false when there is a blank, a backslash or a byte beyond ASCII in it.
    @inline(__always)
    mutating func read(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (run, stretch, seen) = (0, 0, UInt8(0))
        Self.classes.withUnsafeBufferPointer { classes in
            for byte in text {
                let kind = classes[Int(byte)]
                seen |= kind
                run = kind & 3 != 0 ? run &+ 1 : 0
                stretch = kind == 1 ? stretch &+ 1 : 0
                if run > longest { longest = run }
                if stretch > longestStretch { longestStretch = stretch }
            }
        }
        return seen & 4 == 0
    }
}
