import AWSProtocol
import HTTPTransport
import Platform
import SignalModel
import Synchronization
import WireFormats

/// A small AWS client: signs calls, sends them, and tries again what a restarting or busy server did not take.
///
///     let client = AWSClient(endpoint: endpoint, credentials: credentials, http: try HTTPClient(), time: SystemTime(), say: say)
///     let answer = try await client.send(.logs("CreateLogGroup", ["logGroupName": "/aws/lambda/eventpro-checkout"]))
final class AWSClient: Sendable {
    /// Seconds between tries; the last one repeats for as long as the server stays away.
    private static let pauses = [0.2, 0.5, 1, 2, 5]

    let endpoint: Endpoint
    private let credentials: SigningCredentials
    private let http: HTTPClient
    private let time: any TimeSource
    private let say: @Sendable (String) -> Void
    private let callSecondsMax: Double
    /// Whether the server was away at the last try, so that its going and its coming back are each said once.
    private let isAway = Mutex(false)

    init(
        endpoint: Endpoint, credentials: SigningCredentials, http: HTTPClient, time: any TimeSource, callSecondsMax: Double = 30,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.callSecondsMax = callSecondsMax
        self.endpoint = endpoint
        self.credentials = credentials
        self.http = http
        self.time = time
        self.say = say
    }

    /// Sends until the server takes or refuses the call.
    /// - Throws: `.refused` with the service's error code, `CancellationError` when the task is cancelled meanwhile.
    @discardableResult
    func send(_ call: AWSCall) async throws -> AWSAnswer {
        var tries = 0
        while true {
            do throws(DemonstrationError) {
                return try await sendOnce(call)
            } catch {
                guard error.code == .unavailable else { throw error }
                try Task.checkCancellation()
                noteAway(error)
                let pause = Self.pauses[min(tries, Self.pauses.count - 1)]
                tries += 1
                try await time.sleep(untilWall: time.wallNanoseconds + Int64(pause * 1e9))
            }
        }
    }

    /// - Throws: `.unavailable` when another try may help, `.refused` when not.
    func sendOnce(_ call: AWSCall) async throws(DemonstrationError) -> AWSAnswer {
        let answer: AWSAnswer
        do throws(HTTPTransportError) {
            let response = try await http.send(request(for: call))
            answer = AWSAnswer(status: response.status, headers: response.headers, body: response.body)
        } catch {
            throw DemonstrationError(code: .unavailable, message: error.message, cause: error)
        }
        guard !answer.isWorthAnotherTry else {
            throw DemonstrationError(
                code: .unavailable, message: "cannot call \(call.operation): the server answered \(answer.status) \(answer.errorCode)")
        }
        noteHere()
        guard answer.isSuccess else {
            throw DemonstrationError(
                code: .refused(reason: answer.errorCode),
                message: "cannot call \(call.operation): \(answer.errorCode) \(answer.errorMessage)")
        }
        return answer
    }

    func request(for call: AWSCall) -> HTTPClientRequest {
        var head = HTTPRequestHead(method: "POST", path: call.path, headers: call.headers)
        head.headers.set("Host", endpoint.authority)
        let signature = SignatureV4(credentials: credentials, region: EventPro.region, service: call.service)
        signature.sign(&head, body: call.body, at: Timestamp(nanoseconds: time.wallNanoseconds))
        var request = HTTPClientRequest(method: head.method, url: endpoint.url(call.path), headers: head.headers, body: call.body)
        request.totalSecondsMax = callSecondsMax
        request.responseBytesMax = 8 << 20
        return request
    }

    private func noteAway(_ error: DemonstrationError) {
        let isNew = isAway.withLock { wasAway in
            defer { wasAway = true }
            return !wasAway
        }
        if isNew { say("\(error.message); trying again until it can be reached") }
    }

    private func noteHere() {
        let wasAway = isAway.withLock { wasAway in
            defer { wasAway = false }
            return wasAway
        }
        if wasAway { say("the server is back") }
    }
}
