import Simulation
import WireFormats

/// Trees of every kind of value, small and odd: empty texts, controls, quotes, four-byte characters, extreme numbers.
struct RandomValues {
    var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func structure(depth: Int = 4) -> WireValue {
        .structure((0..<Int.random(in: 0...5, using: &random)).map { ("Member\($0)", value(depth: depth - 1)) })
    }

    mutating func value(depth: Int) -> WireValue {
        switch Int.random(in: 0..<(depth > 0 ? 11 : 6), using: &random) {
        case 0: .bool(.random(using: &random))
        case 1: .integer(integer())
        case 2: .double(double())
        case 3: .text(text())
        case 4: .blob(random.bytes(Int.random(in: 0...9, using: &random)))
        case 5: .timestamp(instant())
        case 6: .list((0..<count()).map { _ in value(depth: depth - 1) })
        case 7: .doubles((0..<count()).map { _ in double() })
        case 8: .timestamps((0..<count()).map { _ in instant() })
        case 9: .map((0..<count()).map { ("\(text())\($0)", value(depth: depth - 1)) })
        default: structure(depth: depth)
        }
    }

    private mutating func count() -> Int { Int.random(in: 0...4, using: &random) }

    private mutating func integer() -> Int64 {
        let shifted = Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random)
        return random.oneIn(8) ? [.min, .max, 0, -1, 23, 24, 255, 256, 65_535, 65_536].randomElement(using: &random)! : shifted
    }

    mutating func double() -> Double {
        let candidate = Double(bitPattern: random.next())
        guard candidate.isFinite, !random.oneIn(3) else { return [0, -0.5, 80, 1e16, .leastNonzeroMagnitude, 0.1].randomElement(using: &random)! }
        return candidate
    }

    /// Whole microseconds near today, which is what epoch seconds in a Double can carry.
    private mutating func instant() -> Int64 { Int64.random(in: -4_000_000_000_000_000...4_000_000_000_000_000, using: &random) * 1000 }

    mutating func text() -> String {
        let characters: [Character] = ["a", "Z", "\"", "\\", "/", "\n", "\r\n", "\u{1}", "\u{7F}", "é", "€", "😀", "&", "<", " ", "="]
        return String((0..<Int.random(in: 0...12, using: &random)).map { _ in characters.randomElement(using: &random)! })
    }
}

/// Whether a decoded node says what was encoded.
func isSame(_ node: WireNode?, _ value: WireValue) -> Bool {
    guard let node else { return false }
    switch value {
    case .bool(let value): return node.bool == value
    case .integer(let value): return node.integer == value
    case .double(let value): return node.double == value
    case .text(let value): return node.text == value
    case .blob(let value): return node.blob == value
    case .timestamp(let value): return node.timestamp == value
    case .list(let values):
        return node.kind == .list && node.childCount == values.count && zip(node.children, values).allSatisfy(isSame)
    case .doubles(let values): return node.kind == .list && node.children.map(\.double) == values
    case .timestamps(let values): return node.kind == .list && node.children.map(\.timestamp) == values
    case .map(let members), .structure(let members):
        return node.kind == .map && node.childCount == members.count
            && zip(node.children, members).allSatisfy { $0.key == $1.0 && isSame($0, $1.1) }
            && members.allSatisfy { isSame(node.member(named: $0.0), $0.1) }
    }
}

/// Touches everything a document holds; returns the number of nodes so that the walk cannot be left out.
func walk(_ node: WireNode) -> Int {
    _ = (node.bool, node.integer, node.double, node.text, node.blob, node.timestamp, node.key)
    return node.children.reduce(1) { $0 + walk($1) }
}
