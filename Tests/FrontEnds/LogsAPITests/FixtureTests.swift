import Simulation
import Testing
import WireFormats

/// Requests and answers in Tests/Fixtures/aws/logs, one file each; their format is in Tests/Fixtures/README.md.
struct FixtureTests {
    static let paths: [String] = {
        do {
            return try Fixtures.names(in: "aws/logs").flatMap { operation in
                try Fixtures.names(in: "aws/logs/" + operation).map { "\(operation)/\($0)" }
            }
        } catch { fatalError("cannot read the fixtures: \(error)") }
    }()

    @Test(arguments: paths)
    func `requests are answered as recorded`(path: String) async throws {
        let fixture = try WireDocument(json: Array(try Fixtures.text("aws/logs/" + path).utf8)).root
        let world = LogsWorld()
        try await world.make("app/web", streams: "web-1")
        try await world.put(
            "app/web", "web-1", [(-3000, "INFO started"), (-2000, #"{"level":"INFO","n":2}"#), (-1000, #"{"level":"ERROR","n":3}"#)])
        let operation = String(path.prefix { $0 != "/" })
        let answer = try await world.call(
            operation, json: String(decoding: JSON.encode(Self.value(try #require(fixture["request"]))), as: UTF8.self))
        #expect(answer.status == fixture["status"]?.integer.map(Int.init))
        let expected = try #require(fixture["response"])
        #expect(expected.isNull ? answer.text.isEmpty : Self.isAlike(expected, answer.root), "\(answer.text)")
    }

    @Test func `every operation has a fixture`() throws {
        #expect(try Fixtures.names(in: "aws/logs").count == 15)
    }

    /// A text in braces stands for any text.
    private static func isAlike(_ expected: WireNode, _ actual: WireNode) -> Bool {
        if let text = expected.text, text.hasPrefix("{"), text.hasSuffix("}"), text.utf8.count < 5 { return actual.text != nil }
        guard expected.kind == actual.kind, expected.childCount == actual.childCount else { return false }
        switch expected.kind {
        case .map: return expected.children.allSatisfy { member in actual.member(named: member.key).map { isAlike(member, $0) } ?? false }
        case .list: return zip(expected.children, actual.children).allSatisfy(isAlike)
        default: return expected.text == actual.text && expected.double == actual.double && expected.bool == actual.bool
        }
    }

    static func value(_ node: WireNode) -> WireValue {
        switch node.kind {
        case .map: .structure(node.children.map { ($0.key, value($0)) })
        case .list: .list(node.children.map(value))
        case .integer: .integer(node.integer ?? 0)
        case .double: .double(node.double ?? 0)
        case .bool: .bool(node.bool ?? false)
        default: .text(node.text ?? "")
        }
    }
}
