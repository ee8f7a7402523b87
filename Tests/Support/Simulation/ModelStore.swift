package import Columns
package import SignalModel
import Synchronization

/// All three stores as plain arrays: the truth that the real ones are held against, and a store for tests of what stands above.
///
/// Not fast, not durable; the same visible behaviour otherwise. Commits can be made to fail with `failNextCommit`.
package final class ModelStore: Sendable {
    private struct Sample {
        var series: SeriesID
        var time: Int64
        var value, count, minimum, maximum: Double
    }

    private struct Event {
        var group, stream: UInt32
        var time, ingestionTime: Int64
        var number: UInt64
        var message: [UInt8]
    }

    private struct Span {
        var tenant: Tenant
        var columns: [Vector]       // one row each, in `SpanColumn` order
        var trace: TraceID
        var start: Int64
    }

    private struct GroupEntry {
        var group: LogGroup
        var streams: [LogStreamEntry] = []
    }

    private struct State {
        var series: [(tenant: Tenant, labels: LabelSet, kind: SeriesKind)] = []
        var samples: [Sample] = []
        var groups: [Tenant: [GroupEntry]] = [:]
        var groupCount: UInt32 = 0
        var streamCount: UInt32 = 0
        var events: [Event] = []
        var spans: [Span] = []
        var eventNumber: UInt64 = 0
        var sequence: UInt64 = 0
        var ids: Set<BatchID> = []
        var failure: StorageError?
    }

    private let state = Mutex(State())
    /// What the real store discovers in a message: (message, field) → its text, or nil.
    private let field: @Sendable (_ message: [UInt8], _ name: String) -> [UInt8]?

    /// What the real store finds in a span for a name that is no column's: (row, name) → its column, or nil.
    private let spanColumn: @Sendable (_ row: [Vector], _ name: String) -> Column?

    package init(
        field: @escaping @Sendable (_ message: [UInt8], _ name: String) -> [UInt8]? = { _, _ in nil },
        spanColumn: @escaping @Sendable (_ row: [Vector], _ name: String) -> Column? = { _, _ in nil }
    ) {
        self.field = field
        self.spanColumn = spanColumn
    }

    package func failNextCommit(with error: StorageError) { state.withLock { $0.failure = error } }
    package var sampleCount: Int { state.withLock { $0.samples.count } }
    package var eventCount: Int { state.withLock { $0.events.count } }
    package var spanCount: Int { state.withLock { $0.spans.count } }
}

/// Hands out prepared chunks.
package struct PreparedCursor: ScanCursor {
    private var chunks: ArraySlice<ColumnChunk>
    package init(_ chunks: [ColumnChunk]) { self.chunks = chunks[...] }

    package mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool {
        guard let next = chunks.popFirst() else {
            chunk = ColumnChunk()
            return false
        }
        chunk = next
        return true
    }
}

extension ModelStore: BatchCommitter {
    package func commit(_ batches: [TableBatch], id: BatchID) async throws(StorageError) -> JournalPosition {
        let result: Result<JournalPosition, StorageError> = state.withLock { state in
            if let failure = state.failure {
                state.failure = nil
                return .failure(failure)
            }
            guard state.ids.insert(id).inserted else { return .success(JournalPosition(sequence: state.sequence)) }
            for batch in batches { Self.publish(batch, in: &state) }
            state.sequence += 1
            return .success(JournalPosition(sequence: state.sequence))
        }
        return try result.get()
    }

    private static func publish(_ batch: TableBatch, in state: inout State) {
        var vectors = batch.columns
        if batch.table == .spans, let contexts = vectors[SpanColumn.context.rawValue].strings {
            vectors[SpanColumn.context.rawValue] = .bytes(contexts.filledDown())
        }
        for row in 0..<batch.rowCount {
            let columns = vectors.map { $0.gathered([row]) }
            switch batch.table {
            case .seriesDefinitions: break
            case .samples:
                let value = columns[MetricColumn.value.rawValue].doubles![0]
                state.samples.append(Sample(
                    series: columns[MetricColumn.series.rawValue].uint32s![0], time: columns[MetricColumn.time.rawValue].int64s![0],
                    value: value, count: columns[MetricColumn.count.rawValue].doubles?[0] ?? 1,
                    minimum: columns[MetricColumn.minimum.rawValue].doubles?[0] ?? value,
                    maximum: columns[MetricColumn.maximum.rawValue].doubles?[0] ?? value))
            case .logs:
                state.events.append(Event(
                    group: batch.scope.group, stream: columns[LogColumn.stream.rawValue].uint32s![0],
                    time: columns[LogColumn.time.rawValue].int64s![0],
                    ingestionTime: columns[LogColumn.ingestionTime.rawValue].int64s![0],
                    number: columns[LogColumn.eventNumber.rawValue].uint64s![0],
                    message: Array(columns[LogColumn.message.rawValue].strings![0])))
            case .spans:
                let trace = TraceID(
                    high: columns[SpanColumn.traceHigh.rawValue].uint64s![0], low: columns[SpanColumn.traceLow.rawValue].uint64s![0])
                state.spans.append(Span(
                    tenant: batch.scope.tenant, columns: columns, trace: trace, start: columns[SpanColumn.start.rawValue].int64s![0]))
            }
        }
    }
}

