package import Columns

// What a trace is between the door and the store.

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
    /// The row is an OpenTelemetry span: its `document` is the rest of its message.
    package static let otlp = SpanFlags(rawValue: 64)
}

/// What a span is to others; the numbers are OpenTelemetry's.
package enum SpanKind: UInt8, CaseIterable, Sendable {
    case unspecified = 0, inner, server, client, producer, consumer

    package var name: String {
        switch self {
        case .unspecified: "unspecified"
        case .inner: "internal"
        case .server: "server"
        case .client: "client"
        case .producer: "producer"
        case .consumer: "consumer"
        }
    }
}

/// How a span says it went; the numbers are OpenTelemetry's.
package enum SpanStatus: UInt8, CaseIterable, Sendable {
    case unset = 0, ok, error

    package var name: String {
        switch self {
        case .unset: "unset"
        case .ok: "ok"
        case .error: "error"
        }
    }
}

/// The columns of the span table, in their order in a `TableBatch` and, when asked for, in a chunk. Their places are on disk: new ones
/// come last.
///
/// One row a span, whichever protocol it came by: an X-Ray document gives a row for itself, with the document, and one for each
/// subsegment in it, without.
package enum SpanColumn: Int, CaseIterable, Sendable {
    /// uint64 each.
    case traceHigh, traceLow, span
    /// uint64; 0: no parent.
    case parent
    /// int64, UTC nanoseconds. `end` equals `start` while in progress.
    case start, end
    /// bytes: what was done; for a segment the service's name again.
    case name
    /// uint8, `SpanFlags`.
    case flags
    /// bytes: an X-Ray document as it was sent; of an OpenTelemetry span the fields of its message that have no column (`SpanMessage`);
    /// else empty.
    case document
    /// uint64: ascending in order of arrival; of two rows of one span the later one counts.
    case arrival
    /// bytes: who did it; empty in a subsegment that was sent on its own.
    case service
    /// uint8, `SpanKind`.
    case kind
    /// uint8, `SpanStatus`.
    case status
    /// bytes: what it can be found by, as the attribute fields of an OpenTelemetry span (`SpanMessage`); of an X-Ray span its
    /// annotations, and its HTTP data and the like under OpenTelemetry's names.
    case attributes
    /// bytes: resource and scope of OpenTelemetry (`SpanContext`), in the rows of a `TableBatch` only where it differs from the row
    /// before; a byte 0 alone where there is none.
    case context

    package var name: String { "\(self)" }
}

/// How predicates name what no column holds.
package enum SpanField {
    /// int64: nanoseconds from start to end.
    package static let duration = "duration"
    /// `attributes.http.route`: an attribute or annotation of the span.
    package static let attributePrefix = "attributes."
    /// `resource.cloud.region`: an attribute of what made the span.
    package static let resourcePrefix = "resource."
    /// The context of a row that has none.
    package static let noContext: [UInt8] = [0]
}

extension BytesVector {
    /// Contexts with each row's own, where rows had one only when it differed from the row before.
    package func filledDown() -> BytesVector {
        var result = BytesVector()
        var last = ArraySlice<UInt8>(SpanField.noContext)
        for row in 0..<count {
            if !range(at: row).isEmpty { last = self[row] }
            result.append(last)
        }
        return result
    }
}

/// One span's values on their way into a batch.
package struct SpanRow: Sendable {
    package var trace = TraceID(high: 0, low: 0)
    package var span: UInt64 = 0
    package var parent: UInt64 = 0
    package var start: Int64 = 0
    package var end: Int64 = 0
    package var flags: SpanFlags = []
    package var kind: SpanKind = .unspecified
    package var status: SpanStatus = .unset

    package init() {}
}

/// Spans of one request.
package struct SpanBatch: Sendable {
    package var tenant: Tenant
    package private(set) var traceHighs: [UInt64] = []
    package private(set) var traceLows: [UInt64] = []
    package private(set) var spans: [UInt64] = []
    package private(set) var parents: [UInt64] = []
    package private(set) var starts: [Int64] = []
    package private(set) var ends: [Int64] = []
    package private(set) var flags: [UInt8] = []
    package private(set) var kinds: [UInt8] = []
    package private(set) var statuses: [UInt8] = []
    package var services = BytesVector()
    package var names = BytesVector()
    package var attributes = BytesVector()
    package var documents = BytesVector()
    /// As in `SpanColumn.context`.
    package var contexts = BytesVector()

    package init(tenant: Tenant) { self.tenant = tenant }

    package var rowCount: Int { spans.count }

    /// Appends the numbers of a row; the caller appends to each of the five byte columns.
    package mutating func append(_ row: SpanRow) {
        traceHighs.append(row.trace.high)
        traceLows.append(row.trace.low)
        spans.append(row.span)
        parents.append(row.parent)
        starts.append(row.start)
        ends.append(row.end)
        flags.append(row.flags.rawValue)
        kinds.append(row.kind.rawValue)
        statuses.append(row.status.rawValue)
    }

    /// Appends a whole row without a context.
    package mutating func append(
        _ row: SpanRow, service: String, name: String, attributes: some Collection<UInt8> = [], document: some Collection<UInt8> = []
    ) {
        append(row)
        services.append(utf8: service)
        names.append(utf8: name)
        self.attributes.append(attributes)
        documents.append(document)
        contexts.append(SpanField.noContext)
    }

    package mutating func append(contentsOf other: SpanBatch) {
        traceHighs += other.traceHighs
        traceLows += other.traceLows
        spans += other.spans
        parents += other.parents
        starts += other.starts
        ends += other.ends
        flags += other.flags
        kinds += other.kinds
        statuses += other.statuses
        services.append(contentsOf: other.services)
        names.append(contentsOf: other.names)
        attributes.append(contentsOf: other.attributes)
        documents.append(contentsOf: other.documents)
        contexts.append(contentsOf: other.contexts)
    }

    /// In the order of `SpanColumn`.
    /// - Parameter firstArrival: the first row's number; the others count on from it.
    package func columns(firstArrival: UInt64) -> [Vector] {
        SpanColumn.allCases.map { column in
            switch column {
            case .traceHigh: .uint64(traceHighs)
            case .traceLow: .uint64(traceLows)
            case .span: .uint64(spans)
            case .parent: .uint64(parents)
            case .start: .int64(starts)
            case .end: .int64(ends)
            case .name: .bytes(names)
            case .flags: .uint8(flags)
            case .document: .bytes(documents)
            case .arrival: .uint64((0..<UInt64(rowCount)).map { firstArrival + $0 })
            case .service: .bytes(services)
            case .kind: .uint8(kinds)
            case .status: .uint8(statuses)
            case .attributes: .bytes(attributes)
            case .context: .bytes(contexts)
            }
        }
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
    /// In terms of the columns' names and of `SpanField`.
    package var predicate: Predicate
    package var projection: [SpanColumn]
    /// By start time. Newest first, the cursor reads no further than its caller asks: drop it when there is enough.
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
    /// The rows are exactly those asked for: a store applies the whole predicate itself. Every row of a chunk has its context.
    func scan(_ plan: SpanScan) async throws(StorageError) -> any ScanCursor
}

package protocol TraceWriter: Sendable {
    /// Cuts the rows by partition. Nothing is stored until the result is committed.
    func prepare(_ batch: SpanBatch) throws(StorageError) -> [TableBatch]
}
