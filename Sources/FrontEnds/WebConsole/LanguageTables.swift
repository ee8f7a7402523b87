// The words of each query language, for editors that colour and complete them: `GET /api/ui/v1/languages/insights` and
// `…/metric-math`. They come from the parsers' own tables.

import LogsInsights
import MetricMath
package import WireFormats

/// `{"commands": [{"name", "summary"}], "functions": [{"name", "summary"}], "connectives": ["by"], "fields": [{"name", "summary"}]}`
package enum LanguageTables {
    private static let path = "/api/ui/v1/languages/"

    /// The answer to a request for a language's words, or nil when its path is another's.
    package static func response(to head: HTTPRequestHead) -> HTTPResponse? {
        guard head.path.hasPrefix(path) else { return nil }
        guard head.method == "GET" || head.method == "HEAD" else { return answer(405, error("MethodNotAllowed", "cannot \(head.method) a language: it can only be read")) }
        switch head.path.dropFirst(path.count) {
        case "insights": return answer(200, insights)
        case "metric-math": return answer(200, metricMath)
        default: return answer(404, error("NotFound", "cannot find this language: there are insights and metric-math"))
        }
    }

    private static let insights = WireValue.members(
        ("commands", words(InsightsVocabulary.commands)), ("functions", words(InsightsVocabulary.functions)),
        ("connectives", .list(InsightsVocabulary.connectives.map { .text($0) })), ("fields", words(InsightsVocabulary.fields)))

    private static let metricMath = WireValue.members(
        ("commands", .list([])), ("functions", .list(MathVocabulary.functions.map { .members(("name", .text($0.name)), ("summary", .text($0.summary))) })),
        ("connectives", .list(MathVocabulary.connectives.map { .text($0) })), ("fields", .list([])))

    private static func words(_ words: [InsightsVocabulary.Word]) -> WireValue {
        .list(words.map { .members(("name", .text($0.name)), ("summary", .text($0.summary))) })
    }

    private static func error(_ code: String, _ message: String) -> WireValue { .members(("code", .text(code)), ("message", .text(message))) }

    private static func answer(_ status: Int, _ value: WireValue) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: "application/json", JSON.encode(value))
        response.headers.set("Cache-Control", "no-cache")
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }
}
