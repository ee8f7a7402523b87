/// Finds text that every match of a pattern must have in it, so that most texts need no matching.
///
/// Reads RE2's syntax far enough to be sure: literal characters in a row, outside of groups, classes and alternatives, that no quantifier
/// makes optional. A pattern with flags that could change what a letter means has none.
enum RequiredLiteral {
    /// The longest such text; empty when there is none.
    static func longest(in pattern: String) -> [UInt8] {
        var reader = Reader(Array(pattern.utf8))
        return reader.longest() ?? []
    }

    private struct Reader {
        let pattern: [UInt8]
        var place = 0
        var run: [UInt8] = []
        var best: [UInt8] = []

        init(_ pattern: [UInt8]) { self.pattern = pattern }

        /// - Returns: nil when nothing can be said of the whole pattern.
        mutating func longest() -> [UInt8]? {
            while place < pattern.count {
                switch pattern[place] {
                case UInt8(ascii: "|"), UInt8(ascii: ")"): return nil
                case UInt8(ascii: "("):
                    guard skipGroup() else { return nil }
                    end()
                case UInt8(ascii: "["):
                    skipClass()
                    end()
                case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"):
                    place += 1
                    end()
                case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "{"):
                    dropLastCharacter()
                    end()
                    skipQuantifier()
                case UInt8(ascii: "+"):
                    end()
                    skipQuantifier()
                case UInt8(ascii: "\\"):
                    guard takeEscape() else { return nil }
                case let byte:
                    run.append(byte)
                    place += 1
                }
            }
            end()
            return best
        }

        private mutating func end() {
            if run.count > best.count { best = run }
            run = []
        }

        /// What the quantifier makes optional; of a character of several bytes all of them.
        private mutating func dropLastCharacter() {
            while let last = run.popLast(), last & 0xC0 == 0x80 {}
        }

        private mutating func skipQuantifier() {
            if pattern[place] == UInt8(ascii: "{") {
                while place < pattern.count, pattern[place] != UInt8(ascii: "}") { place += 1 }
            }
            place += 1
            if place < pattern.count, pattern[place] == UInt8(ascii: "?") { place += 1 }
        }

        /// - Returns: false for a group that sets flags, or has no end.
        private mutating func skipGroup() -> Bool {
            var depth = 0
            while place < pattern.count {
                switch pattern[place] {
                case UInt8(ascii: "("):
                    depth += 1
                    if place + 2 < pattern.count, pattern[place + 1] == UInt8(ascii: "?"),
                        ![UInt8(ascii: ":"), UInt8(ascii: "P"), UInt8(ascii: "<")].contains(pattern[place + 2])
                    {
                        return false
                    }
                case UInt8(ascii: ")"): depth -= 1
                case UInt8(ascii: "["):
                    skipClass()
                    continue
                case UInt8(ascii: "\\"):
                    if place + 1 < pattern.count, pattern[place + 1] == UInt8(ascii: "Q") { return false }
                    place += 1
                default: break
                }
                place += 1
                if depth == 0 { return true }
            }
            return false
        }

        private mutating func skipClass() {
            place += 1
            if place < pattern.count, pattern[place] == UInt8(ascii: "^") { place += 1 }
            if place < pattern.count, pattern[place] == UInt8(ascii: "]") { place += 1 }
            while place < pattern.count, pattern[place] != UInt8(ascii: "]") {
                if pattern[place] == UInt8(ascii: "\\") { place += 1 }
                if place + 1 < pattern.count, pattern[place] == UInt8(ascii: "["), pattern[place + 1] == UInt8(ascii: ":") {
                    while place < pattern.count, pattern[place] != UInt8(ascii: "]") { place += 1 }
                }
                place += 1
            }
            place += 1
        }

        /// An escaped sign is itself; an escaped letter or digit means something else.
        private mutating func takeEscape() -> Bool {
            guard place + 1 < pattern.count else { return false }
            let next = pattern[place + 1]
            guard next < 0x80, next | 0x20 != UInt8(ascii: "q") else { return false }
            if next &- 48 < 10 || (next | 0x20) &- 97 < 26 {
                end()
                // What may follow the letter belongs to it: \x41, \x{10FFFF}, \pL, \p{Greek}, \123.
                guard "dDwWsSbBAz".utf8.contains(next) else { return false }
            } else {
                run.append(next)
            }
            place += 2
            return true
        }
    }
}
