// The places of OpenTelemetry's trace messages that doors, store and readers share.
// Source: opentelemetry-proto 1.x, trace.proto and resource.proto.

/// Fields of a Span. The first eight have columns of their own in the span table; attributes are one column, kept as the fields that
/// came, tags and all; everything else is kept the same way in `SpanColumn.document`. Put end to end they are the span again.
@usableFromInline package enum SpanMessage {
    package static let traceID: UInt32 = 1
    package static let spanID: UInt32 = 2
    package static let traceState: UInt32 = 3
    package static let parent: UInt32 = 4
    package static let name: UInt32 = 5
    package static let kind: UInt32 = 6
    package static let start: UInt32 = 7
    package static let end: UInt32 = 8
    @usableFromInline package static let attributes: UInt32 = 9
    package static let droppedAttributes: UInt32 = 10
    package static let events: UInt32 = 11
    package static let droppedEvents: UInt32 = 12
    package static let links: UInt32 = 13
    package static let droppedLinks: UInt32 = 14
    package static let status: UInt32 = 15
    package static let flags: UInt32 = 16

    /// Event {time f64=1 name=2 attributes*=3}, Link {trace_id=1 span_id=2 trace_state=3 attributes*=4}, Status {message=2 code=3}.
    package static let eventAttributes: UInt32 = 3
    package static let linkAttributes: UInt32 = 4
}

/// What spans of one resource and scope have in common, in a message of our own:
/// resource=1 (a Resource), scope=2 (an InstrumentationScope), resource schema URL=3, scope schema URL=4.
package enum SpanContext {
    package static let resource: UInt32 = 1
    package static let scope: UInt32 = 2
    package static let resourceSchema: UInt32 = 3
    package static let scopeSchema: UInt32 = 4

    /// Attributes in a Resource and in an InstrumentationScope.
    package static let resourceAttributes: UInt32 = 1
    package static let scopeAttributes: UInt32 = 3

    /// The Resource message; empty when there is none.
    package static func resource(of context: UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer {
        try part(resource, of: context)
    }

    package static func part(_ number: UInt32, of context: UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer {
        guard context.first != 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }       // `SpanField.noContext`
        var reader = ProtobufReader(context)
        while let field = try reader.nextField() {
            if field == .init(number, .bytes) { return try reader.bytes() }
            try reader.skip(field)
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }
}
