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
        var writer = AttributeWriter()
        for annotation in span["annotations"]?.children ?? .none {
            switch annotation.kind {
            case .bool: annotation.bool.map { writer.append(annotation.key, .bool($0)) }
            case .integer: annotation.integer.map { writer.append(annotation.key, .integer($0)) }
            case .double: annotation.double.map { writer.append(annotation.key, .double($0)) }
            case .text: annotation.text.map { writer.append(annotation.key, text: $0) }
            default: break      // X-Ray indexes texts, numbers and booleans
            }
        }
        for (path, name) in texts {
            if let text = member(path, of: span)?.text { writer.append(name, text: text) }
        }
        if let status = member(["http", "response", "status"], of: span)?.integer { writer.append("http.response.status_code", .integer(status)) }
        return writer.fields
    }

    static func kind(of subsegment: WireNode) -> SpanKind {
        guard let namespace = subsegment["namespace"] else { return .inner }
        return namespace.isText("aws") || namespace.isText("remote") ? .client : .inner
    }

    private static func member(_ path: [String], of node: WireNode) -> WireNode? {
        path.reduce(node as WireNode?) { $0?.member(named: $1) }
    }
}

/// Writes the attribute fields of a Span message.
struct AttributeWriter {
    private var writer = ProtobufWriter()

    var fields: [UInt8] { writer.bytes }

    mutating func append(_ key: String, text: String) {
        var value = ProtobufWriter()
        value.append(1, text: text)
        append(key, value)
    }

    mutating func append(_ key: String, _ value: OTLPValue) {
        var message = ProtobufWriter()
        switch value {
        case .bool(let value): message.append(2, varint: value ? 1 : 0)
        case .integer(let value): message.append(3, varint: UInt64(bitPattern: value))
        case .double(let value): message.append(4, double: value)
        case .text(let text): message.append(1, text)
        case .none, .bytes, .list, .map: return
        }
        append(key, message)
    }

    private mutating func append(_ key: String, _ value: ProtobufWriter) {
        var pair = ProtobufWriter()
        pair.append(1, text: key)
        pair.append(2, value.bytes)
        writer.append(SpanMessage.attributes, pair.bytes)
    }
}
