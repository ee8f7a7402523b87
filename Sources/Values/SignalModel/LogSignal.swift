package import Columns

// What a log is between the door and the store.

package struct LogGroup: Sendable, Equatable {
    package let name: String
    /// Never given to another group, not even after deletion.
    package let number: UInt32
    package let created: Timestamp
    /// One of CloudWatch's allowed values; nil keeps events for ever.
    package var retentionDays: Int?
    package var logClass: String
    package var tags: [(key: String, value: String)]
    /// Seals what is written from now on; nil: it is kept in the clear.
    package var dataKey: DataKeyID?

    package init(name: String, number: UInt32, created: Timestamp, retentionDays: Int?, logClass: String, tags: [(key: String, value: String)]) {
        self.name = name
        self.number = number
        self.created = created
        self.retentionDays = retentionDays
        self.logClass = logClass
        self.tags = tags
    }

    package static func == (a: LogGroup, b: LogGroup) -> Bool {
        a.name == b.name && a.number == b.number && a.created == b.created && a.retentionDays == b.retentionDays
            && a.logClass == b.logClass && a.dataKey == b.dataKey && a.tags.elementsEqual(b.tags, by: ==)
    }
}

package struct LogStreamEntry: Sendable, Equatable {
    package let name: String
    /// Unique within its group, never reused.
    package let number: UInt32
    package let created: Timestamp
    package var firstEvent: Timestamp?
    package var lastEvent: Timestamp?
    package var lastIngestion: Timestamp?

    package init(name: String, number: UInt32, created: Timestamp, firstEvent: Timestamp? = nil, lastEvent: Timestamp? = nil, lastIngestion: Timestamp? = nil) {
        self.name = name
        self.number = number
        self.created = created
        self.firstEvent = firstEvent
        self.lastEvent = lastEvent
        self.lastIngestion = lastIngestion
    }
}

/// The fixed columns of the log table, in their order in a `TableBatch`. A scan names columns by `name`; any other name in a
/// projection or predicate is a discovered field (a JSON path such as `error.type`, or a field of a Lambda `REPORT` line).
package enum LogColumn: Int, CaseIterable, Sendable {
    /// int64, UTC nanoseconds: the event's own time.
    case time
    /// int64, UTC nanoseconds.
    case ingestionTime
    /// uint32: the stream's number.
    case stream
    /// uint64: unique in the store, ascending in order of ingestion; breaks ties of time.
    case eventNumber
    /// bytes: as it was sent.
    case message

    package var name: String {
        switch self {
        case .time: "@timestamp"
        case .ingestionTime: "@ingestionTime"
        case .stream: "@streamNumber"
        case .eventNumber: "@eventNumber"
        case .message: "@message"
        }
    }
}

/// Events of one request for one group.
package struct LogBatch: Sendable {
    package var tenant: Tenant
    package var group: LogGroup
    package var ingestionTime: Timestamp
    package var times: [Int64] = []
    /// The number of each event's stream.
    package var streams: [UInt32] = []
    package var messages = BytesVector()

    package init(tenant: Tenant, group: LogGroup, ingestionTime: Timestamp) {
        self.tenant = tenant
        self.group = group
        self.ingestionTime = ingestionTime
    }
}

/// Asks for events of one group.
package struct LogScan: Sendable {
    /// A text that a discovered field has, or one of several fields of that name: `{"a.b":…}` and `{"a":{"b":…}}` are both `a.b`.
    package struct FieldText: Sendable, Equatable {
        package let name: String
        package let text: [UInt8]

        package init(name: String, text: [UInt8]) {
            self.name = name
            self.text = text
        }
    }

    package enum Order: Sendable { case oldestFirst, newestFirst }

    package var tenant: Tenant
    package var group: LogGroup
    /// Nil: every stream.
    package var streams: [UInt32]?
    package var range: TimeRange
    package var predicate: Predicate
    /// What every row of use has besides: a reader may pass by many rows together that have no such value. It need not test single ones.
    package var needs: [FieldText]
    /// Columns of the chunks, in this order: names of `LogColumn` or of discovered fields.
    package var projection: [String]
    /// By (time, event number). Chunks follow each other in this order too.
    package var order: Order
    /// After how many rows the reader may well stop: a chunk need not be larger. Nil: it will read everything.
    package var rowsWanted: Int?
    package var budget: QueryBudget

    package init(
        tenant: Tenant, group: LogGroup, streams: [UInt32]? = nil, range: TimeRange, predicate: Predicate = .always(true),
        needs: [FieldText] = [], projection: [String], order: Order, rowsWanted: Int? = nil, budget: QueryBudget
    ) {
        self.tenant = tenant
        self.group = group
        self.streams = streams
        self.range = range
        self.predicate = predicate
        self.needs = needs
        self.projection = projection
        self.order = order
        self.rowsWanted = rowsWanted
        self.budget = budget
    }
}

package protocol LogReader: Sendable {
    /// - Returns: the rows, and what is left of the predicate: the caller must apply `residual`, whose columns are then part of the
    ///   projection after those asked for, in the order of `residualColumns`. Nil: the rows are exactly those asked for.
    func scan(_ plan: LogScan) async throws(StorageError) -> LogScanResult
}

package struct LogScanResult: Sendable {
    package var cursor: any ScanCursor
    package var residual: Predicate?
    package var residualColumns: [String]

    package init(cursor: any ScanCursor, residual: Predicate? = nil, residualColumns: [String] = []) {
        self.cursor = cursor
        self.residual = residual
        self.residualColumns = residualColumns
    }
}

package protocol LogWriter: Sendable {
    /// Gives every event its number and cuts the rows by partition. Nothing is stored until the result is committed.
    func prepare(_ batch: LogBatch) throws(StorageError) -> [TableBatch]
}

/// The log groups and streams of all tenants. Changes are durable when the call returns.
package protocol LogDirectory: Sendable {
    func group(named name: String, of tenant: Tenant) async throws(StorageError) -> LogGroup?
    /// By name, ascending, names after `after`.
    func groups(of tenant: Tenant, prefix: String, after: String?, limit: Int) async throws(StorageError) -> [LogGroup]
    /// - Returns: nil when a group of that name is there already.
    func createGroup(
        named name: String, logClass: String, tags: [(key: String, value: String)], of tenant: Tenant, at time: Timestamp
    ) async throws(StorageError) -> LogGroup?
    /// Its streams and events are gone at once. - Returns: false when there is none.
    func deleteGroup(named name: String, of tenant: Tenant) async throws(StorageError) -> Bool
    /// - Returns: false when there is no such group.
    func setRetention(days: Int?, ofGroup name: String, tenant: Tenant) async throws(StorageError) -> Bool
    /// Bytes of message text that the group holds, 26 a event added as AWS counts them.
    func storedBytes(of group: LogGroup) async throws(StorageError) -> Int

    func stream(named name: String, in group: LogGroup, of tenant: Tenant) async throws(StorageError) -> LogStreamEntry?
    /// By name, ascending.
    func streams(in group: LogGroup, of tenant: Tenant, prefix: String, after: String?, limit: Int) async throws(StorageError) -> [LogStreamEntry]
    /// - Returns: nil when a stream of that name is there already.
    func createStream(named name: String, in group: LogGroup, of tenant: Tenant, at time: Timestamp) async throws(StorageError) -> LogStreamEntry?
}
