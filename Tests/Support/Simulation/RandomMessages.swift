/// Log messages as programs write them, and as they should not: JSON of a few shapes with values of every kind, Lambda's lines, plain
/// text, and now and then one with a byte changed.
package struct RandomMessages {
    /// Fields that messages may have; worth asking for.
    package static let names = [
        "level", "n", "ms", "id", "user", "when", "request.path", "request.size", "request", "tags", "tags.0", "note", "flag", "@@x", "a.b",
        "@requestId", "@duration", "@memorySize", "@type", "missing",
    ]

    package var random: SeededRandom
    private static let hex = Array("0123456789abcdef")

    package init(seed: UInt64) { random = SeededRandom(seed: seed) }

    package mutating func next() -> String {
        var message = switch below(12) {
        case 0: "plain text number \(below(1000)) of \(word())"
        case 1: "REPORT RequestId: \(uuid())\tDuration: \(below(900)).\(below(100)) ms\tBilled Duration: \(below(99)) ms\tMemory Size: 128 MB\tMax Memory Used: \(below(128)) MB\t\n"
        case 2: "2026-11-21T08:00:00.\(below(900) + 100)Z\t\(uuid())\tINFO\t" + (random.oneIn(2) ? "text \(word())" : json() + "\n")
        case 3: "prefix \(word()) \(json())" + (random.oneIn(2) ? " behind" : "")
        default: json()
        }
        if random.oneIn(20) {
            var bytes = Array(message.utf8)
            bytes[below(bytes.count)] = Array("{}\",:\\ \t\n0x[".utf8)[below(12)]
            message = String(decoding: bytes, as: UTF8.self)
        }
        return message
    }

    private mutating func json() -> String {
        var members = ["\"level\":\"\(["INFO", "WARN", "ERROR"][below(3)])\"", "\"n\":\(number())", "\"ms\":\(below(500)).\(below(900) + 100)"]
        members.append("\"id\":\"\(random.oneIn(30) ? "none" : hexadecimal(32))\"")
        members.append("\"user\":\"user-\(below(5000))\"")
        if random.oneIn(2) { members.append("\"when\":\"2026-11-21T08:\(below(50) + 10):00.\(below(900) + 100)Z\"") }
        if random.oneIn(2) { members.append("\"request\":{\"path\":\"/api/\(word())\",\"size\":\(below(100_000))}") }
        if random.oneIn(4) { members.append("\"tags\":[\"\(word())\", \(below(9))]") }
        if random.oneIn(4) { members.append("\"note\":\"\(["a \\\"quoted\\\" one", "caf\\u00e9", "", "über", "line\\nline"][below(5)])\"") }
        if random.oneIn(3) { members.append("\"flag\":\(["true", "false", "null"][below(3)])") }
        if random.oneIn(9) { members.append("\"@x\":\"at\"") }
        if random.oneIn(9) { members.append("\"a.b\":\(below(3))") }
        if random.oneIn(40) { members.append("\"level\":\"again\"") }
        return "{" + members.joined(separator: random.oneIn(9) ? ", " : ",") + "}"
    }

    private mutating func number() -> String {
        switch below(6) {
        case 0: "-\(below(100))"
        case 1: "\(below(100)).5"
        case 2: "1e\(below(5))"
        case 3: "123456789012345678901"
        case 4: "0"
        default: "\(below(1_000_000))"
        }
    }

    private mutating func word() -> String { ["timeout", "orders", "carts", "broker refused", "x"][below(5)] }
    private mutating func uuid() -> String { [8, 4, 4, 4, 12].map { hexadecimal($0) }.joined(separator: "-") }
    private mutating func hexadecimal(_ count: Int) -> String { String((0..<count).map { _ in Self.hex[below(16)] }) }
    package mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
}
