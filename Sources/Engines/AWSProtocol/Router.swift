// Which service, operation and protocol a request means. All services share one address.

import WireFormats

/// What a request asks for, before anyone has looked whether it exists.
struct Call: Sendable {
    /// Nil when no service of ours answers to the name in the request.
    var service: APIService?
    var operation: String
    var dialect: Dialect
    /// A query call's parameters, decoded already to find its action.
    var form: WireDocument?
}

struct Router: Sendable {
    private let services: [APIService]
    private let operations: [String: any APIOperation]

    /// - Precondition: within a service each operation's name is there once.
    init(_ services: [APIService]) {
        self.services = services
        let named = services.flatMap { service in service.operations.map { (Self.key(service, type(of: $0).name), $0) } }
        operations = Dictionary(named) { _, _ in preconditionFailure("an operation is listed twice") }
    }

    private static func key(_ service: APIService, _ operation: String) -> String { "\(service.signingName).\(operation)" }

    func operation(of call: Call) -> (any APIOperation)? {
        call.service.flatMap { operations[Self.key($0, call.operation)] }
    }

    /// A target, a protocol's mark, a path that is AWS', or the root, where query calls go.
    func isAddressed(by head: HTTPRequestHead) -> Bool {
        head.headers["X-Amz-Target"] != nil || head.headers["smithy-protocol"] != nil || head.path == "/"
            || head.method == "POST" && services.contains { $0.routes[head.path] != nil }
    }

    // MARK: By header and path

    /// The order is that of the clients' habits: target header, cbor path, then REST paths. Query calls carry their
    /// operation in the body, so they come last and through `queryCall`.
    func call(_ head: HTTPRequestHead, scope: CredentialScope?) -> Call? {
        targetCall(head) ?? cborCall(head) ?? restCall(head, scope: scope)
    }

    /// `X-Amz-Target: Prefix.Operation`
    private func targetCall(_ head: HTTPRequestHead) -> Call? {
        guard let target = head.headers["X-Amz-Target"] else { return nil }
        let dot = target.lastIndex(of: ".") ?? target.startIndex
        let prefix = String(target[..<dot])
        let service = services.first { $0.targetPrefix == prefix }
        let sent: WireProtocol? =
            switch head.headers["Content-Type"]?.prefix(while: { $0 != ";" }) {
            case "application/x-amz-json-1.0": .json10
            case "application/x-amz-json-1.1": .json11
            default: nil
            }
        let usual: WireProtocol = service?.protocols.contains(.json10) ?? false ? .json10 : .json11
        return Call(
            service: service, operation: String(target[dot...].drop(while: { $0 == "." })),
            dialect: dialect(sent ?? usual, service, head))
    }

    /// `/service/{name}/operation/{operation}` with `smithy-protocol: rpc-v2-cbor`
    private func cborCall(_ head: HTTPRequestHead) -> Call? {
        guard head.headers["smithy-protocol"] == "rpc-v2-cbor" else { return nil }
        let parts = head.path.split(separator: "/").suffix(4).map(String.init)
        guard parts.count == 4, parts[0] == "service", parts[2] == "operation" else { return nil }
        let service = services.first { $0.cborName == parts[1] }
        return Call(service: service, operation: parts[3], dialect: dialect(.cbor, service, head))
    }

    /// A known POST path, unsigned or signed for its service; or any other path signed for a service that has only such.
    private func restCall(_ head: HTTPRequestHead, scope: CredentialScope?) -> Call? {
        for service in services where service.protocols.contains(.restJSON) {
            guard scope == nil || scope?.service == service.signingName else { continue }
            if head.method == "POST", let operation = service.routes[head.path] {
                return Call(service: service, operation: operation, dialect: dialect(.restJSON, service, head))
            }
            if scope != nil {
                return Call(service: service, operation: "\(head.method) \(head.path)", dialect: dialect(.restJSON, service, head))
            }
        }
        return nil
    }

    // MARK: By parameters

    /// Whether the parameters of a query call would be in the body.
    static func hasFormBody(_ head: HTTPRequestHead) -> Bool {
        head.method == "POST" && (head.headers["Content-Type"] ?? "").lowercased().hasPrefix("application/x-www-form-urlencoded")
    }

    /// - Returns: nil when the parameters name no action.
    func queryCall(_ head: HTTPRequestHead, form: WireDocument, scope: CredentialScope?) -> Call? {
        guard let action = form.root["Action"]?.text else { return nil }
        let version = form.root["Version"]?.text
        let candidates = services.filter { $0.protocols.contains(.query) }
        let service =
            candidates.first { $0.signingName == scope?.service }
            ?? candidates.first { $0.version == version }
            // Addresses that we hand out (a subscription's confirmation) are unsigned and carry no version.
            ?? (version == nil ? candidates.first { operations[Self.key($0, action)] != nil } : nil)
        return Call(service: service, operation: action, dialect: dialect(.query, service, head), form: form)
    }

    /// How to answer a request whose parameters cannot be read.
    func queryDialect(_ head: HTTPRequestHead, scope: CredentialScope?) -> Dialect {
        dialect(.query, services.first { $0.signingName == scope?.service }, head)
    }

    private func dialect(_ wireProtocol: WireProtocol, _ service: APIService?, _ head: HTTPRequestHead) -> Dialect {
        Dialect(
            wireProtocol: wireProtocol, xmlNamespace: service?.xmlNamespace, errorNamespace: service?.errorNamespace,
            isQueryMode: head.headers["x-amzn-query-mode"] == "true")
    }
}
