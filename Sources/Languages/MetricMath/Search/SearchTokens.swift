/// How SEARCH cuts names into tokens: what is not a letter or digit separates; a capital letter after a small one begins a token, and so
/// does the last capital of a run before a small letter; letters and digits are apart.
///
///     SearchTokens("SDBFailure3").tokens        // ["SDB", "Failure", "3"]
///
/// Source: CloudWatch user guide, "CloudWatch search expression syntax", Tokenization and Partial matches.
struct SearchTokens: Sendable {
    /// As they are written.
    let tokens: [[UInt8]]
    /// In small letters.
    let lowercased: [[UInt8]]
    /// Runs of letters and digits: the tokens of each.
    private let pieces: [Range<Int>]

    init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) {
        var tokens: [[UInt8]] = []
        var pieces: [Range<Int>] = []
        var first = 0
        for place in 0...bytes.count where place == bytes.count || !Self.isWord(bytes[place]) {
            let words = Self.words(of: bytes[first..<place])
            if !words.isEmpty { pieces.append(tokens.count..<tokens.count + words.count) }
            tokens += words
            first = place + 1
        }
        self.tokens = tokens
        self.pieces = pieces
        lowercased = tokens.map(Self.lowercased)
    }

    var isEmpty: Bool { tokens.isEmpty }

    /// True when `name` holds this term: a single token is one of the name's, or all of the name without what separates, in capital or
    /// small letters. Several tokens stand side by side in the name; those that only capitals or digits part must be written alike.
    func isFound(in name: SearchTokens) -> Bool {
        if tokens.count == 1, name.lowercased.joined().elementsEqual(lowercased[0]) { return true }
        guard !isEmpty, tokens.count <= name.tokens.count else { return false }
        return (0...name.tokens.count - tokens.count).contains { offset in
            pieces.allSatisfy { piece in
                piece.allSatisfy { token in
                    piece.count == 1
                        ? lowercased[token] == name.lowercased[offset + token] : tokens[token] == name.tokens[offset + token]
                }
            }
        }
    }

    /// - Parameter bytes: letters and digits.
    private static func words(of bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        for place in bytes.indices {
            if place == bytes.startIndex || begins(at: place, in: bytes) { words.append([]) }
            words[words.count - 1].append(bytes[place])
        }
        return words
    }

    private static func begins(at place: Int, in bytes: ArraySlice<UInt8>) -> Bool {
        let byte = bytes[place], last = bytes[place - 1]
        if byte.isDigit || last.isDigit { return byte.isDigit != last.isDigit }
        guard byte.isUppercase else { return false }
        let endsARun = place + 1 < bytes.endIndex && !bytes[place + 1].isUppercase && !bytes[place + 1].isDigit
        return !last.isUppercase || endsARun
    }

    /// What is not ASCII counts as a small letter.
    private static func isWord(_ byte: UInt8) -> Bool { byte.isLetter || byte.isDigit || byte >= 0x80 }

    private static func lowercased(_ token: [UInt8]) -> [UInt8] { token.map { $0.isUppercase ? $0 | 0x20 : $0 } }
}
