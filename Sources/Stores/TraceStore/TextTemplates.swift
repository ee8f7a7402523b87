import Bytes
import Columns

/// Ids of the spans that texts belong to, one each.
struct OwnIDs {
    var traceHigh: [UInt64] = []
    var traceLow: [UInt64] = []
    var spans: [UInt64] = []
    var parents: [UInt64] = []
}

/// Texts of few shapes: what stays the same is a template, numbers and ids stand in streams of their own by where they occur.
///
/// `{"id":"53995c3f42cd8ad8","n":17}` is the template `{"id":"⟨hex 16⟩","n":⟨number⟩}`, eight bytes and an integer. A stream holds what
/// comes behind the same characters, so that ids meet ids and times meet times. After an idea of CLP (Rodrigues, Luo, Yuan, OSDI 2021).
/// Everything comes back byte for byte.
///
/// In a template, bytes below 9 are marks: 1 a number (at most 18 digits; zeros before it counted aside), 2 and a length: so many
/// lowercase hexadecimal digits, 3 the trace's id as X-Ray writes it, 4 the span's own id, 5 its parent's, 6 a UUID, 7 the trace's id in
/// 32 digits. Texts that have such bytes themselves are not cut into templates.
struct TextTemplates {
    enum Mark: UInt8 { case number = 1, hex, xrayTrace, span, parent, uuid, trace }

    private static let classesMax = 96
    private static let contextBytes = 12
    private static let digitsMax = 18
    private static let hexDigits = 16...128

    /// What stands in one place of templates.
    private struct Class {
        let mark: Mark
        var numbers: [UInt64] = []
        /// Zeros before each number.
        var zeros: [UInt64] = []
        var bytes: [UInt8] = []
    }

    private var index = TextIndex()
    private var codes: [UInt64] = []
    private var classes: [Class] = []
    private var classPlaces: [UInt64: Int] = [:]
    /// Of each template: the class of each mark that has a value.
    private var templateClasses: [[Int]] = []

    /// Nil when the texts have too many shapes for templates to gain.
    init?(_ texts: BytesVector, own: OwnIDs?) {
        let templatesMax = max(16, texts.count / 6)
        codes.reserveCapacity(texts.count)
        let isGood = texts.bytes.withUnsafeBytes { raw in
            var scan = TemplateScan()
            for row in 0..<texts.count {
                let ids = own.map { TemplateScan.Own($0, row) }
                guard scan.read(UnsafeRawBufferPointer(rebasing: raw[texts.range(at: row)]), own: ids) else { return false }
                take(scan)
                guard index.count <= templatesMax else { return false }
            }
            return true
        }
        // Without any value a dictionary or plain bytes are as good.
        guard isGood, !classes.isEmpty else { return nil }
    }

    private mutating func take(_ scan: TemplateScan) {
        let number = scan.template.withUnsafeBytes { index.place(of: $0) }
        codes.append(UInt64(number))
        if number == templateClasses.count { templateClasses.append(scan.values.map { classNumber(of: $0, in: scan.template) }) }
        for (place, value) in zip(templateClasses[number], scan.values) {
            switch value.mark {
            case .number:
                classes[place].numbers.append(value.number)
                classes[place].zeros.append(value.zeros)
            default: classes[place].bytes.append(contentsOf: scan.bytes[value.bytes])
            }
        }
    }

    private mutating func classNumber(of value: TemplateScan.Value, in template: [UInt8]) -> Int {
        let context = template[max(0, value.place - Self.contextBytes)..<value.place]
        let hash = Checksum.xxh3(Array(context), seed: UInt64(value.mark.rawValue))
        if let known = classPlaces[hash] { return known }
        // Past the limit all of one kind share a class.
        let isShared = classes.count >= Self.classesMax
        if isShared, let shared = classPlaces[UInt64(value.mark.rawValue)] { return shared }
        classes.append(Class(mark: value.mark))
        classPlaces[isShared ? UInt64(value.mark.rawValue) : hash] = classes.count - 1
        return classes.count - 1
    }

