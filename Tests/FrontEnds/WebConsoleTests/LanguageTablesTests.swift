import Testing
import WireFormats

@testable import WebConsole

@Suite struct LanguageTablesTests {
    private func response(_ path: String, method: String = "GET") throws -> HTTPResponse {
        try #require(LanguageTables.response(to: HTTPRequestHead(method: method, path: path)))
    }

    private func text(_ response: HTTPResponse) throws -> String {
        guard case .bytes(let bytes) = response.body else { throw Unexpected() }
        return String(decoding: bytes, as: UTF8.self)
    }
    private struct Unexpected: Error {}

    @Test func `the languages are told with their words`() throws {
        let insights = try response("/api/ui/v1/languages/insights")
        #expect(insights.status == 200)
        #expect(try text(insights).contains(#"{"name":"stats","summary":"counts and sums, by group"}"#))
        #expect(try text(response("/api/ui/v1/languages/metric-math")).contains(#""name":"RATE""#))
    }

    @Test func `what is not served is not offered`() throws {
        #expect(try !text(response("/api/ui/v1/languages/metric-math")).contains("DB_PERF_INSIGHTS"))
    }

    @Test func `another language, another method and another path`() throws {
        #expect(try response("/api/ui/v1/languages/cobol").status == 404)
        #expect(try response("/api/ui/v1/languages/insights", method: "POST").status == 405)
        #expect(LanguageTables.response(to: HTTPRequestHead(method: "GET", path: "/api/ui/v1/live")) == nil)
    }

    @Test(arguments: ["insights", "metric-math"])
    func `every function says what it gives`(language: String) throws {
        let functions = try WireDocument(json: Array(try text(response("/api/ui/v1/languages/\(language)")).utf8)).root["functions"]
        for function in try #require(functions).children { #expect(function["summary"]?.text?.isEmpty == false, "\(function["name"]?.text ?? "")") }
    }
}
