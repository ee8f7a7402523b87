import HTTPTransport
import Platform
import WireFormats

/// The server that a command asks, and for whom.
struct ServerTarget: Sendable {
    static let options: Set<String> = ["--server", "--account", "--region"]

    private(set) var url = "http://127.0.0.1:4566"
    private(set) var account = "000000000000"
    private(set) var region = "us-east-1"

    /// - Parameter option: one of `options`.
    mutating func set(_ option: String, _ value: String) throws(DrillError) {
        switch option {
        case "--server": url = value.hasSuffix("/") ? String(value.dropLast()) : value
        case "--account":
            guard value.utf8.count == 12, value.utf8.allSatisfy({ $0 &- 48 < 10 }) else {
                throw DrillError("cannot read --account: \"\(value)\" has not twelve digits")
            }
            account = value
        default:
            guard !value.isEmpty, value.utf8.allSatisfy({ $0 == 45 || $0 &- 48 < 10 || $0 &- 97 < 26 }) else {
                throw DrillError("cannot read --region: \"\(value)\" is no region")
            }
            region = value
        }
    }

    /// - Parameter now: UTC nanoseconds.
    func request(_ method: String, _ path: String, body: [UInt8]?, now: Int64) -> HTTPClientRequest {
        let day = UTCText.milliseconds(now).prefix(10).filter { $0 != "-" }
        let scope = "\(account)/\(day)/\(region)/monitoring/aws4_request"
        return HTTPClientRequest(
            method: method, url: url + path,
            headers: [
                "Content-Type": "application/json",
                "Authorization": "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0",
            ], body: body, totalSecondsMax: 120, responseBytesMax: 64 << 20)
    }

    /// - Returns: the body of a 200.
    func answer(to request: HTTPClientRequest) async throws(DrillError) -> [UInt8] {
        let response: HTTPClientResponse
        do throws(HTTPTransportError) {
            let client = try HTTPClient()
            response = try await client.send(request)
            await client.close()
        } catch { throw DrillError("cannot ask \(request.url): \(error.message)") }
        guard response.status == 200 else {
            var why = "it answered \(response.status)"
            if let document = try? WireDocument(json: response.body), let text = document.root["message"]?.text { why = text }      // else the status has to do
            throw DrillError("cannot ask \(request.url): \(why)")
        }
        return response.body
    }
}
