@testable import MetricMath
import Simulation
import Testing

/// Seeded noise in searches and queries: they are read, or refused at a place in the text.
struct LookupFuzzTests {
    private static let searchWords = [
        "{", "}", "App", "\"App\"", ",", "(", ")", "=", "AND", "OR", "NOT", "a", "B1", "\"x\"", "\\", "\"", ":aws.AccountId", "MetricName",
        " ", "é", "-", "\u{0}",
    ]
    private static let sqlWords = [
        "SELECT ", "SUM(", "AVG(M)", "M", ")", "(", " FROM ", "App", "\"A\"", "SCHEMA(", " WHERE ", "a = 'x'", " AND ", " OR ", "NOT ",
        " IN ", "'x'", ",", ".",
        " GROUP BY ", "a", " ORDER BY ", "MAX()", " DESC", " LIMIT ", "5", "\\", "'", "\"", "é", "tag", "AWS.AccountId", "!=", "*",
    ]

    @Test(arguments: fuzzSeeds(1)) func `no text breaks the search parser`(seed: UInt64) throws {
        var random = SeededRandom(seed: 50 + seed)
        let metric = ScriptStore.metric("App|B1|a=x")
        var read = 0
        for _ in 0..<40_000 {
            let text = (0..<Int.random(in: 0...10, using: &random)).map { _ in Self.searchWords.randomElement(using: &random)! }.joined()
            do {
                _ = try SearchQueryParser.query(text, at: 1).accepts(metric, account: "1")
                read += 1
            } catch {
                let position = try #require(error.position)
                #expect((1...text.unicodeScalars.count + 1).contains(position), "\(text)")
                #expect(error.message.hasPrefix("cannot search: "), "\(text)")
            }
        }
        #expect(read > 3_000, "the noise must hold sense too")
    }

    @Test(arguments: fuzzSeeds(1)) func `no text breaks the query parser`(seed: UInt64) throws {
        var random = SeededRandom(seed: 51 + seed)
        var read = 0
        for _ in 0..<60_000 {
            // Half of them begin well, so that the clauses behind are reached.
            let opening = Bool.random(using: &random) ? "SELECT SUM(M) FROM App" : ""
            let text =
                opening + (0..<Int.random(in: 0...8, using: &random)).map { _ in Self.sqlWords.randomElement(using: &random)! }.joined()
            do {
                _ = try InsightsQueryParser.query(text)
                read += 1
            } catch {
                let position = try #require(error.position)
                #expect((1...text.unicodeScalars.count + 1).contains(position), "\(text)")
                #expect(error.message.hasPrefix("cannot "), "\(text)")
            }
        }
        #expect(read > 3_000, "the noise must hold sense too")
    }
}
