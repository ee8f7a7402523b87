import Bytes
import Columns

// Texts in one of four forms, whichever suits them:
//
//     constant    [0][varint and bytes]
//     dictionary  [1][varint entries][plain entries][integers: the entry of each text]
//     templates   [2] as `TextTemplates` writes them
//     plain       [3][integers: lengths], one stream of all bytes

enum TextForm: UInt8 { case constant = 0, dictionary, templates, plain }

extension StreamWriter {
    /// - Parameter own: ids that stand beside texts and are likely to stand in them too.
    /// - Returns: the dictionary's entries or the constant, when it became one: what values there are.
    @discardableResult
    mutating func append(texts: BytesVector, own: OwnIDs? = nil) -> BytesVector? {
        guard texts.count > 0 else { return texts }
        if own == nil, let dictionary = TextDictionary(texts, entriesMax: max(16, min(4_096, texts.count / 6))) {
            append(dictionary)
            return dictionary.entries
        }
        if let templates = TextTemplates(texts, own: own) {
            head.append(uint8: TextForm.templates.rawValue)
            templates.append(to: &self)
        } else {
            head.append(uint8: TextForm.plain.rawValue)
            append(plain: texts)
        }
        return nil
    }

    private mutating func append(_ dictionary: TextDictionary) {
        guard dictionary.entries.count > 1 else {
            head.append(uint8: TextForm.constant.rawValue)
            head.append(lengthPrefixed: dictionary.entries[0])
            return
        }
        head.append(uint8: TextForm.dictionary.rawValue)
        head.append(varint: UInt64(dictionary.entries.count))
        append(plain: dictionary.entries)
        append(integers: dictionary.codes.map { UInt64($0) })
    }

    /// Lengths, then all bytes.
    mutating func append(plain texts: BytesVector) {
        append(integers: (0..<texts.count).map { UInt64(texts.range(at: $0).count) })
        append(texts.bytes)
    }
}

/// Where texts lie in a section.
enum TextPlace {
    case none
    case constant([UInt8])
    case dictionary(entries: Int, lengths: IntegerPlace, bytes: Int, codes: IntegerPlace)
    case templates(TextTemplates.Place)
    case plain(lengths: IntegerPlace, bytes: Int)

    init(_ head: inout ByteReader, stream: inout Int, count: Int) throws(BytesError) {
        guard count > 0 else {
            self = .none
            return
        }
        switch TextForm(rawValue: try head.uint8()) {
        case .constant: self = .constant(Array(try head.lengthPrefixed()))
        case .dictionary:
            let entries = Int(truncatingIfNeeded: try head.varint())
            guard entries > 0, entries <= count else { throw StreamReader.malformed("a dictionary of \(entries)") }
            let (lengths, bytes) = try Self.plain(&head, &stream)
            self = .dictionary(entries: entries, lengths: lengths, bytes: bytes, codes: try IntegerPlace(&head, stream: &stream))
        case .templates: self = .templates(try TextTemplates.Place(&head, stream: &stream, count: count))
        case .plain:
            let (lengths, bytes) = try Self.plain(&head, &stream)
            self = .plain(lengths: lengths, bytes: bytes)
        case nil: throw StreamReader.malformed("texts of an unknown form")
        }
    }

    static func plain(_ head: inout ByteReader, _ stream: inout Int) throws(BytesError) -> (lengths: IntegerPlace, bytes: Int) {
        let lengths = try IntegerPlace(&head, stream: &stream)
        defer { stream += 1 }
        return (lengths, stream)
    }
}

extension StreamReader {
    /// - Parameters:
    ///   - own: as when it was written.
    ///   - rows: of `count` texts those that are wanted, ascending; nil for all.
    mutating func texts(_ place: TextPlace, count: Int, own: OwnIDs? = nil, rows: [Int]? = nil) throws(BytesError) -> BytesVector {
        switch place {
        case .none: return BytesVector()
        case .constant(let text):
            let count = rows?.count ?? count
            var result = BytesVector()
            result.reserve(strings: count, bytes: count * text.count)
            for _ in 0..<count { result.append(text) }
            return result
        case .dictionary:
            let (entries, codes) = try dictionary(place, count: count) ?? (BytesVector(), [])
            return entries.gathered(rows.map { $0.map { codes[$0] } } ?? codes)
        case .templates(let place): return try TextTemplates.texts(place, &self, count: count, own: own, rows: rows)
        case .plain(let lengths, let bytes):
            let texts = try plain(lengths, bytes, count: count)
            return rows.map { texts.gathered($0) } ?? texts
        }
    }

    /// The entries and each text's code, for a constant or a dictionary; nil for other forms.
    mutating func dictionary(_ place: TextPlace, count: Int) throws(BytesError) -> (entries: BytesVector, codes: [Int])? {
        switch place {
        case .constant(let text):
            var entries = BytesVector()
            entries.append(text)
            return (entries, [Int](repeating: 0, count: count))
        case .dictionary(let entryCount, let lengths, let bytes, let codePlace):
            let entries = try plain(lengths, bytes, count: entryCount)
            let codes = try integers(codePlace, count: count).map { Int(truncatingIfNeeded: $0) }
            guard codes.allSatisfy({ $0 >= 0 && $0 < entryCount }) else { throw Self.malformed("a code past its dictionary") }
            return (entries, codes)
        case .none, .templates, .plain: return nil
        }
    }

    mutating func plain(_ lengths: IntegerPlace, _ stream: Int, count: Int) throws(BytesError) -> BytesVector {
        let lengths = try integers(lengths, count: count)
        let bytes = try self.stream(stream)
        var ends: [UInt32] = []
        ends.reserveCapacity(count)
        var end: UInt64 = 0
        for length in lengths {
            guard length <= UInt64(bytes.count) - end else { throw Self.malformed("texts are longer than their bytes") }
            end += length
            ends.append(UInt32(end))
        }
        guard end == UInt64(bytes.count) else { throw Self.malformed("texts are shorter than their bytes") }
        return BytesVector(bytes: bytes, ends: ends)
    }
}