extension ModelStore: MetricWriter, MetricReader {
    package func prepare(_ batch: MetricBatch) throws(StorageError) -> [TableBatch] {
        let ids = try numbers(of: batch.labelSets, kinds: batch.kinds, tenant: batch.tenant)
        func optional(_ values: [Double]) -> Vector { values.isEmpty ? .absent : .double(values) }
        return samples(
            batch.series.map { ids[Int($0)] }, batch.times,
            [.double(batch.values), optional(batch.counts), optional(batch.minima), optional(batch.maxima)], batch.tenant)
    }

    package func prepare(_ batch: SampleBatch) throws(StorageError) -> [TableBatch] {
        samples(batch.series, batch.times, [.double(batch.values), .absent, .absent, .absent], batch.tenant)
    }

    package func numbers(of labelSets: BytesVector, kinds: [SeriesKind], tenant: Tenant) throws(StorageError) -> [SeriesID] {
        state.withLock { state in
            (0..<labelSets.count).map { index -> SeriesID in
                let labels = LabelSet(validating: labelSets[index])!
                if let known = state.series.firstIndex(where: { $0.tenant == tenant && $0.labels == labels }) { return SeriesID(known) }
                state.series.append((tenant, labels, kinds[index]))
                return SeriesID(state.series.count - 1)
            }
        }
    }

    private func samples(_ series: [SeriesID], _ times: [Int64], _ more: [Vector], _ tenant: Tenant) -> [TableBatch] {
        guard let first = times.min(), let last = times.max() else { return [] }
        return [TableBatch(
            table: .samples, partition: PartitionKey(window: 0), scope: BlockScope(tenant: tenant), times: first...last,
            rowCount: times.count, columns: [.uint32(series), .int64(times)] + more)]
    }

    package func series(
        matching matchers: [LabelMatcher], of tenant: Tenant, in range: TimeRange, limit: Int
    ) async throws(StorageError) -> [SeriesEntry] {
        let found = state.withLock { state in
            state.series.enumerated().compactMap { id, entry -> SeriesEntry? in
                guard entry.tenant == tenant, matchers.allSatisfy({ $0.holds(entry.labels) }) else { return nil }
                let times = state.samples.filter { $0.series == SeriesID(id) }.map(\.time)
                guard times.contains(where: { range.contains(Timestamp(nanoseconds: $0)) }), let last = times.max() else { return nil }
                return SeriesEntry(id: SeriesID(id), labels: entry.labels, kind: entry.kind, lastTime: Timestamp(nanoseconds: last))
            }
        }
        guard found.count <= limit else { throw StorageError(code: .budget, message: "cannot list series: more than \(limit) match") }
        return found
    }

    package func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor {
        try plan.budget.spend()
        let (samples, kinds) = state.withLock { ($0.samples, $0.series.map(\.kind)) }
        var chunks: [ColumnChunk] = []
        for (key, id) in plan.series.enumerated() {
            var rows = samples.filter { $0.series == id && plan.range.contains(Timestamp(nanoseconds: $0.time)) }
            rows = rows.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
            if kinds[Int(id)] == .sampled {
                rows = rows.indices.filter { $0 + 1 == rows.count || rows[$0 + 1].time != rows[$0].time }.map { rows[$0] }
            }
            guard !rows.isEmpty else { continue }
            let isPlain = rows.allSatisfy {
                $0.count == 1 && $0.minimum.bitPattern == $0.value.bitPattern && $0.maximum.bitPattern == $0.value.bitPattern
            }
            func optional(_ values: [Double]) -> Column { isPlain ? .absent : Column(.double(values)) }
            chunks.append(ColumnChunk(
                rowCount: rows.count,
                columns: [
                    .absent, Column(.int64(rows.map(\.time))), Column(.double(rows.map(\.value))), optional(rows.map(\.count)),
                    optional(rows.map(\.minimum)), optional(rows.map(\.maximum)),
                ],
                runs: [ColumnChunk.Run(key: key, firstRow: 0)]))
        }
        return PreparedCursor(chunks)
    }
}

