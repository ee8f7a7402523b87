import Bytes

/// A place between events, which are ordered by time and number: those at or past it come after.
struct EventPosition: Comparable, Sendable {
    /// UTC nanoseconds, not negative.
    var time: Int64
    var number: UInt64

    static func < (a: EventPosition, b: EventPosition) -> Bool { (a.time, a.number) < (b.time, b.number) }

    /// The place behind the event at this one.
    var next: EventPosition { EventPosition(time: time, number: number &+ 1) }
}

/// A position as clients carry it: `f/` or `b/`, then 56 digits: `[19 time][20 number][17 sum]`.
struct EventToken: Sendable {
    enum Direction: String, Sendable {
        case forward = "f/", backward = "b/"
    }

    let direction: Direction
    let position: EventPosition

    init(_ direction: Direction, _ position: EventPosition) {
        self.direction = direction
        self.position = position
    }

    /// - Parameter scope: what the token is for; another's is refused.
    func text(for scope: [String]) -> String { direction.rawValue + digits + Self.sum(direction, digits, scope) }

    init?(_ text: String, for scope: [String]) {
        guard let direction = Direction(rawValue: String(text.prefix(2))) else { return nil }
        let digits = Array(text.utf8.dropFirst(2))
        guard digits.count == 56, digits.allSatisfy({ $0 &- 48 < 10 }),
            let time = Int64(String(decoding: digits[..<19], as: UTF8.self)),
            let number = UInt64(String(decoding: digits[19..<39], as: UTF8.self))
        else { return nil }
        self.init(direction, EventPosition(time: time, number: number))
        guard Self.sum(direction, self.digits, scope).utf8.elementsEqual(digits[39...]) else { return nil }
    }

    private var digits: String { Digits.padded(UInt64(max(0, position.time)), 19) + Digits.padded(position.number, 20) }

    private static func sum(_ direction: Direction, _ digits: String, _ scope: [String]) -> String {
        let bytes = ([direction.rawValue, digits] + scope).flatMap { Array("\($0.utf8.count):\($0)".utf8) }
        return Digits.padded(Checksum.xxh3(bytes) % 100_000_000_000_000_000, 17)
    }
}

enum Digits {
    static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
