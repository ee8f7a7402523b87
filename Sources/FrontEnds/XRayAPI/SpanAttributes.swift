import SignalModel
import WireFormats

/// What a segment or subsegment can be found by, as OpenTelemetry's attributes: annotations under their own names, the rest under the
/// names that OpenTelemetry has for it, so that one search finds spans of both protocols.
/// Source: opentelemetry-collector-contrib, the AWS X-Ray receiver's mapping; semantic conventions 1.27 for HTTP.
enum SpanAttributes {
    /// The document's texts, from the place where X-Ray has them.
    private static let texts: [(path: [String], name: String)] = [
        (["http", "request", "method"], "http.request.method"), (["http", "request", "url"], "url.full"),
        (["http", "request", "user_agent"], "user_agent.original"), (["http", "request", "client_ip"], "client.address"),
        (["user"], "enduser.id"), (["origin"], "aws.xray.origin"), (["aws", "operation"], "aws.operation"),
        (["aws", "region"], "aws.region"), (["aws", "table_name"], "aws.table_name"), (["aws", "queue_url"], "aws.queue_url"),
        (["sql", "database_type"], "db.system.name"),
    ]

    /// The attribute fields of a Span message.
    static func fields(of span: WireNode) -> [UInt8] {
        var writer = ProtobufWriter()
        for annotation in span["annotations"]?.children ?? .none {
            switch annotation.kind {
            case .bool: annotation.bool.map { writer.append(attribute: annotation.key.utf8, integer: $0 ? 1 : 0, isBool: true) }
            case .integer: annotation.integer.map { writer.append(attribute: annotation.key.utf8, integer: $0) }
            case .double: annotation.double.map { writer.append(attribute: annotation.key.utf8, bits: $0.bitPattern) }
            case .text: annotation.text.map { writer.append(attribute: annotation.key.utf8, text: $0.utf8) }
            default: break      // X-Ray indexes texts, numbers and booleans
            }
        }
        for (path, name) in texts {
            if let text = member(path, of: span)?.text { writer.append(attribute: name.utf8, text: text.utf8) }
        }
        if let status = member(["http", "response", "status"], of: span)?.integer { writer.append(attribute: "http.response.status_code".utf8, integer: status) }
        return writer.bytes
    }

    static func kind(of subsegment: WireNode) -> SpanKind {
        guard let namespace = subsegment["namespace"] else { return .inner }
        return namespace.isText("aws") || namespace.isText("remote") ? .client : .inner
    }

    private static func member(_ path: [String], of node: WireNode) -> WireNode? {
        path.reduce(node as WireNode?) { $0?.member(named: $1) }
    }
}
