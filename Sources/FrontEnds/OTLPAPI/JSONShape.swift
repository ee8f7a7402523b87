import WireFormats

/// The fields of a message by their JSON names. What is not listed is unknown and passed over.
/// Source: opentelemetry-proto 1.x: trace_service.proto, trace.proto, resource.proto, common.proto.
struct JSONShape: Sendable {
    enum FieldType: Sendable {
        case text, bool, double
        /// Hexadecimal, as OTLP has it for trace and span ids alone.
        case id
        /// Base64.
        case bytes
        /// uint32 or an enumeration.
        case number
        case integer, fixed32, fixed64
        /// A closure, since messages may hold themselves.
        case message(@Sendable () -> JSONShape)
    }

    struct Field: Sendable {
        let name: StaticString
        let number: UInt32
        let type: FieldType
        var isRepeated = false
    }

    let fields: [Field]

    init(_ fields: Field...) { self.fields = fields }

    func field(_ member: WireNode) -> Field? { fields.first { member.hasKey($0.name) } }
}

extension JSONShape {
    static let exportTraceRequest: Self = Self(
        Field(name: "resourceSpans", number: 1, type: .message { resourceSpans }, isRepeated: true))

    private static let resourceSpans: Self = Self(
        Field(name: "resource", number: 1, type: .message { resource }),
        Field(name: "scopeSpans", number: 2, type: .message { scopeSpans }, isRepeated: true),
        Field(name: "schemaUrl", number: 3, type: .text))

    private static let scopeSpans: Self = Self(
        Field(name: "scope", number: 1, type: .message { scope }),
        Field(name: "spans", number: 2, type: .message { span }, isRepeated: true),
        Field(name: "schemaUrl", number: 3, type: .text))

    private static let resource: Self = Self(
        attributes(1), Field(name: "droppedAttributesCount", number: 2, type: .number))

    private static let scope: Self = Self(
        Field(name: "name", number: 1, type: .text), Field(name: "version", number: 2, type: .text), attributes(3),
        Field(name: "droppedAttributesCount", number: 4, type: .number))

    private static let span: Self = Self(
        Field(name: "traceId", number: SpanMessage.traceID, type: .id),
        Field(name: "spanId", number: SpanMessage.spanID, type: .id),
        Field(name: "traceState", number: SpanMessage.traceState, type: .text),
        Field(name: "parentSpanId", number: SpanMessage.parent, type: .id),
        Field(name: "name", number: SpanMessage.name, type: .text),
        Field(name: "kind", number: SpanMessage.kind, type: .number),
        Field(name: "startTimeUnixNano", number: SpanMessage.start, type: .fixed64),
        Field(name: "endTimeUnixNano", number: SpanMessage.end, type: .fixed64),
        attributes(SpanMessage.attributes),
        Field(name: "droppedAttributesCount", number: SpanMessage.droppedAttributes, type: .number),
        Field(name: "events", number: SpanMessage.events, type: .message { event }, isRepeated: true),
        Field(name: "droppedEventsCount", number: SpanMessage.droppedEvents, type: .number),
        Field(name: "links", number: SpanMessage.links, type: .message { link }, isRepeated: true),
        Field(name: "droppedLinksCount", number: SpanMessage.droppedLinks, type: .number),
        Field(name: "status", number: SpanMessage.status, type: .message { status }),
        Field(name: "flags", number: SpanMessage.flags, type: .fixed32))

    private static let event: Self = Self(
        Field(name: "timeUnixNano", number: 1, type: .fixed64), Field(name: "name", number: 2, type: .text),
        attributes(SpanMessage.eventAttributes), Field(name: "droppedAttributesCount", number: 4, type: .number))

    private static let link: Self = Self(
        Field(name: "traceId", number: 1, type: .id), Field(name: "spanId", number: 2, type: .id),
        Field(name: "traceState", number: 3, type: .text), attributes(SpanMessage.linkAttributes),
        Field(name: "droppedAttributesCount", number: 5, type: .number), Field(name: "flags", number: 6, type: .fixed32))

    private static let status: Self = Self(
        Field(name: "message", number: 2, type: .text), Field(name: "code", number: 3, type: .number))

    private static func attributes(_ number: UInt32) -> Field {
        Field(name: "attributes", number: number, type: .message { keyValue }, isRepeated: true)
    }

    private static let keyValue: Self = Self(
        Field(name: "key", number: 1, type: .text), Field(name: "value", number: 2, type: .message { value }))

    private static let value: Self = Self(
        Field(name: "stringValue", number: 1, type: .text), Field(name: "boolValue", number: 2, type: .bool),
        Field(name: "intValue", number: 3, type: .integer), Field(name: "doubleValue", number: 4, type: .double),
        Field(name: "arrayValue", number: 5, type: .message { arrayValue }),
        Field(name: "kvlistValue", number: 6, type: .message { keyValueList }), Field(name: "bytesValue", number: 7, type: .bytes))

    private static let arrayValue: Self = Self(Field(name: "values", number: 1, type: .message { value }, isRepeated: true))
    private static let keyValueList: Self = Self(Field(name: "values", number: 1, type: .message { keyValue }, isRepeated: true))
}
