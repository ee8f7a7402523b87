import AWSProtocol
import HTTPTransport
import SignalModel
import WireFormats

/// The server that a command asks, and for whom.
struct ServerTarget: Sendable {
    static let options: Set<String> = ["--server", "--account", "--region"]

    private static let defaultEndpoint = "http://127.0.0.1:4566"
    private static let defaultAccount = "000000000000"

    private var endpoint: Endpoint
    private let environment: [String: String]
    /// Named on the command line: for a server that asks nobody.
    private var account: String?
    private var region = "us-east-1"

    /// - Parameter environment: where the key is that requests are signed with, as for AWS's own clients.
    init(environment: [String: String]) {
        guard let endpoint = Endpoint(Self.defaultEndpoint) else { preconditionFailure("the default is an address") }
        self.endpoint = endpoint
        self.environment = environment
    }

    /// - Parameter option: one of `options`.
    mutating func set(_ option: String, _ value: String) throws(DrillError) {
        switch option {
        case "--server":
            guard let endpoint = Endpoint(value) else { throw DrillError("cannot read --server: \"\(value)\" is no address such as \(Self.defaultEndpoint)") }
            self.endpoint = endpoint
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
    /// - Throws: when a key is named whose secret is not there.
    func request(_ method: String, _ path: String, body: [UInt8]?, now: Int64) throws(DrillError) -> HTTPClientRequest {
        var head = HTTPRequestHead(method: method, path: path, headers: ["Content-Type": "application/json", "Host": endpoint.authority])
        SignatureV4(credentials: try credentials(), region: region, service: "monitoring").sign(&head, body: body ?? [], at: Timestamp(nanoseconds: now))
        return HTTPClientRequest(
            method: method, url: endpoint.url(path), headers: head.headers, body: body, totalSecondsMax: 120, responseBytesMax: 64 << 20)
    }

    private func credentials() throws(DrillError) -> SigningCredentials {
        do throws(SigningCredentials.MissingSecret) {
            if account == nil, let credentials = try SigningCredentials(environment: environment) { return credentials }
        } catch { throw DrillError(error.message) }
        // Where nobody is asked, twelve digits for a key name the account, and the signature is not looked at.
        let account = account ?? Self.defaultAccount
        return SigningCredentials(accessKeyID: account, secretAccessKey: account)
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
