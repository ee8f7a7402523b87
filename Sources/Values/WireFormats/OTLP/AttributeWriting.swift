// OpenTelemetry's attributes, written: the attribute fields of a Span message.

extension ProtobufWriter {
    @inlinable package mutating func append(attribute key: some Collection<UInt8>, text: some Collection<UInt8>) {
        open(key, valueBytes: 1 + Self.varintBytes(UInt64(text.count)) + text.count)
        append(1, text)
    }

    @inlinable package mutating func append(attribute key: some Collection<UInt8>, integer: Int64, isBool: Bool = false) {
        let bits = UInt64(bitPattern: integer)
        open(key, valueBytes: 1 + Self.varintBytes(bits))
        append(isBool ? 2 : 3, varint: bits)
    }

    /// A double, by its bits.
    @inlinable package mutating func append(attribute key: some Collection<UInt8>, bits: UInt64) {
        open(key, valueBytes: 9)
        append(4, fixed64: bits)
    }

    /// - Parameter value: an AnyValue message.
    @inlinable package mutating func append(attribute key: some Collection<UInt8>, value: some Collection<UInt8>) {
        open(key, valueBytes: value.count)
        append(fields: value)
    }

    /// Everything of a KeyValue field before its AnyValue's own bytes.
    @inlinable mutating func open(_ key: some Collection<UInt8>, valueBytes: Int) {
        let keyBytes = 1 + Self.varintBytes(UInt64(key.count)) + key.count
        append(length: keyBytes + 1 + Self.varintBytes(UInt64(valueBytes)) + valueBytes, ofField: SpanMessage.attributes)
        append(1, key)
        append(length: valueBytes, ofField: 2)
    }

    @inlinable static func varintBytes(_ value: UInt64) -> Int { max(1, (64 - value.leadingZeroBitCount + 6) / 7) }
}
