import Bytes
import Columns

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

    /// A template, taken apart once for all of its texts.
    private struct Form {
        enum Piece {
            case literal(ArraySlice<UInt8>)
            case number(ofClass: Int)
            /// So many bytes as digits.
            case hex(ofClass: Int, bytes: Int)
            case uuid(ofClass: Int)
            case own(Mark)
        }

        private(set) var pieces: [Piece] = []
        /// How far one text moves the cursors of its classes on.
        private(set) var steps: [(ofClass: Int, count: Int)] = []

        init(_ template: ArraySlice<UInt8>, classes: [Int]) throws(BytesError) {
            var classes = classes[...]
            var at = template.startIndex
            func nextClass() throws(BytesError) -> Int {
                guard let next = classes.popFirst() else { throw StreamReader.malformed("a mark has no class") }
                return next
            }
            while at < template.endIndex {
                let literal = template[at...].prefix { $0 >= 9 }
                guard literal.isEmpty else {
                    pieces.append(.literal(literal))
                    at = literal.endIndex
                    continue
                }
                let mark = Mark(rawValue: template[at])
                at += 1
                switch mark {
                case .number: take(.number(ofClass: try nextClass()))
                case .hex:
                    guard at < template.endIndex else { throw StreamReader.malformed("a mark without a length") }
                    take(.hex(ofClass: try nextClass(), bytes: Int(template[at]) / 2))
                    at += 1
                case .uuid: take(.uuid(ofClass: try nextClass()))
                case .xrayTrace, .span, .parent, .trace: take(.own(mark!))
                case nil: throw StreamReader.malformed("an unknown mark")
                }
            }
        }

        private mutating func take(_ piece: Piece) {
            pieces.append(piece)
            switch piece {
            case .number(let place): steps.append((place, 1))
            case .hex(let place, let bytes): steps.append((place, bytes))
            case .uuid(let place): steps.append((place, 16))
            case .literal, .own: break
            }
        }
    }

    /// - Parameters:
    ///   - count: of all texts.
    ///   - rows: those that are wanted, ascending; others are stepped over, which costs a tenth. Nil for all.
    static func texts(
        _ place: Place, _ section: inout StreamReader, count: Int, own: OwnIDs?, rows: [Int]?
    ) throws(BytesError) -> BytesVector {
        let templates = try section.plain(place.lengths, place.bytes, count: place.templates)
        var forms: [Form] = []
        for template in 0..<place.templates { forms.append(try Form(templates[template], classes: place.templateClasses[template])) }
        let codes = try section.integers(place.codes, count: count)
        guard codes.allSatisfy({ $0 < UInt64(place.templates) }) else { throw StreamReader.malformed("a template that is not there") }
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
        var passed = 0
        for row in rows ?? Array(0..<count) {
            while passed < row {
                for step in forms[Int(codes[passed])].steps { cursors[step.ofClass].next += step.count }
                passed += 1
            }
            passed += 1
            text.removeAll(keepingCapacity: true)
            try fill(&text, forms[Int(codes[row])], &cursors, own.map { TemplateScan.Own($0, row) })
            texts.append(text)
        }
        return texts
    }

    private static func fill(_ text: inout [UInt8], _ form: Form, _ cursors: inout [Cursor], _ own: TemplateScan.Own?) throws(BytesError) {
        for piece in form.pieces {
            switch piece {
            case .literal(let bytes): text.append(contentsOf: bytes)
            case .number(let place):
                let (number, zeros) = try cursors[place].number()
                for _ in 0..<zeros { text.append(48) }
                append(number, to: &text)
            case .hex(let place, let bytes): appendHex(try cursors[place].take(bytes), to: &text)
            case .uuid(let place):
                let id = try cursors[place].take(16)
                for (place, byte) in id.enumerated() {
                    if place == 4 || place == 6 || place == 8 || place == 10 { text.append(45) }
                    appendHex(CollectionOfOne(byte), to: &text)
                }
            case .own(let mark):
                guard let own else { throw StreamReader.malformed("a mark of an id that is not known") }
                own.append(mark, to: &text)
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

    static func appendHex(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 87 + nibble }
}
