import Testing

@testable import LogsInsights

/// Holds the words that editors offer against the parser.
@Suite struct InsightsVocabularyTests {
    private func message(of query: String) -> String {
        do { _ = try InsightsQuery(parsing: query) } catch { return error.message }
        return ""
    }

    @Test(arguments: InsightsVocabulary.functions) func `the parser knows every function that is offered`(word: InsightsVocabulary.Word) {
        for query in ["fields \(word.name)()", "stats \(word.name)()"] {
            #expect(!message(of: query).contains("unknown function"))
            #expect(!message(of: query).contains("not supported"))
        }
    }

    @Test(arguments: InsightsVocabulary.commands) func `the parser knows every command that is offered`(word: InsightsVocabulary.Word) {
        #expect(!message(of: "fields @message | \(word.name) x").contains("unknown command"))
    }

    @Test func `words come once, in order, and the common ones are explained`() {
        for words in [InsightsVocabulary.functions, InsightsVocabulary.commands, InsightsVocabulary.fields] {
            #expect(words.map { $0.name.lowercased() } == Set(words.map { $0.name.lowercased() }).sorted())
        }
        for name in ["bin", "count", "pct"] { #expect(InsightsVocabulary.functions.first { $0.name == name }?.summary != "") }
        #expect(InsightsVocabulary.connectives.contains("like"))
    }
}
