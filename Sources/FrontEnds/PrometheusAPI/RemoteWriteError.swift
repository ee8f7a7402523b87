import Bytes
import SignalModel
import WireFormats

/// Why a write request was not taken: what the sender is told, and how.
struct RemoteWriteError: Error, Sendable {
    /// Senders retry 429 and 5xx, and give up on other statuses.
    let status: Int
    /// "cannot <verb> <thing>: <why>"
    let message: String

    init(status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: WireError) { self.init(status: 400, error.description) }

    init(_ error: BytesError) { self.init(status: error.code == .tooLarge ? 413 : 400, error.message) }

    init(_ error: StorageError) {
        let status =
            switch error.code {
            case .busy, .limit, .budget: 429
            case .closed, .noSpace, .inputOutput, .keyGone, .cancelled: 503
            case .corrupt: 500
            }
        self.init(status: status, error.message)
    }

    var response: HTTPResponse {
        var response = HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", Array((message + "\n").utf8))
        if status == 429 || status == 503 { response.headers.set("Retry-After", "1") }
        if status == 405 { response.headers.set("Allow", "POST") }
        return response
    }
}
