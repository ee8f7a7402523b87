import Columns
import SignalModel
import WireFormats

/// From an ExportTraceServiceRequest to a batch of columns, in place: no object a span or an attribute.
///
/// Source: opentelemetry-proto 1.x. resource_spans*=1 {resource=1, scope_spans*=2 {scope=1, spans*=2, schema_url=3}, schema_url=3}; the
/// span's fields are `SpanMessage`'s. Of a field that may come once, the last one counts.
struct SpanDecoding {
    private(set) var batch: SpanBatch
    /// Spans that cannot be kept.
    private(set) var rejected = 0
    /// Why the first of them cannot.
    private(set) var reason = ""

    private let oldest: Int64
    /// Of the resource in work.
    private var service = UnsafeRawBufferPointer(start: nil, count: 0)
    private var context = ProtobufWriter()
    /// The next span is the first of its context.
    private var isNewContext = true
    // Fields of the span in work, gathered while it is read.
    private var attributes: [UInt8] = []
    private var details: [UInt8] = []

    init(tenant: Tenant, now: Int64) {
        batch = SpanBatch(tenant: tenant)
        oldest = now - Limits.ageNanosecondsMax
    }

    /// - Throws: 400 with position and reason; the batch is then of no use.
    mutating func read(_ message: [UInt8]) throws(OTLPError) {
        let failure: WireError? = message.withUnsafeBytes { raw in
            do throws(WireError) {
                var reader = ProtobufReader(raw)
                while let field = try reader.nextField() {
                    if field.number == 1 { try resourceSpans(try reader.message(field)) } else { try reader.skip(field) }
                }
                return nil
            } catch { return error }
        }
        if let failure { throw OTLPError(failure) }
    }

    private mutating func resourceSpans(_ message: ProtobufReader) throws(WireError) {
        let resource = try Self.part(1, of: message)
        let schema = try Self.part(3, of: message)
        service = try Self.serviceName(resource)
        var reader = message
        while let field = try reader.nextField() {
            if field.number == 2 {
                try scopeSpans(try reader.message(field), resource: resource, schema: schema)
            } else {
                try reader.skip(field)
            }
        }
    }

    private mutating func scopeSpans(
        _ message: ProtobufReader, resource: UnsafeRawBufferPointer, schema: UnsafeRawBufferPointer
    ) throws(WireError) {
        let scope = try Self.part(1, of: message)
        try Self.check(attributesOf: scope, field: SpanContext.scopeAttributes)
        context.removeAll()
        context.append(SpanContext.resource, resource)
        if !scope.isEmpty { context.append(SpanContext.scope, scope) }
        if !schema.isEmpty { context.append(SpanContext.resourceSchema, schema) }
        let scopeSchema = try Self.part(3, of: message)
        if !scopeSchema.isEmpty { context.append(SpanContext.scopeSchema, scopeSchema) }
        isNewContext = true
        var reader = message
        while let field = try reader.nextField() {
            if field.number == 2 { try span(try reader.message(field)) } else { try reader.skip(field) }
        }
    }

    // MARK: a span

    private mutating func span(_ message: ProtobufReader) throws(WireError) {
        attributes.removeAll(keepingCapacity: true)
        details.removeAll(keepingCapacity: true)
        var fields = SpanFields()
        var reader = message
        var start = reader.position
        while let field = try reader.nextField() {
            try fields.read(field, &reader)
            switch field.number {
            case SpanMessage.traceID, SpanMessage.spanID, SpanMessage.parent, SpanMessage.name, SpanMessage.kind, SpanMessage.start, SpanMessage.end:
                break
            case SpanMessage.attributes: attributes.append(contentsOf: reader.bytes(from: start))
            default: details.append(contentsOf: reader.bytes(from: start))
            }
            start = reader.position
        }
        do throws(Refusal) { append(try fields.row(oldest: oldest), name: fields.name) } catch { reject(error.why) }
    }

    private mutating func append(_ row: SpanRow, name: UnsafeRawBufferPointer) {
        batch.append(row)
        batch.services.append(service)
        batch.names.append(name)
        batch.attributes.append(attributes)
        batch.documents.append(details)
        batch.contexts.append(isNewContext ? context.bytes : [])
        isNewContext = false
    }

