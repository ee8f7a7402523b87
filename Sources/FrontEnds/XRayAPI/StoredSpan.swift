import Columns
import SignalModel
import WireFormats

/// An OpenTelemetry span as the store has it, with its attributes as values.
struct StoredSpan {
    let row: SpanRow
    let service: String
    let name: String
    /// By key; of a key that comes twice the last counts.
    private(set) var attributes: [String: WireValue] = [:]
    private(set) var resource: [String: WireValue] = [:]
    private(set) var events: [Event] = []
    private(set) var links: [Link] = []
    private(set) var statusMessage = ""

    struct Event {
        var name = ""
        var attributes: [String: WireValue] = [:]
    }

    struct Link {
        var trace = TraceID(high: 0, low: 0)
        var span: UInt64 = 0
        var attributes: [String: WireValue] = [:]
    }

    /// - Throws: never for what a door has checked before it was stored.
    init(
        row: SpanRow, service: String, name: String, attributes: ArraySlice<UInt8>, details: ArraySlice<UInt8>, context: ArraySlice<UInt8>
    ) throws(WireError) {
        self.row = row
        self.service = service
        self.name = name
        self.attributes = try attributes.reading { raw throws(WireError) in
            try Self.values(in: ProtobufReader(raw), field: SpanMessage.attributes)
        }
        resource = try context.reading { raw throws(WireError) in
            try Self.values(in: ProtobufReader(try SpanContext.resource(of: raw)), field: SpanContext.resourceAttributes)
        }
        let rest = try details.reading { raw throws(WireError) in try Self.details(ProtobufReader(raw)) }
        events = rest.events
        links = rest.links
        statusMessage = rest.message
    }

    private static func details(
        _ message: ProtobufReader
    ) throws(WireError) -> (events: [Event], links: [Link], message: String) {
        var reader = message
        var result: (events: [Event], links: [Link], message: String) = ([], [], "")
        while let field = try reader.nextField() {
            switch field {
            case .init(SpanMessage.events, .bytes): result.events.append(try event(try reader.message()))
            case .init(SpanMessage.links, .bytes): result.links.append(try link(try reader.message()))
            case .init(SpanMessage.status, .bytes): result.message = try text(2, of: try reader.message())
            default: try reader.skip(field)
            }
        }
        return result
    }

    private static func event(_ message: ProtobufReader) throws(WireError) -> Event {
        Event(name: try text(2, of: message), attributes: try values(in: message, field: SpanMessage.eventAttributes))
    }

    private static func link(_ message: ProtobufReader) throws(WireError) -> Link {
        var link = Link(attributes: try values(in: message, field: SpanMessage.linkAttributes))
        var reader = message
        while let field = try reader.nextField() {
            switch field {
            case .init(1, .bytes):
                let bytes = try reader.bytes()
                if bytes.count == 16 { link.trace = TraceID(high: number(bytes.prefix(8)), low: number(bytes.suffix(8))) }
            case .init(2, .bytes): link.span = number(try reader.bytes().prefix(8))
            default: try reader.skip(field)
            }
        }
        return link
    }

    private static func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func text(_ number: UInt32, of message: ProtobufReader) throws(WireError) -> String {
        var reader = message
        var result = ""
        while let field = try reader.nextField() {
            if field == .init(number, .bytes) { result = String(decoding: try reader.bytes(), as: UTF8.self) } else { try reader.skip(field) }
        }
        return result
    }

    private static func values(in message: ProtobufReader, field: UInt32) throws(WireError) -> [String: WireValue] {
        var attributes = OTLPAttributes(message, field: field)
        var values: [String: WireValue] = [:]
        while let (key, value) = try attributes.next() { values[String(decoding: key, as: UTF8.self)] = try WireValue(value) }
        return values
    }
}

extension WireValue {
    /// - Throws: beyond the depth that doors let through too.
    fileprivate init(_ value: OTLPValue, depth: Int = 0) throws(WireError) {
        guard depth <= OTLPValue.depthMax else { throw WireError(code: .limit, position: 0, message: "cannot read an attribute: too deep") }
        switch value {
        case .none: self = .text("")
        case .text(let text): self = .text(String(decoding: text, as: UTF8.self))
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .double(let value): self = .double(value)
        case .bytes(let bytes): self = .blob(Array(bytes))
        case .list(let message):
            var reader = ProtobufReader(message)
            var elements: [WireValue] = []
            while let field = try reader.nextField() {
                if field == .init(1, .bytes) {
                    elements.append(try WireValue(try OTLPValue(try reader.message()), depth: depth + 1))
                } else {
                    try reader.skip(field)
                }
            }
            self = .list(elements)
        case .map(let message):
            var attributes = OTLPAttributes(message, field: 1)
            var members: [(String, WireValue)] = []
            while let (key, value) = try attributes.next() {
                members.append((String(decoding: key, as: UTF8.self), try WireValue(value, depth: depth + 1)))
            }
            self = .map(members)
        }
    }

    var asText: String? { if case .text(let text) = self { text } else { nil } }
    var asInteger: Int64? { if case .integer(let value) = self { value } else { nil } }
}

extension ArraySlice<UInt8> {
    fileprivate func reading<Result>(_ body: (UnsafeRawBufferPointer) throws(WireError) -> Result) throws(WireError) -> Result {
        try withUnsafeBytes { raw in Swift.Result { () throws(WireError) in try body(raw) } }.get()
    }
}
