import WireFormats

/// Something about a dashboard's body that is wrong or that nobody understands, and where it is.
package struct Finding: Sendable, Equatable {
    /// As a JSON pointer: `/widgets/0/properties/metrics`.
    package let dataPath: String
    /// In the words of CloudWatch's validation where those are known.
    package let message: String
    /// False: the dashboard can be kept all the same.
    package let isError: Bool
}

/// What a reading of a body has found so far.
final class Findings {
    private(set) var all: [Finding] = []

    /// A body of a megabyte can be wrong in a hundred thousand places; nobody reads so many.
    private static let countMax = 500

    func add(_ path: String, _ message: String, isError: Bool = true) {
        guard all.count < Self.countMax else { return }
        all.append(Finding(dataPath: path, message: message, isError: isError))
    }
}

/// One part of a body: reads its members, and notes what they should have been.
struct PartReader {
    let node: WireNode
    let path: String
    let findings: Findings

    func note(_ message: String, at member: String? = nil) { findings.add(member.map { "\(path)/\($0)" } ?? path, message) }

    /// The member as a part of its own; nil when absent. Null is a value of its own and never the right one.
    func part(_ name: String) -> PartReader? {
        node.member(named: name).map { PartReader(node: $0, path: "\(path)/\(name)", findings: findings) }
    }

    var elements: [PartReader] {
        node.children.enumerated().map { PartReader(node: $1, path: "\(path)/\($0)", findings: findings) }
    }

    private func read<Value>(_ name: String, _ kind: String, _ value: (WireNode) -> Value?) -> Value? {
        guard let part = part(name) else { return nil }
        if let value = value(part.node) { return value }
        part.note("Should be \(kind)")
        return nil
    }

    func text(_ name: String) -> String? { read(name, "string") { $0.text } }
    func bool(_ name: String) -> Bool? { read(name, "boolean") { $0.bool } }
    func number(_ name: String) -> Double? { read(name, "number") { $0.isNumber ? $0.double : nil } }

    func integer(_ name: String, in range: ClosedRange<Int> = 0...Int.max) -> Int? {
        guard let value = read(name, "integer", { $0.isNumber ? $0.integer : nil }) else { return nil }
        guard value >= range.lowerBound else {
            note("Should be >= \(range.lowerBound)", at: name)
            return nil
        }
        guard value <= range.upperBound else {
            note("Should be <= \(range.upperBound)", at: name)
            return nil
        }
        return Int(value)
    }

    func list(_ name: String, countMax: Int = .max) -> [PartReader]? {
        guard let part = part(name) else { return nil }
        guard part.node.kind == .list else {
            part.note("Should be array")
            return nil
        }
        guard part.node.childCount <= countMax else {
            part.note("Should NOT have more than \(countMax) items")
            return nil
        }
        return part.elements
    }

    func texts(_ name: String, countMax: Int = .max) -> [String]? {
        list(name, countMax: countMax)?.compactMap { part in
            if let text = part.node.text { return text }
            part.note("Should be string")
            return nil
        }
    }

    func object(_ name: String) -> PartReader? {
        guard let part = part(name) else { return nil }
        return part.isObject() ? part : nil
    }

    func isObject() -> Bool {
        if node.kind == .map { return true }
        note("Should be object")
        return false
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _: Word.Type = Word.self) -> Word? {
        guard let text = text(name) else { return nil }
        if let word = Word(rawValue: text) { return word }
        note("Should be equal to one of the allowed values", at: name)
        return nil
    }

    /// A colour as `#rgb` or `#rrggbb`; anything else is noted.
    func color(_ name: String) -> WidgetColor? {
        guard let text = text(name) else { return nil }
        if let color = WidgetColor(text) { return color }
        note("Should match pattern \"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$\"", at: name)
        return nil
    }

    /// Notes members that nobody knows: no reason to refuse, but they have no effect.
    func expect(only names: Set<String>) {
        for member in node.children where !names.contains(member.key) {
            findings.add("\(path)/\(member.key)", "Should NOT have additional properties", isError: false)
        }
    }

    func require(_ names: String...) {
        for name in names where node.member(named: name) == nil { note("Should have required property '\(name)'") }
    }
}

extension WireNode {
    var isNumber: Bool { kind == .integer || kind == .double }
}
