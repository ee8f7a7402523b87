import Bytes
import WireFormats

/// A request as the bytes that are sent.
struct Request: Sendable {
    let bytes: [UInt8]

    init(get path: String) { bytes = Array("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8) }

    init(post path: String, _ headers: [(String, String)], body: [UInt8]) {
        var head = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        bytes = Array((head + "\r\n").utf8) + body
    }

    // MARK: AWS calls, in the form that SDKs send them

    static func cloudWatch(_ operation: String, _ input: WireValue) -> Request {
        json("monitoring", "GraniteServiceVersion20100801.\(operation)", "1.0", input)
    }

    /// Compressed, as SDKs send what is over 10 KB.
    static func cloudWatchGzip(_ operation: String, _ input: WireValue) -> Request {
        json("monitoring", "GraniteServiceVersion20100801.\(operation)", "1.0", input, isCompressed: true)
    }

    static func cloudWatchCBOR(_ operation: String, _ input: WireValue) -> Request {
        let headers = [
            ("Content-Type", "application/cbor"), ("Accept", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor"),
            authorization("monitoring"),
        ]
        return Request(
            post: "/service/GraniteServiceVersion20100801/operation/\(operation)", headers, body: CBOR.encode(input))
    }

    static func logs(_ operation: String, _ input: WireValue) -> Request { json("logs", "Logs_20140328.\(operation)", "1.1", input) }

    /// Newline-delimited JSON, as plain shippers post it.
    static func logLines(_ group: String, _ body: [UInt8]) -> Request {
        Request(
            post: "/ingest/logs?group=\(group)&stream=service,host&time=timestamp", [("Content-Type", "application/x-ndjson")], body: body)
    }

    /// - Parameter path: `/TraceSegments` and so on; X-Ray has a path for each operation.
    static func xray(_ path: String, _ input: WireValue) -> Request {
        Request(post: path, [("Content-Type", "application/json"), authorization("xray")], body: JSON.encode(input))
    }

    private static func json(
        _ service: String, _ target: String, _ version: String, _ input: WireValue, isCompressed: Bool = false
    ) -> Request {
        let headers = [("Content-Type", "application/x-amz-json-\(version)"), ("X-Amz-Target", target), authorization(service)]
        let body = JSON.encode(input)
        guard isCompressed else { return Request(post: "/", headers, body: body) }
        return Request(post: "/", headers + [("Content-Encoding", "gzip")], body: Gzip.compress(body))
    }

    /// The shape of a signature: it names the service. A server that asks nobody for credentials does not check the rest.
    private static func authorization(_ service: String) -> (String, String) {
        let scope = "test/20260101/us-east-1/\(service)/aws4_request"
        let signature = String(repeating: "0", count: 64)
        return ("Authorization", "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host;x-amz-date, Signature=\(signature)")
    }
}

struct Response: Sendable {
    let status: Int
    let body: [UInt8]

    /// The body, decoded. - Throws: `.answer` when it is no JSON.
    var json: WireDocument {
        get throws {
            do { return try WireDocument(json: body) } catch {
                throw BenchmarkError(.answer, "cannot read an answer: \(error)")
            }
        }
    }

    var wholeText: String { String(decoding: body, as: UTF8.self) }
    /// Its beginning, for messages.
    var text: String { String(decoding: body.prefix(500), as: UTF8.self) }

    /// The server wants to be asked again later.
    var isThrottling: Bool { status == 429 || status == 503 || (status == 400 && text.contains("Throttling")) }
}
