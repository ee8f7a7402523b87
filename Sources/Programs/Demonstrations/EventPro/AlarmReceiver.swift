import HTTPTransport
import Platform
import WireFormats

/// The operators' pager: an HTTP endpoint on loopback that confirms its subscription and says each alarm in one line.
struct AlarmReceiver: Sendable {
    static let path = "/eventpro-alarms"
    /// Kept from run to run, so that a server that remembers the subscription reaches the next run too.
    private static let usualPort: UInt16 = 4577
    private static let bodyBytesMax = 300 << 10

    private let server: HTTPServer

    var url: String { "http://127.0.0.1:\(server.port)\(Self.path)" }

    /// - Parameter visit: gets the address that confirms; nothing but the server's own is handed on.
    /// - Throws: `.machine` when no port of loopback can be had.
    init(
        endpoint: Endpoint, time: any TimeSource, say: @escaping @Sendable (String) -> Void,
        visit: @escaping @Sendable (String) async -> Void
    ) throws(DemonstrationError) {
        do throws(HTTPTransportError) {
            server = try Self.server(time) { head, body in
                await Self.handle(head, body, endpoint, say, visit)
            }
        } catch {
            throw DemonstrationError(code: .machine, message: error.message, cause: error)
        }
    }

    func close() async { await server.closeNow() }

    private static func server(_ time: any TimeSource, _ handle: @escaping HTTPServer.Handle) throws(HTTPTransportError) -> HTTPServer {
        do throws(HTTPTransportError) {
            return try HTTPServer(.init(host: "127.0.0.1", port: usualPort), time: time, handle: handle)
        } catch {
            guard error.code == .addressInUse else { throw error }
            return try HTTPServer(.init(host: "127.0.0.1", port: 0), time: time, handle: handle)
        }
    }

    private static func handle(
        _ head: HTTPRequestHead, _ body: HTTPBody, _ endpoint: Endpoint, _ say: @Sendable (String) -> Void,
        _ visit: @Sendable (String) async -> Void
    ) async -> HTTPResponse {
        guard head.method == "POST", head.path == path else { return HTTPResponse(status: 404) }
        do {
            let message = try WireDocument(json: try await body.collect(limit: bodyBytesMax)).root
            switch message["Type"]?.text {
            case "SubscriptionConfirmation":
                guard let url = message["SubscribeURL"]?.text, url.hasPrefix(endpoint.url("/")) else { return HTTPResponse(status: 400) }
                await visit(url)
            case "Notification": say(line(for: message))
            default: return HTTPResponse(status: 400)
            }
            return HTTPResponse(status: 200)
        } catch {
            return HTTPResponse(status: 400)  // not a message of SNS; whoever sent it is told so
        }
    }

    /// `ALARM eventpro-payment-failures (was OK): Threshold Crossed: …`
    static func line(for message: WireNode) -> String {
        guard let text = message["Message"]?.text, let alarm = try? WireDocument(json: Array(text.utf8)).root,  // else it is shown as it is
            let name = alarm["AlarmName"]?.text, let state = alarm["NewStateValue"]?.text
        else { return "alert: \(printable(message["Subject"]?.text ?? message["Message"]?.text ?? ""))" }
        let old = alarm["OldStateValue"]?.text ?? "?", reason = alarm["NewStateReason"]?.text ?? ""
        return printable("\(state) \(name) (was \(old)): \(reason)")
    }

    /// One line of a terminal, whatever was sent.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(1000).map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
