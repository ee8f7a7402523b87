import Columns
import FilterPatterns
import SignalModel
import WireFormats

/// An event as an answer shows it.
struct LogEvent: Sendable {
    let position: EventPosition
    let stream: UInt32
    let ingestionTime: Int64
    let message: ArraySlice<UInt8>

    var byteCount: Int { message.count + Limits.eventOverheadBytes }
    var milliseconds: Int64 { Timestamp(nanoseconds: position.time).milliseconds }
    var ingestionMilliseconds: Int64 { Timestamp(nanoseconds: ingestionTime).milliseconds }
    var text: String { String(decoding: message, as: UTF8.self) }

    var id: String { LogEventID.text(time: position.time, number: position.number, stream: stream) }
}

/// Asks for events of one group, a page at a time.
struct EventSearch: Sendable {
    var tenant: Tenant
    var group: LogGroup
    var streams: [UInt32]?
    var range: TimeRange
    var pattern: FilterPattern?
    var order: LogScan.Order
    /// Oldest first: events at or past it. Newest first: those before it.
    var start: EventPosition?
    var limit: Int
}

struct EventPage: Sendable {
    /// In the order of the search.
    var events: [LogEvent] = []
    /// Where the search goes on; nil when nothing is left.
    var rest: EventPosition?
}

extension LogAccess {
    private static let projection = [LogColumn.time, .eventNumber, .stream, .ingestionTime, .message].map(\.name)

    /// Reads until the page is full by count or bytes, or enough events have been looked at.
    func page(of search: EventSearch) async throws -> EventPage {
        let plan = LogScan(
            tenant: search.tenant, group: search.group, streams: search.streams, range: search.scanRange,
            predicate: search.pattern?.predicate ?? .always(true),
            needs: search.pattern?.needs.map { LogScan.FieldText(name: $0.name, text: $0.text) } ?? [],
            projection: Self.projection, order: search.order, rowsWanted: search.limit, budget: readBudget())
        guard !plan.range.isEmpty, search.streams?.isEmpty != true else { return EventPage() }
        let result = try await reader.scan(plan)
        var cursor = result.cursor
        var chunk = ColumnChunk()
        var page = PageBuilder(search: search)
        while page.rest == nil, try await cursor.next(into: &chunk) {
            page.take(
                chunk.applying(result.residual, columns: result.residualColumns, after: Self.projection.count), rowsScanned: chunk.rowCount)
        }
        return EventPage(events: page.events, rest: page.rest)
    }
}

extension EventSearch {
    /// Time alone; the event numbers of the start are looked at row by row.
    fileprivate var scanRange: TimeRange {
        var range = range
        guard let start else { return range }
        switch order {
        case .oldestFirst: range.start = max(range.start, Timestamp(nanoseconds: start.time))
        case .newestFirst: range.end = min(range.end, Timestamp(nanoseconds: start.time == .max ? .max : start.time + 1))
        }
        return range
    }

    fileprivate func isPastStart(_ position: EventPosition) -> Bool {
        guard let start else { return true }
        return order == .oldestFirst ? position >= start : position < start
    }
}

private struct PageBuilder {
    let search: EventSearch
    private(set) var events: [LogEvent] = []
    private(set) var rest: EventPosition?
    private var bytes = 0
    private var rowsScanned = 0

    init(search: EventSearch) { self.search = search }

    mutating func take(_ chunk: ColumnChunk, rowsScanned count: Int) {
        rowsScanned += count
        guard let times = chunk.columns[0].vector.int64s, let numbers = chunk.columns[1].vector.uint64s,
            let streams = chunk.columns[2].vector.uint32s, let ingestionTimes = chunk.columns[3].vector.int64s,
            let messages = chunk.columns[4].vector.strings
        else { return }
        for row in 0..<chunk.rowCount {
            let position = EventPosition(time: times[row], number: numbers[row])
            guard search.isPastStart(position), isWanted(messages[row]) else { continue }
            let event = LogEvent(position: position, stream: streams[row], ingestionTime: ingestionTimes[row], message: messages[row])
            // A page never stays empty for an event that is larger than a page.
            guard events.isEmpty || bytes + event.byteCount <= Limits.pageBytesMax else { return stop(before: position) }
            events.append(event)
            bytes += event.byteCount
            if events.count == search.limit { return stop(after: position) }
        }
        if rowsScanned >= Limits.pageRowsScannedMax, let time = times.last, let number = numbers.last {
            stop(after: EventPosition(time: time, number: number))
        }
    }

    private func isWanted(_ message: ArraySlice<UInt8>) -> Bool {
        guard let pattern = search.pattern, !pattern.isPredicateExact else { return true }
        return pattern.matches(message)
    }

    private mutating func stop(after position: EventPosition) { rest = search.order == .oldestFirst ? position.next : position }
    private mutating func stop(before position: EventPosition) { rest = search.order == .oldestFirst ? position : position.next }
}

extension ColumnChunk {
    /// What is left of a scan's rows after the part of the predicate that the store could not test.
    func applying(_ residual: Predicate?, columns names: [String], after projected: Int) -> ColumnChunk {
        guard let residual else { return self }
        return filtered(
            by: residual.selection(rowCount: rowCount) { name in
                names.firstIndex(of: name).map { columns[projected + $0] } ?? .absent
            })
    }
}