extension ModelStore: LogWriter, LogReader {
    package func prepare(_ batch: LogBatch) throws(StorageError) -> [TableBatch] {
        let rows = batch.times.count
        guard rows > 0 else { return [] }
        let first = state.withLock { state in
            defer { state.eventNumber += UInt64(rows) }
            return state.eventNumber
        }
        return [TableBatch(
            table: .logs, partition: PartitionKey(window: 0), scope: BlockScope(tenant: batch.tenant, group: batch.group.number),
            times: batch.times.min()!...batch.times.max()!, rowCount: rows,
            columns: [
                .int64(batch.times), .int64([Int64](repeating: batch.ingestionTime.nanoseconds, count: rows)),
                .uint32(batch.streams), .uint64((0..<rows).map { first + UInt64($0) }),
                .bytes(batch.messages),
            ])]
    }

    /// Applies nothing of the predicate itself: callers' handling of residuals is under test too.
    package func scan(_ plan: LogScan) async throws(StorageError) -> LogScanResult {
        try plan.budget.spend()
        let residualColumns = plan.predicate.columnNames.sorted()
        let names = plan.projection + residualColumns
        let events = state.withLock { state in
            state.events.filter { event in
                event.group == plan.group.number && plan.range.contains(Timestamp(nanoseconds: event.time))
                    && plan.streams?.contains(event.stream) ?? true
            }
        }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
        let ordered = plan.order == .oldestFirst ? events : events.reversed()
        let chunks = stride(from: 0, to: ordered.count, by: 100).map { start in
            let rows = Array(ordered[start..<min(start + 100, ordered.count)])
            return ColumnChunk(rowCount: rows.count, columns: names.map { column(named: $0, of: rows) })
        }
        return LogScanResult(cursor: PreparedCursor(chunks), residual: plan.predicate, residualColumns: residualColumns)
    }

    private func column(named name: String, of rows: [Event]) -> Column {
        switch name {
        case LogColumn.time.name: return Column(.int64(rows.map(\.time)))
        case LogColumn.ingestionTime.name: return Column(.int64(rows.map(\.ingestionTime)))
        case LogColumn.stream.name: return Column(.uint32(rows.map(\.stream)))
        case LogColumn.eventNumber.name: return Column(.uint64(rows.map(\.number)))
        case LogColumn.message.name:
            var messages = BytesVector()
            for row in rows { messages.append(row.message) }
            return Column(.bytes(messages))
        default:
            var values = BytesVector()
            var validity = Selection(none: rows.count)
            for (index, row) in rows.enumerated() {
                let value = field(row.message, name)
                validity[index] = value != nil
                values.append(value ?? [])
            }
            return validity.isEmpty ? .absent : Column(.bytes(values), validity: validity)
        }
    }
}

extension ModelStore: LogDirectory {
    package func group(named name: String, of tenant: Tenant) async throws(StorageError) -> LogGroup? {
        state.withLock { $0.groups[tenant]?.first { $0.group.name == name }?.group }
    }

    package func groups(of tenant: Tenant, prefix: String, after: String?, limit: Int) async throws(StorageError) -> [LogGroup] {
        let groups = state.withLock { $0.groups[tenant]?.map(\.group) ?? [] }
        let wanted = groups.filter { group in group.name.hasPrefix(prefix) && (after.map { $0 < group.name } ?? true) }
        return Array(wanted.sorted { $0.name < $1.name }.prefix(limit))
    }