    private mutating func reject(_ why: String) {
        rejected += 1
        if reason.isEmpty { reason = String("cannot keep a span: \(why)".prefix(Limits.reasonBytesMax)) }
    }

    // MARK: what spans have in common

    /// The last field of this number; empty when there is none.
    private static func part(_ number: UInt32, of message: ProtobufReader) throws(WireError) -> UnsafeRawBufferPointer {
        var reader = message
        var part = UnsafeRawBufferPointer(start: nil, count: 0)
        while let field = try reader.nextField() {
            if field.number == number {
                guard field.type == .bytes else { throw reader.wrongType(of: field) }
                part = try reader.bytes()
            } else {
                try reader.skip(field)
            }
        }
        return part
    }

    /// `service.name`, cut at the limit; as OpenTelemetry names it where there is none. Checks the other attributes too.
    private static func serviceName(_ resource: UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer {
        var name = unknownService
        var attributes = OTLPAttributes(resource, field: SpanContext.resourceAttributes)
        while let (key, value) = try attributes.next() {
            guard UTF8Text.isValid(key) else { throw notText("a resource's attribute") }
            try value.check()
            if case .text(let text) = value, !text.isEmpty, key.isText("service.name") { name = text.prefix(characters: Limits.serviceBytesMax) }
        }
        return name
    }

    private static var unknownService: UnsafeRawBufferPointer {
        let name: StaticString = "unknown_service"
        return UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    }

    private static func check(attributesOf message: UnsafeRawBufferPointer, field: UInt32) throws(WireError) {
        var attributes = OTLPAttributes(message, field: field)
        while let (key, value) = try attributes.next() {
            guard UTF8Text.isValid(key) else { throw notText("an attribute") }
            try value.check()
        }
    }

    private static func notText(_ what: String) -> WireError {
        WireError(code: .malformed, position: 0, message: "cannot read \(what): it is not UTF-8")
    }
}

/// Why a span cannot be kept.
private struct Refusal: Error { let why: String }

/// The fields of a span that columns are made of.
private struct SpanFields {
    private var trace = UnsafeRawBufferPointer(start: nil, count: 0)
    private var span = UnsafeRawBufferPointer(start: nil, count: 0)
    private var parent = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)
    private var kind: UInt64 = 0
    private var start: UInt64 = 0
    private var end: UInt64 = 0
    private var status = SpanStatus.unset
    private var httpStatus: Int64?

    mutating func read(_ field: ProtobufReader.Field, _ reader: inout ProtobufReader) throws(WireError) {
        switch (field.number, field.type) {
        case (SpanMessage.traceID, .bytes): trace = try reader.bytes()
        case (SpanMessage.spanID, .bytes): span = try reader.bytes()
        case (SpanMessage.parent, .bytes): parent = try reader.bytes()
        case (SpanMessage.name, .bytes):
            name = try reader.bytes()
            guard UTF8Text.isValid(name) else { throw Self.notText(at: reader.position) }
        case (SpanMessage.kind, .varint): kind = try reader.varint()
        case (SpanMessage.start, .fixed64): start = try reader.fixed64()
        case (SpanMessage.end, .fixed64): end = try reader.fixed64()
        case (SpanMessage.attributes, .bytes): try attribute(try reader.message())
        case (SpanMessage.status, .bytes): try status(try reader.message())
        case (SpanMessage.events, .bytes): try Self.check(try reader.message(), attributes: SpanMessage.eventAttributes)
        case (SpanMessage.links, .bytes): try Self.check(try reader.message(), attributes: SpanMessage.linkAttributes)
        case (SpanMessage.traceState, .bytes), (SpanMessage.droppedAttributes, .varint), (SpanMessage.droppedEvents, .varint),
            (SpanMessage.droppedLinks, .varint), (SpanMessage.flags, .fixed32):
            try reader.skip(field)
        case (SpanMessage.traceID...SpanMessage.flags, _): throw reader.wrongType(of: field)
        default: try reader.skip(field)     // a newer sender's; kept
        }
    }

