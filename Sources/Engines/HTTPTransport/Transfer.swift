import CCurl
import Synchronization
import WireFormats

/// One request of the client on its way. The loop's thread owns everything but the continuation.
final class Transfer: Sendable {
    typealias Outcome = Result<HTTPClientResponse, HTTPTransportError>

    struct State {
        var continuation: CheckedContinuation<Outcome, Never>?
        var response = HTTPClientResponse(status: 0, headers: [:], body: [])
        var headBytes = 0
        var isTooLarge = false
        var refusedAddress: NetworkAddress?
    }

    /// All lines of all heads of a response; libcurl itself allows a line 100 KB.
    private static let headBytesMax = 256 << 10

    let request: HTTPClientRequest
    private let state = Mutex(State())

    init(_ request: HTTPClientRequest) { self.request = request }

    func expect(_ continuation: CheckedContinuation<Outcome, Never>) { state.withLock { $0.continuation = continuation } }

    /// The first end counts.
    func end(_ outcome: Outcome) {
        let continuation = state.withLock { state in
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume(returning: outcome)
    }

    func end(_ code: HTTPTransportError.Code, _ why: String) {
        end(.failure(HTTPTransportError(code: code, message: "cannot send \(request.method) to \(Self.place(in: request.url)): \(why)")))
    }

    func end(_ outcome: gw_curl_outcome, _ why: String) {
        let (response, isTooLarge, address) = state.withLock { ($0.response, $0.isTooLarge, $0.refusedAddress) }
        switch outcome {
        case gw_curl_done: end(.success(response))
        case gw_curl_invalid: end(.invalidRequest, why)
        case gw_curl_unresolved: end(.unresolved, why)
        case gw_curl_address_refused: end(.addressRefused, "\(address.map(\.description) ?? "its address") is not allowed")
        case gw_curl_unconnected: end(.connectionFailed, why)
        case gw_curl_timed_out: end(.timedOut, why)
        case gw_curl_tls: end(.tls, why)
        case gw_curl_stopped where isTooLarge: end(.responseTooLarge, "its answer is larger than \(request.responseBytesMax) bytes")
        case gw_curl_no_memory: end(.resources, "out of memory")
        default: end(.interrupted, why)
        }
    }

    // MARK: Called by the loop

    func refused(_ address: NetworkAddress) { state.withLock { $0.refusedAddress = address } }

    func take(line: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            state.headBytes += line.count
            guard state.headBytes <= Self.headBytesMax else {
                state.isTooLarge = true
                return false
            }
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("HTTP/") {        // also after an interim response
                state.response.status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
                state.response.headers = [:]
            } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
                let value = text[text.utf8.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                state.response.headers.add(String(text[..<colon]), String(value.trimmedEnd))
            }
            return true
        }
    }

    func take(body: UnsafeRawBufferPointer) -> Bool {
        state.withLock { state in
            guard body.count <= request.responseBytesMax - state.response.body.count else {
                state.isTooLarge = true
                return false
            }
            state.response.body.append(contentsOf: body)
            return true
        }
    }

    /// Scheme and host of a URL; the rest may hold secrets, and so may what stands before the host.
    private static func place(in url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "a URL without a scheme" }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return String(url[..<scheme.upperBound]) + (authority.split(separator: "@").last ?? "")
    }
}

extension Substring {
    fileprivate var trimmedEnd: Substring {
        var text = self
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
