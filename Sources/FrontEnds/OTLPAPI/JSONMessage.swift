import Bytes
import WireFormats

/// Protobuf's JSON, as OTLP restricts it, into protobuf: then there is one decoder of what it means.
///
///     let message = try JSONMessage.protobuf(body, of: .exportTraceRequest)
///
/// Source: OTLP specification 1.x, "JSON Protobuf Encoding": keys in lowerCamelCase only, trace and span ids in hexadecimal, other bytes in
/// base64, enumerations as numbers, 64-bit integers as texts or numbers, unknown keys ignored.
enum JSONMessage {
    /// - Throws: 400 with the path of what is wrong.
    static func protobuf(_ text: [UInt8], of shape: JSONShape) throws(OTLPError) -> [UInt8] {
        let document: WireDocument
        do throws(WireError) { document = try WireDocument(json: text) } catch { throw OTLPError(error) }
        do throws(Invalid) {
            var writer = ProtobufWriter()
            try append(document.root, of: shape, to: &writer)
            return writer.bytes
        } catch { throw OTLPError(400, .invalidArgument, "cannot read \(error.path.isEmpty ? "the request" : error.path): \(error.reason)") }
    }

    struct Invalid: Error {
        var path = ""
        let reason: String

        func within(_ step: String) -> Invalid {
            Invalid(path: path.isEmpty ? step : path.hasPrefix("[") ? step + path : step + "." + path, reason: reason)
        }
    }

    private static func append(_ node: WireNode, of shape: JSONShape, to writer: inout ProtobufWriter) throws(Invalid) {
        guard node.kind == .map else { throw Invalid(reason: "it must be an object") }
        for member in node.children {
            // Null stands for a field that is not there.
            guard !member.isNull, let field = shape.field(member) else { continue }
            do throws(Invalid) {
                if field.isRepeated {
                    try append(elementsOf: member, field, to: &writer)
                } else {
                    try append(member, field, to: &writer)
                }
            } catch { throw error.within(member.key) }
        }
    }

    private static func append(elementsOf list: WireNode, _ field: JSONShape.Field, to writer: inout ProtobufWriter) throws(Invalid) {
        guard list.kind == .list else { throw Invalid(reason: "it must be an array") }
        for (index, element) in list.children.enumerated() {
            do throws(Invalid) { try append(element, field, to: &writer) } catch { throw error.within("[\(index)]") }
        }
    }

    private static func append(_ node: WireNode, _ field: JSONShape.Field, to writer: inout ProtobufWriter) throws(Invalid) {
        switch field.type {
        case .message(let shape):
            var message = ProtobufWriter()
            try append(node, of: shape(), to: &message)
            writer.append(field.number, message.bytes)
        case .text: writer.append(field.number, text: try read(node, "a text") { $0.text })
        case .id: writer.append(field.number, try read(node, "hexadecimal digits") { $0.text.flatMap { Hex.decode($0) } })
        case .bytes: writer.append(field.number, try read(node, "base64") { $0.text.flatMap { Base64.decode($0) } })
        case .bool: writer.append(field.number, varint: try read(node, "true or false") { $0.bool } ? 1 : 0)
        case .number: writer.append(field.number, varint: try read(node, "a number from 0 to 4294967295", unsigned(max: UInt64(UInt32.max))))
        case .fixed32:
            writer.append(
                field.number, fixed32: UInt32(try read(node, "a number from 0 to 4294967295", unsigned(max: UInt64(UInt32.max)))))
        case .integer: writer.append(field.number, varint: UInt64(bitPattern: try read(node, "a 64-bit integer", signed)))
        case .fixed64: writer.append(field.number, fixed64: try read(node, "an unsigned 64-bit integer", unsigned(max: .max)))
        case .double: writer.append(field.number, double: try read(node, "a number", double))
        }
    }

    private static func read<Value>(_ node: WireNode, _ what: String, _ value: (WireNode) -> Value?) throws(Invalid) -> Value {
        guard let value = value(node) else { throw Invalid(reason: "it must be \(what)") }
        return value
    }

    private static func signed(_ node: WireNode) -> Int64? {
        node.kind == .text ? node.text.flatMap { Int64($0) } : node.integer
    }

    private static func unsigned(max: UInt64) -> (WireNode) -> UInt64? {
        { node in
            let value = node.kind == .text ? node.text.flatMap { UInt64($0) } : node.integer.flatMap { UInt64(exactly: $0) } ?? large(node)
            return value.flatMap { $0 <= max ? $0 : nil }
        }
    }

    /// A number past Int64, which JSON's reader has as a double.
    private static func large(_ node: WireNode) -> UInt64? { node.kind == .double ? node.double.flatMap { UInt64(exactly: $0) } : nil }

    private static func double(_ node: WireNode) -> Double? {
        node.double ?? node.text.flatMap { Double($0) }
    }
}