    func append(to section: inout StreamWriter) {
        section.head.append(varint: UInt64(index.count))
        section.append(plain: index.texts)
        section.append(integers: codes)
        section.head.append(varint: UInt64(classes.count))
        for one in classes {
            section.head.append(uint8: one.mark.rawValue)
            if one.mark == .number {
                section.head.append(varint: UInt64(one.numbers.count))
                section.append(integers: one.numbers)
                section.append(integers: one.zeros)
            } else {
                section.append(one.bytes)
            }
        }
        for places in templateClasses {
            section.head.append(varint: UInt64(places.count))
            for place in places { section.head.append(varint: UInt64(place)) }
        }
    }
}

// MARK: reading

extension TextTemplates {
    /// Where templates lie in a section.
    struct Place {
        fileprivate enum ClassPlace {
            case numbers(count: Int, values: IntegerPlace, zeros: IntegerPlace)
            case bytes(stream: Int)
        }

        fileprivate let templates: Int
        fileprivate let lengths: IntegerPlace
        fileprivate let bytes: Int
        fileprivate let codes: IntegerPlace
        fileprivate var classes: [ClassPlace] = []
        fileprivate var templateClasses: [[Int]] = []

        /// A block's texts are cut far below what this many numbers would take.
        private static let valuesMax: UInt64 = 1 << 23

        init(_ head: inout ByteReader, stream: inout Int, count: Int) throws(BytesError) {
            templates = Int(truncatingIfNeeded: try head.varint())
            guard templates > 0, templates <= count else { throw StreamReader.malformed("\(templates) templates") }
            (lengths, bytes) = try TextPlace.plain(&head, &stream)
            codes = try IntegerPlace(&head, stream: &stream)
            for _ in 0..<(try head.count(ofAtLeast: 1)) {
                guard let mark = Mark(rawValue: try head.uint8()) else { throw StreamReader.malformed("an unknown mark") }
                if mark == .number {
                    let values = try head.varint()
                    guard values <= Self.valuesMax else { throw StreamReader.malformed("\(values) numbers") }
                    classes.append(
                        .numbers(
                            count: Int(values), values: try IntegerPlace(&head, stream: &stream), zeros: try IntegerPlace(&head, stream: &stream)))
                } else {
                    classes.append(.bytes(stream: stream))
                    stream += 1
                }
            }
            for _ in 0..<templates {
                var places: [Int] = []
                for _ in 0..<(try head.count(ofAtLeast: 1)) {
                    let place = try head.varint()
                    guard place < UInt64(classes.count) else { throw StreamReader.malformed("a class that is not there") }
                    places.append(Int(place))
                }
                templateClasses.append(places)
            }
        }
    }

    /// A class's values and how many of them are used.
    private struct Cursor {
        var numbers: [UInt64] = []
        var zeros: [UInt64] = []
        var bytes: [UInt8] = []
        var next = 0

        mutating func number() throws(BytesError) -> (value: UInt64, zeros: Int) {
            guard next < numbers.count, zeros[next] <= UInt64(digitsMax) else { throw StreamReader.malformed("a number is missing") }
            defer { next += 1 }
            return (numbers[next], Int(zeros[next]))
        }

        mutating func take(_ count: Int) throws(BytesError) -> ArraySlice<UInt8> {
            guard count <= bytes.count - next else { throw StreamReader.malformed("an id is missing") }
            defer { next += count }
            return bytes[next..<next + count]
        }
    }

    static func texts(_ place: Place, _ section: inout StreamReader, count: Int, own: OwnIDs?) throws(BytesError) -> BytesVector {
        let templates = try section.plain(place.lengths, place.bytes, count: place.templates)
        let codes = try section.integers(place.codes, count: count)
        var cursors: [Cursor] = []
        for one in place.classes {
            switch one {
            case .numbers(let count, let values, let zeros):
                cursors.append(Cursor(numbers: try section.integers(values, count: count), zeros: try section.integers(zeros, count: count)))
            case .bytes(let stream): cursors.append(Cursor(bytes: try section.stream(stream)))
            }
        }
        var texts = BytesVector()
        var text: [UInt8] = []
        for row in 0..<count {
            guard codes[row] < UInt64(place.templates) else { throw StreamReader.malformed("a template that is not there") }
            let code = Int(codes[row])
            text.removeAll(keepingCapacity: true)
            try fill(&text, templates[code], place.templateClasses[code], &cursors, own.map { TemplateScan.Own($0, row) })
            texts.append(text)
        }
        return texts
    }

