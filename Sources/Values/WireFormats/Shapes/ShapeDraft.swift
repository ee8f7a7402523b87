import Columns

/// The shape of one message, found by reading it from front to back.
struct ShapeDraft {
    struct Slot {
        let field: MessageField
        /// Containers around it.
        let depth: Int
    }

    private(set) var literals: [[UInt8]] = []
    private(set) var slots: [Slot] = []
    private(set) var containers: [String] = []
    private(set) var lambdaType = ""

    private let text: UnsafeBufferPointer<UInt8>
    /// Where the literal in work began.
    private var literalStart = 0
    private var names: Set<String> = []

    /// - Returns: nil when the message is of no shape.
    init?(of message: UnsafeBufferPointer<UInt8>) {
        text = message
        var scanner = JSONScanner(message)
        let isRead: Bool
        if scanner.peek() == UInt8(ascii: "{") {
            isRead = object(&scanner) && scanner.isAtEnd()
        } else if let type = LambdaLine.type(of: message) {
            lambdaType = type
            isRead = lambdaFields(past: type.utf8.count)
        } else {
            isRead = line()
        }
        guard isRead, slots.count <= MessageShapes.slotsMax else { return nil }
        literals.append(Array(text[literalStart...]))
    }

    /// - Parameter name: nil for what no query can name.
    private mutating func slot(_ name: String?, _ kind: MessageField.Kind, _ range: Range<Int>, depth: Int = 0) {
        literals.append(Array(text[literalStart..<range.lowerBound]))
        let field = name.map { MessageField(name: $0, kind: kind) } ?? MessageField(unnamed: slots.count, kind: kind)
        slots.append(Slot(field: field, depth: depth))
        literalStart = range.upperBound
    }

    // MARK: JSON

    private mutating func object(_ scanner: inout JSONScanner) -> Bool { members(&scanner, path: nil, depth: 0) }

    private mutating func members(_ scanner: inout JSONScanner, path: String?, depth: Int) -> Bool {
        var draft = self
        let isRead = scanner.members(depth: depth) { scanner, key in
            guard let name = draft.name(of: key, in: path, isRoot: depth == 0) else { return false }
            return draft.member(&scanner, name: name, depth: depth + 1)
        }
        self = draft
        return isRead
    }

    /// - Returns: nil for a key with escapes, and for one that was there already.
    private mutating func name(of key: JSONScanner.Value, in path: String?, isRoot: Bool) -> String? {
        guard case .string(hasEscapes: false) = key.kind, let key = String(validating: text[key.range], as: UTF8.self) else { return nil }
        let name = path.map { "\($0).\(key)" } ?? (isRoot && key.hasPrefix("@") ? "@" + key : key)
        guard !name.isEmpty else { return nil }
        return names.insert(name).inserted ? name : nil
    }

    private mutating func member(_ scanner: inout JSONScanner, name: String, depth: Int) -> Bool {
        guard slots.count < MessageShapes.slotsMax else { return false }
        if scanner.peek() == UInt8(ascii: "{"), depth <= MessageShapes.depthMax {
            containers.append(name)
            return members(&scanner, path: name, depth: depth)
        }
        guard let value = scanner.value(depth: depth) else { return false }
        switch value.kind {
        case .string: slot(name, .string, value.range, depth: depth)
        case .array, .object: slot(name, .json, value.range, depth: depth)
        case .null, .true, .false, .number: slot(name, .bare, value.range, depth: depth)
        }
        return true
    }

    // MARK: Other lines

    /// Three fields before tabs and the rest, as functions log; or text; then, where the text has a brace, a JSON object and what is
    /// behind it.
    private mutating func line() -> Bool {
        let start = words()
        let brace = text[start...].firstIndex(of: UInt8(ascii: "{"))
        if let brace, start < brace || start == 0 {
            guard start == 0, !LambdaLine.mayHaveRequestID(text[..<brace]) else { return false }
            slot(nil, .prefix, 0..<brace)
        }
        guard let brace else {
            guard start > 0 || !LambdaLine.mayHaveRequestID(text[...]) else { return false }
            slot(nil, .rest, start..<text.count)
            return true
        }
        var scanner = JSONScanner(text, at: brace)
        guard object(&scanner) else { return false }
        var behind = scanner
        if !behind.isAtEnd() { slot(nil, .tail, scanner.position..<text.count) }
        return true
    }

    /// - Returns: where the rest begins; 0 when the line does not begin with three fields.
    private mutating func words() -> Int {
        var ends: [Int] = []
        for place in 0..<min(text.count, MessageShapes.wordsBytesMax) where ends.count < 3 {
            if text[place] == UInt8(ascii: "{") { return 0 }
            if text[place] == UInt8(ascii: "\t") { ends.append(place) }
        }
        guard ends.count == 3 else { return 0 }
        var start = 0
        var hasID = false
        for end in ends {
            let isID = LambdaLine.isUUID(text[start..<end])
            if isID, hasID { return undone() }
            slot(isID ? LambdaLine.Name.requestID.rawValue : nil, isID ? .requestID : .word, start..<end)
            hasID = hasID || isID
            start = end + 1
        }
        return start
    }

    private mutating func undone() -> Int {
        (literals, slots, literalStart) = ([], [], 0)
        return 0
    }

    /// The fields of START, END and REPORT: each a label that Lambda writes and a value, or text without meaning.
    private mutating func lambdaFields(past start: Int) -> Bool {
        guard !text.contains(UInt8(ascii: "{")) else { return false }
        var place = start + 1
        for field in text[place...].split(maxSplits: LambdaLine.fieldsMax, whereSeparator: { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }) {
            guard let (name, label) = LambdaLine.label(at: field) else { continue }
            place = field.startIndex + label.utf8CodeUnitCount
            let value = field[place...].prefix { $0 > 0x20 }
            guard !value.isEmpty, names.insert(name.rawValue).inserted else { return false }
            let token = UnsafeBufferPointer(rebasing: value)
            let unit = field[value.endIndex...]
            switch name {
            case .duration, .billedDuration, .initDuration:
                guard LambdaLine.isUnit(unit, "ms"), LambdaLine.shownMilliseconds(token) != nil else { return false }
                slot(name.rawValue, .lambdaMilliseconds, value.startIndex..<value.endIndex)
            case .memorySize, .maxMemoryUsed:
                guard LambdaLine.isUnit(unit, "MB"), LambdaLine.shownMegabytes(token) != nil else { return false }
                slot(name.rawValue, .lambdaMegabytes, value.startIndex..<value.endIndex)
            default: slot(name.rawValue, .lambdaText, value.startIndex..<value.endIndex)
            }
        }
        return !slots.isEmpty
    }
}
