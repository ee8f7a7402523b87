import Columns

/// Text to compare with, in which `*` stands for any characters and `\*` for the asterisk.
struct WildcardText: Sendable, Equatable {
    /// The text between the wildcards; one more than there are wildcards.
    private var pieces: [[UInt8]] = [[]]

    init(_ text: [UInt8]) {
        var place = 0
        while place < text.count {
            let byte = text[place]
            if byte == UInt8(ascii: "*") {
                pieces.append([])
            } else if byte == UInt8(ascii: "\\"), place + 1 < text.count, text[place + 1] == UInt8(ascii: "*") {
                pieces[pieces.count - 1].append(UInt8(ascii: "*"))
                place += 1
            } else {
                pieces[pieces.count - 1].append(byte)
            }
            place += 1
        }
    }

    /// True when all of `text` is as this says: its first and last piece at the ends, the others one behind the other.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard pieces.count > 1 else { return text.elementsEqual(pieces[0]) }
        guard let first = pieces.first, let last = pieces.last, text.count >= first.count + last.count else { return false }
        guard text.starts(with: first), text.suffix(last.count).elementsEqual(last) else { return false }
        var rest = UnsafeBufferPointer(rebasing: text[first.count..<text.count - last.count])
        for piece in pieces.dropFirst().dropLast() {
            guard let place = rest.firstIndex(of: piece) else { return false }
            rest = UnsafeBufferPointer(rebasing: rest[(place + piece.count)...])
        }
        return true
    }

    /// The text when there is no wildcard in it.
    var whole: [UInt8]? { pieces.count == 1 ? pieces[0] : nil }

    /// The longest run of characters that matching text must have; empty when there is none.
    var longestPiece: [UInt8] { pieces.max { $0.count < $1.count } ?? [] }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where `needle` first occurs; 0 for an empty one.
    fileprivate func firstIndex(of needle: [UInt8]) -> Int? {
        guard !needle.isEmpty else { return 0 }
        guard needle.count <= count else { return nil }
        return (0...count - needle.count).first { self[$0] == needle[0] && self[$0..<$0 + needle.count].elementsEqual(needle) }
    }
}