    package func createGroup(
        named name: String, logClass: String, tags: [(key: String, value: String)], of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogGroup? {
        state.withLock { state in
            guard !(state.groups[tenant] ?? []).contains(where: { $0.group.name == name }) else { return nil }
            state.groupCount += 1
            let group = LogGroup(name: name, number: state.groupCount, created: time, retentionDays: nil, logClass: logClass, tags: tags)
            state.groups[tenant, default: []].append(GroupEntry(group: group))
            return group
        }
    }

    package func deleteGroup(named name: String, of tenant: Tenant) async throws(StorageError) -> Bool {
        state.withLock { state in
            guard let index = state.groups[tenant]?.firstIndex(where: { $0.group.name == name }),
                let number = state.groups[tenant]?[index].group.number
            else { return false }
            state.groups[tenant]?.remove(at: index)
            state.events.removeAll { $0.group == number }
            return true
        }
    }

    package func setRetention(days: Int?, ofGroup name: String, tenant: Tenant) async throws(StorageError) -> Bool {
        state.withLock { state in
            guard let index = state.groups[tenant]?.firstIndex(where: { $0.group.name == name }) else { return false }
            state.groups[tenant]?[index].group.retentionDays = days
            return true
        }
    }

    package func storedBytes(of group: LogGroup) async throws(StorageError) -> Int {
        state.withLock { $0.events.filter { $0.group == group.number }.reduce(0) { $0 + $1.message.count + 26 } }
    }

    package func stream(named name: String, in group: LogGroup, of tenant: Tenant) async throws(StorageError) -> LogStreamEntry? {
        try await streams(in: group, of: tenant, prefix: name, after: nil, limit: .max).first { $0.name == name }
    }

    package func streams(
        in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int
    ) async throws(StorageError) -> [LogStreamEntry] {
        state.withLock { state in
            let streams = state.groups[tenant]?.first { $0.group.number == group.number }?.streams ?? []
            let wanted = streams.filter { stream in stream.name.hasPrefix(prefix) && (after.map { $0 < stream.name } ?? true) }
            return wanted.sorted { $0.name < $1.name }.prefix(limit).map { stream in
                let events = state.events.filter { $0.group == group.number && $0.stream == stream.number }
                var result = stream
                result.firstEvent = events.map(\.time).min().map(Timestamp.init(nanoseconds:))
                result.lastEvent = events.map(\.time).max().map(Timestamp.init(nanoseconds:))
                result.lastIngestion = events.map(\.ingestionTime).max().map(Timestamp.init(nanoseconds:))
                return result
            }
        }
    }

    package func createStream(
        named name: String, in group: LogGroup, of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogStreamEntry? {
        state.withLock { state in
            guard let index = state.groups[tenant]?.firstIndex(where: { $0.group.number == group.number }) else { return nil }
            guard !(state.groups[tenant]?[index].streams.contains { $0.name == name } ?? true) else { return nil }
            state.streamCount += 1
            let stream = LogStreamEntry(name: name, number: state.streamCount, created: time)
            state.groups[tenant]?[index].streams.append(stream)
            return stream
        }
    }
}

extension ModelStore: TraceWriter, TraceReader {
    package func prepare(_ batch: SpanBatch) throws(StorageError) -> [TableBatch] {
        guard batch.rowCount > 0 else { return [] }
        let first = state.withLock { state in
            defer { state.eventNumber += UInt64(batch.rowCount) }
            return state.eventNumber
        }
        return [TableBatch(
            table: .spans, partition: PartitionKey(window: 0), scope: BlockScope(tenant: batch.tenant),
            times: batch.starts.min()!...batch.starts.max()!, rowCount: batch.rowCount,
            columns: batch.columns(firstArrival: first))]
    }

    package func scan(_ plan: SpanScan) async throws(StorageError) -> any ScanCursor {
        try plan.budget.spend()
        let traces = plan.traces.map(Set.init)
        var spans = state.withLock { $0.spans }.filter { span in
            span.tenant == plan.tenant && traces?.contains(span.trace) ?? true && plan.range.contains(Timestamp(nanoseconds: span.start))
        }
        if plan.order == .newestFirst { spans = spans.enumerated().sorted { ($0.element.start, $0.offset) > ($1.element.start, $1.offset) }.map(\.element) }
        let kept = spans.filter { span in
            let selection = plan.predicate.selection(rowCount: 1) { name in
                SpanColumn.allCases.first { $0.name == name }.map { Column(span.columns[$0.rawValue]) } ?? spanColumn(span.columns, name) ?? .absent
            }
            return selection[0]
        }
        return PreparedCursor(kept.map { span in
            ColumnChunk(rowCount: 1, columns: plan.projection.map { Column(span.columns[$0.rawValue]) })
        })
    }
}
