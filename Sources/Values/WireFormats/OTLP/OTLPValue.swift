// OpenTelemetry's attribute values, read in place.
// Source: opentelemetry-proto 1.x, common.proto: AnyValue {string=1 bool=2 int64=3 double=4 array=5{values*=1} kvlist=6{values*=1} bytes=7},
// KeyValue {key=1 value=2}.

/// One AnyValue. What it points to lies in the message it was read from.
@usableFromInline package enum OTLPValue {
    case none
    case text(UnsafeRawBufferPointer)
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case bytes(UnsafeRawBufferPointer)
    /// An ArrayValue message: values in field 1.
    case list(UnsafeRawBufferPointer)
    /// A KeyValueList message: KeyValues in field 1.
    case map(UnsafeRawBufferPointer)

    /// Values inside values; more is refused, so that reading them back cannot exhaust a stack.
    package static let depthMax = 16

    /// Of several values the last counts, as protobuf has it for a `oneof`.
    @inlinable package init(_ message: ProtobufReader) throws(WireError) {
        var reader = message
        var value = OTLPValue.none
        while let field = try reader.nextField() {
            switch (field.number, field.type) {
            case (1, .bytes): value = .text(try reader.bytes())
            case (2, .varint): value = .bool(try reader.varint() != 0)
            case (3, .varint): value = .integer(Int64(bitPattern: try reader.varint()))
            case (4, .fixed64): value = .double(try reader.double())
            case (5, .bytes): value = .list(try reader.bytes())
            case (6, .bytes): value = .map(try reader.bytes())
            case (7, .bytes): value = .bytes(try reader.bytes())
            case (1...7, _): throw reader.wrongType(of: field)
            default: try reader.skip(field)
            }
        }
        self = value
    }

    /// - Throws: when something inside is malformed, not UTF-8 or nested too deep.
    package func check(depth: Int = 0) throws(WireError) {
        switch self {
        case .none, .bool, .integer, .double, .bytes: break
        case .text(let text):
            guard UTF8Text.isValid(text) else { throw Self.refused("a text is not UTF-8") }
        case .list(let message):
            try Self.check(depth)
            var reader = ProtobufReader(message)
            while let field = try reader.nextField() {
                guard field == .init(1, .bytes) else {
                    try reader.skip(field)
                    continue
                }
                try OTLPValue(try reader.message()).check(depth: depth + 1)
            }
        case .map(let message):
            try Self.check(depth)
            var attributes = OTLPAttributes(message, field: 1)
            while let (key, value) = try attributes.next() {
                guard UTF8Text.isValid(key) else { throw Self.refused("a key is not UTF-8") }
                try value.check(depth: depth + 1)
            }
        }
    }

    private static func check(_ depth: Int) throws(WireError) {
        guard depth < depthMax else { throw refused("values are nested deeper than \(depthMax)") }
    }

    private static func refused(_ why: String) -> WireError {
        WireError(code: .malformed, position: 0, message: "cannot take an attribute: \(why)")
    }
}

/// Walks the KeyValues of a message.
///
///     var attributes = OTLPAttributes(span, field: 9)
///     while let (key, value) = try attributes.next() { … }
@usableFromInline package struct OTLPAttributes {
    @usableFromInline var reader: ProtobufReader
    @usableFromInline let field: ProtobufReader.Field

    /// - Parameter field: where the message has its KeyValues; its other fields are passed over.
    @inlinable package init(_ message: UnsafeRawBufferPointer, field: UInt32) {
        self.init(ProtobufReader(message), field: field)
    }

    @inlinable package init(_ message: ProtobufReader, field: UInt32) {
        reader = message
        self.field = ProtobufReader.Field(field, .bytes)
    }

    /// Nil at the end.
    @inlinable package mutating func next() throws(WireError) -> (key: UnsafeRawBufferPointer, value: OTLPValue)? {
        while let field = try reader.nextField() {
            guard field == self.field else {
                try reader.skip(field)
                continue
            }
            return try Self.pair(try reader.message())
        }
        return nil
    }

    @inlinable package static func pair(_ message: ProtobufReader) throws(WireError) -> (key: UnsafeRawBufferPointer, value: OTLPValue) {
        var reader = message
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = OTLPValue.none
        while let field = try reader.nextField() {
            switch (field.number, field.type) {
            case (1, .bytes): key = try reader.bytes()
            case (2, .bytes): value = try OTLPValue(try reader.message())
            case (1...2, _): throw reader.wrongType(of: field)
            default: try reader.skip(field)
            }
        }
        return (key, value)
    }

    /// The value of `key`, the first if it comes twice; nil when there is none.
    package static func value(
        of key: StaticString, in message: UnsafeRawBufferPointer, field: UInt32
    ) throws(WireError) -> OTLPValue? {
        var attributes = OTLPAttributes(message, field: field)
        while let (found, value) = try attributes.next() {
            if found.isText(key) { return value }
        }
        return nil
    }
}

extension UnsafeRawBufferPointer {
    /// Compares bytes.
    @inlinable package func isText(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }
}