    private static func fill(
        _ text: inout [UInt8], _ template: ArraySlice<UInt8>, _ places: [Int], _ cursors: inout [Cursor], _ own: TemplateScan.Own?
    ) throws(BytesError) {
        var value = 0
        var at = template.startIndex
        func next() throws(BytesError) -> Int {
            guard value < places.count else { throw StreamReader.malformed("a mark has no class") }
            defer { value += 1 }
            return places[value]
        }
        while at < template.endIndex {
            let byte = template[at]
            at += 1
            guard byte < 9 else {
                text.append(byte)
                continue
            }
            switch Mark(rawValue: byte) {
            case .number:
                let (number, zeros) = try cursors[try next()].number()
                for _ in 0..<zeros { text.append(48) }
                append(number, to: &text)
            case .hex:
                guard at < template.endIndex else { throw StreamReader.malformed("a mark without a length") }
                appendHex(try cursors[try next()].take(Int(template[at]) / 2), to: &text)
                at += 1
            case .uuid:
                let id = try cursors[try next()].take(16)
                for (place, byte) in id.enumerated() {
                    if place == 4 || place == 6 || place == 8 || place == 10 { text.append(45) }
                    appendHex(CollectionOfOne(byte), to: &text)
                }
            case .xrayTrace, .span, .parent, .trace:
                guard let own else { throw StreamReader.malformed("a mark of an id that is not known") }
                own.append(Mark(rawValue: byte)!, to: &text)
            case nil: throw StreamReader.malformed("an unknown mark")
            }
        }
    }

    /// Zeros alone are a number without digits: `zeros` has all of them.
    private static func append(_ number: UInt64, to text: inout [UInt8]) {
        guard number > 0 else { return }
        let start = text.count
        var rest = number
        while rest > 0 {
            text.append(UInt8(truncatingIfNeeded: rest % 10) + 48)
            rest /= 10
        }
        text[start...].reverse()
    }

    fileprivate static func appendHex(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }
}

/// Cuts one text into its template and values.
struct TemplateScan {
    struct Value {
        let mark: TextTemplates.Mark
        /// Of the mark in the template.
        let place: Int
        var number: UInt64 = 0
        var zeros: UInt64 = 0
        /// In `TemplateScan.bytes`.
        var bytes = 0..<0
    }

    struct Own {
        let high, low, span, parent: UInt64

        init(_ ids: OwnIDs, _ row: Int) {
            (high, low, span, parent) = (ids.traceHigh[row], ids.traceLow[row], ids.spans[row], ids.parents[row])
        }

        func append(_ mark: TextTemplates.Mark, to text: inout [UInt8]) {
            func hex(_ number: UInt64) { withUnsafeBytes(of: number.bigEndian) { TextTemplates.appendHex($0, to: &text) } }
            switch mark {
            case .span: hex(span)
            case .parent: hex(parent)
            case .trace:
                hex(high)
                hex(low)
            case .xrayTrace:
                text += [49, 45]
                let start = text.count
                hex(high)
                hex(low)
                text.insert(45, at: start + 8)
            case .number, .hex, .uuid: break
            }
        }
    }

    private(set) var template: [UInt8] = []
    private(set) var values: [Value] = []
    private(set) var bytes: [UInt8] = []

    /// - Returns: false for a text with bytes that marks are made of.
    mutating func read(_ text: UnsafeRawBufferPointer, own: Own?) -> Bool {
        template.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        var at = 0
        while at < text.count {
            let byte = text[at]
            guard Self.nibbles[Int(byte)] < 16 else {
                guard byte >= 9 else { return false }
                template.append(byte)
                at += 1
                continue
            }
            var end = at + 1
            while end < text.count, Self.nibbles[Int(text[end])] < 16 { end += 1 }
            at = run(text, at..<end, own)
        }
        return true
    }

