package import AWSProtocol
package import WireFormats

/// How everything under `/api/ui/v1` answers: JSON; errors as `{"code": …, "message": …}`.
package enum ConsoleAnswer {
    package static let paths = "/api/ui/v1/"

    static func value(_ value: WireValue, status: Int = 200) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: "application/json", JSON.encode(value))
        response.headers.set("Cache-Control", "no-store")
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }

    static func error(_ status: Int, _ code: String, _ message: String) -> HTTPResponse {
        value(["code": .text(code), "message": .text(message)], status: status)
    }

    package static func fault(_ fault: AccessFault) -> HTTPResponse {
        switch fault {
        case .denied(let message): error(403, "AccessDenied", message)
        case .sessionOver, .missing: error(401, "SignInNeeded", "Sign in first.")
        default: error(401, "SignInNeeded", "These credentials are not valid.")
        }
    }

    /// - Throws: what to answer instead, to a body that is no JSON object of a reasonable size. Pages of other sites cannot send this type
    ///   without asking first.
    static func object(_ head: HTTPRequestHead, _ body: [UInt8]) throws(Refusal) -> WireNode {
        guard head.headers["Content-Type"]?.lowercased().hasPrefix("application/json") == true else {
            throw Refusal(response: error(415, "UnsupportedMediaType", "The body must be application/json."))
        }
        guard body.count <= 64 << 10 else { throw Refusal(response: error(413, "TooLarge", "The body must be smaller than 64 KB.")) }
        do throws(WireError) {
            let root = try WireDocument(json: body).root
            guard root.kind == .map else { throw WireError(code: .malformed, position: 0, message: "it is no object") }
            return root
        } catch {
            throw Refusal(response: ConsoleAnswer.error(400, "InvalidRequest", "The body cannot be read: \(error.message)"))
        }
    }

    struct Refusal: Error { let response: HTTPResponse }
}
