import AWSProtocol
import Access
import CloudWatchAPI
import ConsoleAPI
import HTTPTransport
import LogsAPI
import Notifications
import OTLPAPI
import Platform
import PrometheusAPI
import SignalModel
import WebConsole
import WireFormats

/// The one port that speaks every HTTP protocol: guards first, then what everybody may see, then what needs credentials where the
/// server asks for them.
struct EdgeDoor: Sendable {
    /// The largest body that any of its protocols takes.
    static let bodyBytesMax = 64 << 20

    /// A body of more than this is read only for who may be believed by the head alone.
    private static let strangersBodyBytesMax = 1 << 20
    /// Memory for each byte of a body: the body itself, and what decoding makes of it.
    private static let bytesForEach = 2

    let hostGuard: HostGuard
    let gate: Gate
    let time: any TimeSource
    let health: HealthReport
    let figures: FiguresPage
    let console: Console
    let session: SessionAPI
    let live: LiveAPI
    let deliveries: DeliveriesAPI
    let prometheus: PrometheusAPI
    let lines: JSONLinesDoor
    let otlp: OTLPAPI
    let preview: AlarmPreview
    let quotas: QuotasPage
    let aws: AWSDispatcher
    /// What bodies in flight may hold together.
    let memory: MemoryBudget
    /// The certificate, in PEM, of the key that signs what we send to subscribers.
    let certificate: @Sendable () async throws -> String

    func admit(_ head: HTTPRequestHead, contentLength: Int?) -> HTTPServer.Admission {
        if let refusal = hostGuard.refusal(of: head, asksForCredentials: gate.credentials.isGuarded) { return .refuse(refusal) }
        if contentLength ?? .max > Self.strangersBodyBytesMax, !gate.mayBelieve(head, now: now) { return .refuse(HTTPResponse(.unknownKey)) }
        return .accept()
    }

    func answer(_ head: HTTPRequestHead, _ body: HTTPBody) async -> HTTPResponse {
        if let page = await page(head) { return page }
        do {
            let reservation = try memory.reserve(0)
            defer { reservation.release() }
            let bytes = try await body.collect(limit: Self.bodyBytesMax, reserving: Self.bytesForEach, in: reservation)
            return await understood(head, bytes) ?? Self.text(404, "cannot find \(head.path)")
        } catch is MemoryBudget.Exhausted {
            return refusal(of: head)
        } catch let error as HTTPTransportError where error.code == .bodyTooLarge {
            return Self.text(413, error.message)
        } catch {
            return Self.text(400, "cannot read the request's body")
        }
    }

    private var now: Timestamp { Timestamp(nanoseconds: time.wallNanoseconds) }

    /// Who an AWS call is from its dispatcher asks, since it must be told in the protocol's own words. Everybody else is asked here, before
    /// any other door sees the request.
    private func understood(_ head: HTTPRequestHead, _ body: [UInt8]) async -> HTTPResponse? {
        if aws.isAddressed(by: head) { return await aws.handle(head, body: body) }
        if let answer = await session.answer(head, body: body) { return answer }
        let caller: Caller
        let permitted: HTTPRequestHead
        do throws(AccessFault) {
            caller = try gate.caller(of: head, body: body, subject: nil, now: now)
            permitted = try OpenProtocols.permitted(head, to: caller)
        } catch {
            if head.path.hasPrefix(ConsoleAnswer.paths) { return ConsoleAnswer.fault(error) }
            let isPages = head.headers["Sec-Fetch-Mode"].map { $0 != "navigate" } ?? false
            return HTTPResponse(error, challenges: !isPages)
        }
        if permitted.path == "/metrics", permitted.method == "GET" || permitted.method == "HEAD" { return figures.response }
        if let answer = await live.answer(permitted, body: body, caller: caller) { return answer }
        if let answer = await deliveries.answer(permitted, body: body, caller: caller) { return answer }
        if let answer = await preview.answer(permitted, body: body, caller: caller) { return answer }
        if let answer = await quotas.answer(permitted, body: body, caller: caller) { return answer }
        if let answer = await prometheus.answer(permitted, body: body) { return answer }
        if let answer = await lines.answer(permitted, body: body) { return answer }
        if let answer = await otlp.answer(permitted, body: body) { return answer }
        return await aws.handle(head, body: body)
    }

    /// In the caller's own protocol, so that its retries understand it.
    private func refusal(of head: HTTPRequestHead) -> HTTPResponse {
        let why = "cannot take the request now: memory for requests is used up, try again"
        var refusal = aws.refusal(of: head, why) ?? Self.text(429, why)
        refusal.headers.set("Retry-After", "1")
        return refusal
    }

    /// What everybody may see.
    private func page(_ head: HTTPRequestHead) async -> HTTPResponse? {
        if let answer = await health.response(to: head, showsReasons: !gate.credentials.isGuarded) { return answer }
        if let answer = console.response(to: head) { return answer }
        if let answer = LanguageTables.response(to: head) { return answer }
        guard head.method == "GET" || head.method == "HEAD" else { return nil }
        switch head.path {
        case SigningIdentity.certificatePath: return await certificatePage()
        case "/" where head.query.isEmpty && head.headers["Authorization"] == nil:
            return HTTPResponse(status: 302, headers: ["Location": "/ui/"])
        default: return nil
        }
    }

    private func certificatePage() async -> HTTPResponse {
        do {
            return HTTPResponse(status: 200, contentType: "application/x-pem-file", Array(try await certificate().utf8))
        } catch {
            return Self.text(503, "cannot show the certificate now")
        }
    }

    private static func text(_ status: Int, _ message: String) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", Array((message + "\n").utf8))
    }
}