    /// - Parameter range: hexadecimal digits, as many as there are.
    /// - Returns: behind what was taken.
    private mutating func run(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ own: Own?) -> Int {
        if let own, range.count == 1, text[range.lowerBound] == 49, isXRayTrace(text, at: range.lowerBound, own) {
            template.append(TextTemplates.Mark.xrayTrace.rawValue)
            return range.lowerBound + 35
        }
        if range.count == 8, isUUID(text, at: range.lowerBound) {
            let place = template.count
            template.append(TextTemplates.Mark.uuid.rawValue)
            let start = bytes.count
            for part in [0..<8, 9..<13, 14..<18, 19..<23, 24..<36] { pack(text, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound) }
            values.append(Value(mark: .uuid, place: place, bytes: start..<bytes.count))
            return range.lowerBound + 36
        }
        if range.count >= 16, range.count <= 128, range.count % 2 == 0, hex(text, range, own) { return range.upperBound }
        digits(text, range)
        return range.upperBound
    }

    /// - Returns: false for what is rather a number.
    private mutating func hex(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ own: Own?) -> Bool {
        if let own, range.count == 16 || range.count == 32 {
            let high = id(text, range.lowerBound..<range.lowerBound + 16)
            let mark: TextTemplates.Mark? =
                if range.count == 32 {
                    high == own.high && id(text, range.lowerBound + 16..<range.upperBound) == own.low ? .trace : nil
                } else {
                    high == own.span ? .span : high == own.parent ? .parent : nil
                }
            if let mark {
                template.append(mark.rawValue)
                return true
            }
        }
        if range.count <= 18, range.allSatisfy({ text[$0] < 58 }) { return false }
        let place = template.count
        template.append(TextTemplates.Mark.hex.rawValue)
        template.append(UInt8(range.count))
        let start = bytes.count
        pack(text, range)
        values.append(Value(mark: .hex, place: place, bytes: start..<bytes.count))
        return true
    }

    private mutating func digits(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var at = range.lowerBound
        while at < range.upperBound {
            guard text[at] < 58 else {
                template.append(text[at])
                at += 1
                continue
            }
            var end = at + 1
            while end < range.upperBound, text[end] < 58 { end += 1 }
            if end - at <= 18 { number(text, at..<end) } else { template.append(contentsOf: text[at..<end]) }
            at = end
        }
    }

    private mutating func number(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var value = Value(mark: .number, place: template.count)
        for at in range {
            if value.number == 0, text[at] == 48 { value.zeros += 1 }
            value.number = value.number &* 10 &+ UInt64(text[at] &- 48)
        }
        template.append(TextTemplates.Mark.number.rawValue)
        values.append(value)
    }

    private func id(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for at in range { value = value << 4 | UInt64(Self.nibbles[Int(text[at])]) }
        return value
    }

    private mutating func pack(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for at in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            bytes.append(Self.nibbles[Int(text[at])] << 4 | Self.nibbles[Int(text[at + 1])])
        }
    }

    private func isXRayTrace(_ text: UnsafeRawBufferPointer, at start: Int, _ own: Own) -> Bool {
        guard start + 35 <= text.count, text[start + 1] == 45, text[start + 10] == 45 else { return false }
        for at in Array(start + 2..<start + 10) + Array(start + 11..<start + 35) where Self.nibbles[Int(text[at])] > 15 { return false }
        let high = id(text, start + 2..<start + 10) << 32 | id(text, start + 11..<start + 19)
        return high == own.high && id(text, start + 19..<start + 35) == own.low
    }

    private func isUUID(_ text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start + 36 <= text.count else { return false }
        for place in 0..<36 {
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            guard isDash ? text[start + place] == 45 : Self.nibbles[Int(text[start + place])] < 16 else { return false }
        }
        // More digits behind it would be another thing.
        return start + 36 == text.count || Self.nibbles[Int(text[start + 36])] > 15
    }

    /// Of each byte: its value as a lowercase hexadecimal digit, 255 for others.
    private static let nibbles: [UInt8] = (0..<256).map { byte in
        switch byte {
        case 48...57: UInt8(byte - 48)
        case 97...102: UInt8(byte - 87)
        default: 255
        }
    }
}