    private mutating func attribute(_ message: ProtobufReader) throws(WireError) {
        let (key, value) = try OTLPAttributes.pair(message)
        switch value {
        case .integer(let number):
            if key.isText("http.response.status_code") || key.isText("http.status_code") { httpStatus = number }
        case .text(let text):
            guard UTF8Text.isASCII(text) || UTF8Text.isValid(text) else { throw Self.notText(at: message.position) }
        case .list, .map: try value.check()
        case .none, .bool, .double, .bytes: break
        }
        guard UTF8Text.isASCII(key) || UTF8Text.isValid(key) else { throw Self.notText(at: message.position) }
    }

    private mutating func status(_ message: ProtobufReader) throws(WireError) {
        var reader = message
        while let field = try reader.nextField() {
            if field == .init(3, .varint) {
                status = SpanStatus(rawValue: UInt8(truncatingIfNeeded: min(try reader.varint(), 255))) ?? .unset
            } else if field == .init(2, .bytes) {
                guard UTF8Text.isValid(try reader.bytes()) else { throw Self.notText(at: reader.position) }
            } else {
                try reader.skip(field)
            }
        }
    }

    /// Events and links are kept as they came, so what is in them is held to the rules here.
    private static func check(_ message: ProtobufReader, attributes field: UInt32) throws(WireError) {
        var attributes = OTLPAttributes(message, field: field)
        while let (key, value) = try attributes.next() {
            guard UTF8Text.isValid(key) else { throw notText(at: message.position) }
            try value.check()
        }
    }

    func row(oldest: Int64) throws(Refusal) -> SpanRow {
        var row = SpanRow()
        row.trace = try traceID()
        row.span = try Self.id(span, "span_id")
        row.parent = parent.isEmpty ? 0 : try Self.number(parent, "parent_span_id")
        guard start > 0, let first = Int64(exactly: start), let last = Int64(exactly: end) else {
            throw Refusal(why: "start_time_unix_nano \(start) and end_time_unix_nano \(end) are not both times")
        }
        guard first >= oldest else {
            throw Refusal(why: "it began before the \(Limits.ageNanosecondsMax / 86_400_000_000_000) days that traces are kept")
        }
        row.start = first
        row.end = last
        row.kind = SpanKind(rawValue: UInt8(truncatingIfNeeded: min(kind, 255))) ?? .unspecified
        row.status = status
        row.flags = outcome.union(.otlp)
        return row
    }

    /// As X-Ray classes it: by the HTTP status, else by what the span says of itself.
    private var outcome: SpanFlags {
        switch httpStatus {
        case 429?: [.error, .throttle]
        case .some(400..<500): .error
        case .some(500..<600): .fault
        default: status == .error ? .fault : []
        }
    }

    private func traceID() throws(Refusal) -> TraceID {
        guard trace.count == 16 else { throw Refusal(why: "trace_id has \(trace.count) bytes, not 16") }
        let id = TraceID(high: Self.bigEndian(trace, at: 0), low: Self.bigEndian(trace, at: 8))
        guard id.high | id.low != 0 else { throw Refusal(why: "trace_id is all zeros") }
        return id
    }

    private static func id(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(Refusal) -> UInt64 {
        let id = try number(bytes, name)
        guard id != 0 else { throw Refusal(why: "\(name) is all zeros") }
        return id
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(Refusal) -> UInt64 {
        guard bytes.count == 8 else { throw Refusal(why: "\(name) has \(bytes.count) bytes, not 8") }
        return bigEndian(bytes, at: 0)
    }

    private static func bigEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private static func notText(at position: Int) -> WireError {
        WireError(code: .malformed, position: position, message: "cannot read a span: a text is not UTF-8")
    }
}

extension ProtobufReader {
    /// The message that a field holds.
    fileprivate mutating func message(_ field: Field) throws(WireError) -> ProtobufReader {
        guard field.type == .bytes else { throw wrongType(of: field) }
        return try message()
    }
}

extension UnsafeRawBufferPointer {
    /// At most so many bytes, cut between two characters.
    fileprivate func prefix(characters bytesMax: Int) -> UnsafeRawBufferPointer {
        guard count > bytesMax else { return self }
        var end = bytesMax
        while end > 0, self[end] & 0xc0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[..<end])
    }
}
