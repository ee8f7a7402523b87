import Bytes
import SignalModel
import WireFormats

/// Why a request was not taken: an HTTP status, and a `google.rpc.Status` in the request's own encoding.
/// Source: OTLP specification 1.x, "OTLP/HTTP Response". Senders retry 429, 502, 503 and 504 only.
struct OTLPError: Error, Sendable {
    /// Of `google.rpc.Code`.
    enum Code: Int64, Sendable {
        case invalidArgument = 3, resourceExhausted = 8, unimplemented = 12, `internal` = 13, unavailable = 14
    }

    let status: Int
    let code: Code
    /// "cannot <verb> <thing>: <why>"
    let message: String

    init(_ status: Int, _ code: Code, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    init(_ error: WireError) { self.init(400, .invalidArgument, error.description) }

    init(_ error: BytesError) {
        if error.code == .tooLarge { self = .tooLarge(error.message) } else { self.init(400, .invalidArgument, error.message) }
    }

    init(_ error: StorageError) {
        switch error.code {
        case .busy, .budget: self.init(429, .resourceExhausted, error.message)
        case .limit: self.init(413, .invalidArgument, error.message)
        case .closed, .noSpace, .inputOutput, .keyGone, .cancelled: self.init(503, .unavailable, error.message)
        case .corrupt: self.init(500, .internal, error.message)
        }
    }

    static func tooLarge(_ why: String) -> OTLPError {
        OTLPError(413, .invalidArgument, "cannot take the request: \(why), and \(Limits.messageBytesMax) bytes unpacked are the limit")
    }

    func response(in encoding: OTLPEncoding) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: encoding.contentType, body(encoding))
        if status == 429 || status == 503 { response.headers.set("Retry-After", "1") }
        if status == 405 { response.headers.set("Allow", "POST") }
        return response
    }

    /// google.rpc.Status {code=1 message=2 details*=3}
    private func body(_ encoding: OTLPEncoding) -> [UInt8] {
        switch encoding {
        case .json: return JSON.encode(["code": .integer(code.rawValue), "message": .text(message)])
        case .protobuf:
            var writer = ProtobufWriter()
            writer.append(1, varint: UInt64(code.rawValue))
            writer.append(2, text: message)
            return writer.bytes
        }
    }
}
