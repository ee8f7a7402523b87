import SignalModel
import WireFormats

/// Why a request was not stored: its status, and a JSON object `{"error": …, "line": …}` for its answer.
struct JSONLinesError: Error, Sendable {
    /// Senders repeat 429 and 5xx, and give up on other statuses.
    let status: Int
    /// "cannot <verb> <thing>: <why>"
    let message: String
    /// Counted from 1; nil when it is not about one line.
    let line: Int?

    init(status: Int, _ message: String, line: Int? = nil) {
        self.status = status
        self.message = message
        self.line = line
    }

    init(line: Int, _ why: String) { self.init(status: 400, "cannot store line \(line): \(why)", line: line) }

    init(_ error: StorageError) {
        let status =
            switch error.code {
            case .busy, .budget: 429
            case .limit: 413
            case .closed, .noSpace, .inputOutput, .keyGone, .cancelled: 503
            case .corrupt: 500
            }
        self.init(status: status, error.message)
    }

    var response: HTTPResponse {
        let body = WireValue.members(("error", .text(message)), ("line", line.map { .integer(Int64($0)) }))
        var response = HTTPResponse(status: status, contentType: "application/json", JSON.encode(body))
        if status == 429 || status == 503 { response.headers.set("Retry-After", "1") }
        if status == 405 { response.headers.set("Allow", "POST") }
        return response
    }
}
