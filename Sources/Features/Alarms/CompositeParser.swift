/// Reads composite rules: `or := and (OR and)*; and := not (AND not)*; not := NOT not | ( or ) | TRUE | FALSE | STATE(alarm) |
/// AT_LEAST(n or p%, [NOT] STATE, (alarm, …))`. Words in any case; an alarm bare, or in double quotes with `\"` and `\\` inside.
struct CompositeParser {
    /// Parentheses and NOTs inside each other: no deeper than the stack bears.
    private static let depthMax = 200

    private let characters: [Character]
    private var position = 0
    private var elements = 0
    private var depth = 0
    private(set) var references: [String] = []

    typealias Failure = CompositeExpression.SyntaxError
    typealias Node = CompositeExpression.Node

    init(_ text: String) throws(Failure) {
        guard text.utf16.count <= CompositeExpression.lengthMax else {
            throw Failure(message: "it is longer than \(CompositeExpression.lengthMax) characters", position: CompositeExpression.lengthMax + 1)
        }
        characters = Array(text)
    }

    mutating func whole() throws(Failure) -> Node {
        let node = try alternatives()
        skipSpace()
        guard position == characters.count else { throw unexpected("AND, OR or the end") }
        return node
    }

    // MARK: Operators

    private mutating func alternatives() throws(Failure) -> Node {
        var operands = [try conjunction()]
        while takeWord("OR") { operands.append(try conjunction()) }
        return operands.count == 1 ? operands[0] : .any(operands)
    }

    private mutating func conjunction() throws(Failure) -> Node {
        var operands = [try factor()]
        while takeWord("AND") { operands.append(try factor()) }
        return operands.count == 1 ? operands[0] : .all(operands)
    }

    private mutating func factor() throws(Failure) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw failure("it is nested too deeply") }
        if takeWord("NOT") { return .not(try factor()) }
        skipSpace()
        if peek == "(" {
            try count()
            try take("(")
            let inner = try alternatives()
            try count()
            try take(")")
            return inner
        }
        return try term()
    }

    private mutating func term() throws(Failure) -> Node {
        let start = position
        switch word().uppercased() {
        case "TRUE":
            try count()
            return .constant(true)
        case "FALSE":
            try count()
            return .constant(false)
        case "AT_LEAST": return try atLeast()
        case let name:
            guard let state = AlarmState.Value(rawValue: name) else {
                position = start
                throw unexpected("ALARM, OK, INSUFFICIENT_DATA, AT_LEAST, TRUE, FALSE, NOT or (")
            }
            try take("(")
            let reference = try alarm()
            try take(")")
            return .state(state, of: reference)
        }
    }

    private mutating func atLeast() throws(Failure) -> Node {
        try take("(")
        let quorum = try quorum()
        try take(",")
        let isNegated = takeWord("NOT")
        let start = position
        guard let state = AlarmState.Value(rawValue: word().uppercased()) else {
            position = start
            throw unexpected("ALARM, OK or INSUFFICIENT_DATA")
        }
        try take(",")
        try take("(")
        let first = position
        var alarms = [try alarm()]
        while takeIf(",") { alarms.append(try alarm()) }
        try take(")")
        try take(")")
        if case .count(let needed) = quorum, needed > alarms.count {
            throw Failure(message: "AT_LEAST asks for \(needed) of \(alarms.count) alarms", position: first + 1)
        }
        return .atLeast(quorum, CompositeExpression.Condition(state: state, isNegated: isNegated), of: alarms)
    }

    private mutating func quorum() throws(Failure) -> CompositeExpression.Quorum {
        skipSpace()
        let start = position
        while let next = peek, next.isASCII, next.isNumber { position += 1 }
        guard let number = Int(String(characters[start..<position])), number > 0 else {
            position = start
            throw unexpected("a number greater than 0, or a percentage")
        }
        guard takeIf("%") else { return .count(number) }
        guard number <= 100 else { throw Failure(message: "\(number)% is more than 100%", position: start + 1) }
        return .percent(number)
    }

    // MARK: Alarms

    private mutating func alarm() throws(Failure) -> String {
        try count()
        skipSpace()
        let start = position
        let name = peek == "\"" ? try quoted() : bare()
        guard !name.isEmpty else {
            position = start
            throw unexpected("the name or the ARN of an alarm")
        }
        if !references.contains(name) { references.append(name) }
        guard references.count <= CompositeExpression.childrenMax else {
            throw Failure(message: "it has more than \(CompositeExpression.childrenMax) alarms", position: start + 1)
        }
        return name
    }

    private mutating func quoted() throws(Failure) -> String {
        let start = position
        position += 1
        var name = ""
        while let next = peek {
            position += 1
            if next == "\"" { return name }
            if next == "\\", let escaped = peek, escaped == "\"" || escaped == "\\" {
                position += 1
                name.append(escaped)
            } else {
                name.append(next)
            }
        }
        throw Failure(message: "the quotation mark is not closed", position: start + 1)
    }

    /// Up to what ends it; names with such characters are quoted.
    private mutating func bare() -> String {
        let start = position
        while let next = peek, next != ")", next != "(", next != ",", next != "\"" { position += 1 }
        var end = position
        while end > start, characters[end - 1].isWhitespace { end -= 1 }
        return String(characters[start..<end])
    }

    // MARK: Pieces

    private var peek: Character? { position < characters.count ? characters[position] : nil }

    private mutating func skipSpace() {
        while let next = peek, next.isWhitespace { position += 1 }
    }

    /// The letters and underscores here; maybe none.
    private mutating func word() -> String {
        skipSpace()
        let start = position
        while let next = peek, next.isASCII, next.isLetter || next == "_" { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func takeWord(_ wanted: String) -> Bool {
        let start = position
        if word().uppercased() == wanted { return true }
        position = start
        return false
    }

    private mutating func takeIf(_ wanted: Character) -> Bool {
        skipSpace()
        guard peek == wanted else { return false }
        position += 1
        return true
    }

    private mutating func take(_ wanted: Character) throws(Failure) {
        guard takeIf(wanted) else { throw unexpected("'\(wanted)'") }
    }

    private mutating func count() throws(Failure) {
        elements += 1
        guard elements <= CompositeExpression.elementsMax else {
            throw failure("it has more than \(CompositeExpression.elementsMax) elements")
        }
    }

    private mutating func unexpected(_ wanted: String) -> Failure {
        skipSpace()
        guard let found = peek else { return failure("it ends where \(wanted) is expected") }
        return failure("'\(found)' stands where \(wanted) is expected")
    }

    private func failure(_ message: String) -> Failure { Failure(message: message, position: position + 1) }
}
