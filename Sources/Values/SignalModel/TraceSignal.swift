package import Columns

// What a trace is between the door and the store.

/// 128 bits. X-Ray shows them as `1-{first 8 hex}-{other 24 hex}`, W3C as 32 hex.
package struct TraceID: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Accepts both notations, either case of letters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let digits: [UInt8]
        switch bytes.count {
        case 32: digits = bytes
        case 35:
            guard bytes[0] == UInt8(ascii: "1"), bytes[1] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "-") else { return nil }
            digits = Array(bytes[2..<10]) + Array(bytes[11...])
        default: return nil
        }
        guard let high = Self.hex(digits[..<16]), let low = Self.hex(digits[16...]) else { return nil }
        self.init(high: high, low: low)
    }

    /// The first four bytes of an X-Ray id: epoch seconds.
    package var epochSeconds: Int64 { Int64(high >> 32) }

    package var xrayText: String {
        let digits = hexText
        return "1-\(digits.prefix(8))-\(digits.dropFirst(8))"
    }

    package var hexText: String { spanHexText(high) + spanHexText(low) }

    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard let nibble = hexNibble(digit) else { return nil }
            value = value << 4 | nibble
        }
        return value
    }
}

private func hexNibble(_ digit: UInt8) -> UInt64? {
    switch digit {
    case 48...57: UInt64(digit - 48)
    case 97...102: UInt64(digit - 87)
    case 65...70: UInt64(digit - 55)
    default: nil
    }
}

/// A span's id as 16 hex digits.
package func spanHexText(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// Sixteen hex digits, or nil.
package func spanID(_ text: String) -> UInt64? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
        guard let nibble = hexNibble(byte) else { return nil }
        value = value << 4 | nibble
    }
    return value
}

/// How a span ended, and what it is.
package struct SpanFlags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let error = SpanFlags(rawValue: 1)
    package static let fault = SpanFlags(rawValue: 2)
    package static let throttle = SpanFlags(rawValue: 4)
    package static let inProgress = SpanFlags(rawValue: 8)
    /// The row carries a whole document: an X-Ray segment or a subsegment that was sent on its own.
    package static let document = SpanFlags(rawValue: 16)
    /// A subsegment: work inside a service, not a service's own entry.
    package static let inner = SpanFlags(rawValue: 32)
}

/// The columns of the span table, in their order in a `TableBatch` and, when asked for, in a chunk.
/// One row a span; an X-Ray document gives a row for itself, with the document, and one for each subsegment in it, without.
package enum SpanColumn: Int, CaseIterable, Sendable {
    /// uint64 each.
    case traceHigh, traceLow, span
    /// uint64; 0: no parent.
    case parent
    /// int64, UTC nanoseconds. `end` equals `start` while in progress.
    case start, end
    /// bytes: the service that a segment is of, or the operation that a subsegment is.
    case name
    /// uint8, `SpanFlags`.
    case flags
    /// bytes: the JSON as it was sent; empty in rows without `.document`.
    case document
    /// uint64: ascending in order of arrival; of two rows of one span the later one counts.
    case arrival

    package var name: String {
        switch self {
        case .traceHigh: "traceHigh"
        case .traceLow: "traceLow"
        case .span: "span"
        case .parent: "parent"
        case .start: "start"
        case .end: "end"
        case .name: "name"
        case .flags: "flags"
        case .document: "document"
        case .arrival: "arrival"
        }
    }
}

/// Spans of one request.
package struct SpanBatch: Sendable {
    package var tenant: Tenant
    package var traces: [TraceID] = []
    package var spans: [UInt64] = []
    package var parents: [UInt64] = []
    package var starts: [Int64] = []
    package var ends: [Int64] = []
    package var names = BytesVector()
    package var flags: [SpanFlags] = []
    package var documents = BytesVector()

    package init(tenant: Tenant) { self.tenant = tenant }

    package var rowCount: Int { spans.count }

    package mutating func append(
        trace: TraceID, span: UInt64, parent: UInt64, start: Timestamp, end: Timestamp, name: String, flags: SpanFlags,
        document: some Collection<UInt8>
    ) {
        traces.append(trace)
        spans.append(span)
        parents.append(parent)
        starts.append(start.nanoseconds)
        ends.append(end.nanoseconds)
        names.append(utf8: name)
        self.flags.append(flags)
        documents.append(document)
    }

    package mutating func append(contentsOf other: SpanBatch) {
        traces += other.traces
        spans += other.spans
        parents += other.parents
        starts += other.starts
        ends += other.ends
        names.append(contentsOf: other.names)
        flags += other.flags
        documents.append(contentsOf: other.documents)
    }
}

/// Asks for spans: those of the given traces, or all that start in the range.
package struct SpanScan: Sendable {
    package enum Order: Sendable { case any, newestFirst }

    package var tenant: Tenant
    /// Nil: any trace.
    package var traces: [TraceID]?
    /// Of the spans' start.
    package var range: TimeRange
    package var predicate: Predicate
    package var projection: [SpanColumn]
    /// By start time.
    package var order: Order
    package var budget: QueryBudget

    package init(
        tenant: Tenant, traces: [TraceID]? = nil, range: TimeRange = .all, predicate: Predicate = .always(true),
        projection: [SpanColumn], order: Order = .any, budget: QueryBudget
    ) {
        self.tenant = tenant
        self.traces = traces
        self.range = range
        self.predicate = predicate
        self.projection = projection
        self.order = order
        self.budget = budget
    }
}

package protocol TraceReader: Sendable {
    /// The rows are exactly those asked for: the span table's columns are few, so a store applies the whole predicate itself.
    func scan(_ plan: SpanScan) async throws(StorageError) -> any ScanCursor
}

package protocol TraceWriter: Sendable {
    /// Cuts the rows by partition. Nothing is stored until the result is committed.
    func prepare(_ batch: SpanBatch) throws(StorageError) -> [TableBatch]
}
