/// Finds where a slot's token ends, by the grammar that `JSONScanner` has, in the eight-byte steps that a hot loop wants.
struct TokenScanner {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    let text: UnsafeBufferPointer<UInt8>

    /// - Parameter depth: of the slot inside containers.
    /// - Returns: the end of the token that begins at `start`; nil when no token of this kind does.
    @inline(__always)
    func end(of kind: MessageField.Kind, from start: Int, depth: Int) -> Int? {
        switch kind {
        case .string: string(from: start)
        case .bare: bare(from: start)
        default: rare(kind, from: start, depth: depth)
        }
    }

    /// The place of the closing quote.
    @inline(__always)
    private func string(from start: Int) -> Int? {
        var place = start
        let base = UnsafeRawPointer(text.baseAddress!)
        while true {
            while place &+ 8 <= text.count {
                let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                let found = Self.zeros(word ^ (Self.ones &* 0x22)) | Self.zeros(word ^ (Self.ones &* 0x5c)) | Self.controls(word)
                if found != 0 {
                    place &+= found.trailingZeroBitCount &>> 3
                    break
                }
                place &+= 8
            }
            // Either something was found, or fewer than eight bytes are left.
            while place < text.count {
                let byte = text[place]
                if byte == 0x22 { return place }
                if byte == 0x5c || byte < 0x20 { break }
                place &+= 1
                if place &+ 8 <= text.count { break }
            }
            guard place < text.count else { return nil }
            if text[place] == 0x22 { return place }
            if text[place] < 0x20 { return nil }
            if text[place] == 0x5c {
                guard let length = JSONText.escapeLength(text, at: place) else { return nil }
                place &+= length
            }
        }
    }

    /// The high bit of each byte that is zero; above the lowest such byte also of some that are not.
    @inline(__always) private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highs }
    /// The high bit of each byte below 0x20; above the lowest such byte also of some that are not.
    @inline(__always) private static func controls(_ word: UInt64) -> UInt64 { (word &- ones &* 0x20) & ~word & highs }

    @inline(__always)
    private func bare(from start: Int) -> Int? {
        guard start < text.count else { return nil }
        if text[start] | 0x20 >= 97 { return word(from: start) }
        var place = start
        if text[place] == UInt8(ascii: "-") { place &+= 1 }
        let whole = place
        place = digits(from: place)
        guard place > whole, place == whole &+ 1 || text[whole] != UInt8(ascii: "0") else { return nil }
        if place < text.count, text[place] == UInt8(ascii: ".") {
            let fraction = place &+ 1
            place = digits(from: fraction)
            guard place > fraction else { return nil }
        }
        guard place < text.count, text[place] | 0x20 == UInt8(ascii: "e") else { return place }
        place &+= 1
        if place < text.count, text[place] == UInt8(ascii: "+") || text[place] == UInt8(ascii: "-") { place &+= 1 }
        let exponent = place
        place = digits(from: exponent)
        return place > exponent ? place : nil
    }

    @inline(__always)
    private func digits(from start: Int) -> Int {
        var place = start
        while place < text.count, text[place] &- 48 < 10 { place &+= 1 }
        return place
    }

    private func word(from start: Int) -> Int? {
        for word in [StaticString("null"), "true", "false"] where text.count - start >= word.utf8CodeUnitCount {
            if (0..<word.utf8CodeUnitCount).allSatisfy({ text[start + $0] == word.utf8Start[$0] }) { return start + word.utf8CodeUnitCount }
        }
        return nil
    }

    private func rare(_ kind: MessageField.Kind, from start: Int, depth: Int) -> Int? {
        if start == 0, !isOrdinaryLine { return nil }
        return switch kind {
        case .string, .bare: nil
        case .json:
            container(from: start, depth: depth)
        case .word:
            // Near enough to the beginning to be one of the first fields of a line, which is where a request id is looked for.
            end(from: start, atMost: MessageShapes.wordsBytesMax) { $0 == UInt8(ascii: "\t") }
                .flatMap { LambdaLine.isUUID(text[start..<$0]) ? nil : $0 }
        case .requestID:
            end(from: start, atMost: MessageShapes.wordsBytesMax) { $0 == UInt8(ascii: "\t") }
                .flatMap { LambdaLine.isUUID(text[start..<$0]) ? $0 : nil }
        case .prefix:
            text[start...].firstIndex(of: UInt8(ascii: "{")).flatMap { LambdaLine.mayHaveRequestID(text[..<$0]) ? nil : $0 }
        case .rest:
            text[start...].contains(UInt8(ascii: "{")) || start == 0 && LambdaLine.mayHaveRequestID(text[...]) ? nil : text.count
        case .tail: text.count
        case .lambdaText, .lambdaMilliseconds, .lambdaMegabytes:
            lambda(kind, from: start)
        }
    }

    /// Neither one of Lambda's own lines nor one that begins with an object, maybe behind white space.
    private var isOrdinaryLine: Bool {
        guard let first = text.first, first > 0x20, first != UInt8(ascii: "{") else { return false }
        return LambdaLine.type(of: text) == nil
    }

    private func container(from start: Int, depth: Int) -> Int? {
        guard start < text.count, text[start] == UInt8(ascii: "{") || text[start] == UInt8(ascii: "[") else { return nil }
        var scanner = JSONScanner(text, at: start)
        guard scanner.value(depth: depth) != nil else { return nil }
        return scanner.position
    }

    private func end(from start: Int, atMost limit: Int, where isEnd: (UInt8) -> Bool) -> Int? {
        var place = start
        while place < min(text.count, limit) {
            if isEnd(text[place]) { return place }
            if text[place] == UInt8(ascii: "{") { return nil }
            place += 1
        }
        return nil
    }

    private func lambda(_ kind: MessageField.Kind, from start: Int) -> Int? {
        var place = start
        while place < text.count, text[place] > 0x20, text[place] != UInt8(ascii: "{") { place += 1 }
        guard place > start else { return nil }
        let token = UnsafeBufferPointer(rebasing: text[start..<place])
        switch kind {
        case .lambdaMilliseconds: return LambdaLine.shownMilliseconds(token) == nil ? nil : place
        case .lambdaMegabytes: return LambdaLine.shownMegabytes(token) == nil ? nil : place
        default: return place
        }
    }
}
