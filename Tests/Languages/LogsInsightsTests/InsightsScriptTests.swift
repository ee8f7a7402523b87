import LogsInsights
import Testing

/// The scripts in Tests/Fixtures/logs-insights; their format is in Tests/Fixtures/README.md.
struct InsightsScriptTests {
    @Test func `the scripts are there`() { #expect(InsightsScript.cases.count > 150) }

    @Test(arguments: InsightsScript.cases)
    func `queries answer what the scripts say, in chunks of any size`(example: InsightsScript.Case) throws {
        switch example.expectation {
        case .rows(let rows, let statistics):
            let query = try InsightsQuery(parsing: example.query)
            for chunkRows in [1, 3, 8192] {
                let answer = try example.events.answer(query, rowLimit: example.rowLimit, chunkRows: chunkRows)
                #expect(answer.rows == rows)
                if let statistics { #expect(answer.statistics == statistics) }
            }
        case .failure(let start, let end, let words):
            let error = try #require(throws: InsightsError.self) { try InsightsQuery(parsing: example.query) }
            #expect(error.message.contains(words), "\(error.message)")
            #expect(error.start == start && error.end == end, "\(error.start) \(error.end) \(error.message)")
        }
    }
}

extension InsightsScript.Case: CustomTestStringConvertible {
    var testDescription: String { "\(place): \(query)" }
}
