import Columns
import Testing

struct RegularExpressionTests {
    private func match(_ pattern: String, _ text: String, from start: Int = 0) throws -> RegularExpression.Match? {
        let bytes = Array(text.utf8)
        let expression = try RegularExpression(pattern)
        return bytes.withUnsafeBytes { expression.firstMatch(in: $0, from: start) }
    }

    @Test func `a match tells its extent and its groups, and which of them took no part`() throws {
        let found = try #require(try match("(a+)(b)?(?P<rest>c*)", "xaac"))
        #expect(found.range == 1..<4)
        #expect(found.groups == [1..<3, nil, 3..<4])
        #expect(try RegularExpression("(a)(?P<name>b)").groupNames == [nil, "name"])
    }

    @Test func `an empty text can be matched, and searching goes on from where it is told`() throws {
        #expect(try match("^$", "")?.range == 0..<0)
        #expect(try match("x", "") == nil)
        #expect(try match("a", "aXa", from: 1)?.range == 2..<3)
        #expect(try match("a", "a", from: 2) == nil)
    }

    @Test func `covering means the whole text`() throws {
        let expression = try RegularExpression("a|ab")
        #expect(expression.covers(ArraySlice("ab".utf8)))
        #expect(!expression.covers(ArraySlice("abc".utf8)))
        #expect(expression.isFound(in: ArraySlice("xaby".utf8)))
    }

    @Test(arguments: ["(", "a{1001}", "[z-a]", "(?P<n>a", "\\", "(?=a)", String(repeating: "(a)", count: 32)])
    func `a pattern that is none, or asks too much, is refused with the reason`(pattern: String) {
        let error = #expect(throws: RegularExpression.Malformed.self) { try RegularExpression(pattern) }
        #expect(error?.reason.isEmpty == false)
    }

    @Test func `a pattern made to be slow is not`() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 100_000) + [UInt8(ascii: "!")]
        #expect(!(try RegularExpression("^(a+)+$")).isFound(in: text[...]))
    }
}
