import Columns
import LogsInsights
import SignalModel

/// The events of one group as a query wants them: the store's columns, and those that only the directory knows.
struct GroupScan {
    struct Rows {
        /// Empty when the scan's order is nobody's business.
        let times: [Int64]
        let numbers: [UInt64]
        /// The query's fields in their order.
        let chunk: ColumnChunk
        let rowsScanned: Int
    }

    private let logs: LogAccess
    private let tenant: Tenant
    private let group: LogGroup
    private let fields: [String]
    private let projection: [String]
    private var result: LogScanResult

    /// - Parameter isMerged: its rows go in between those of other groups, so that their places in time must be known.
    init(
        _ query: InsightsQuery, of group: LogGroup, tenant: Tenant, range: TimeRange, isMerged: Bool, budget: QueryBudget, logs: LogAccess
    ) async throws {
        self.logs = logs
        self.tenant = tenant
        self.group = group
        fields = query.fields
        let made: Set<String> = [SystemField.logStream, SystemField.log, SystemField.pointer]
        var names = query.fields.filter { !made.contains($0) }
        func need(_ columns: LogColumn...) { for column in columns where !names.contains(column.name) { names.append(column.name) } }
        if isMerged || query.fields.contains(SystemField.pointer) { need(.time, .eventNumber) }
        if query.fields.contains(SystemField.pointer) || query.fields.contains(SystemField.logStream) { need(.stream) }
        projection = names
        result = try await logs.reader.scan(
            LogScan(
                tenant: tenant, group: group, range: range, predicate: query.predicate, projection: projection, order: query.order,
                rowsWanted: query.rowsWanted, budget: budget))
    }

    /// - Returns: nil at the end. Rows may be none where none of a chunk passed.
    mutating func next() async throws -> Rows? {
        var chunk = ColumnChunk()
        guard try await result.cursor.next(into: &chunk) else { return nil }
        let rowsScanned = chunk.rowCount
        chunk = chunk.applying(result.residual, columns: result.residualColumns, after: projection.count)
        func vector(_ column: LogColumn) -> Vector { projection.firstIndex(of: column.name).map { chunk.columns[$0].vector } ?? .absent }
        let times = vector(.time).int64s ?? [], numbers = vector(.eventNumber).uint64s ?? [], streams = vector(.stream).uint32s ?? []
        var columns: [Column] = []
        for field in fields {
            switch field {
            case SystemField.log:
                columns.append(Self.texts(chunk.rowCount) { [text = "\(tenant.account):\(group.name)"] _ in text })
            case SystemField.logStream:
                let names = try await logs.streamNames.names(of: Set(streams), in: group, of: tenant)
                columns.append(Self.texts(chunk.rowCount) { names[streams[$0]] ?? "" })
            case SystemField.pointer:
                columns.append(
                    Self.texts(chunk.rowCount) { row in
                        let position = EventPosition(time: times[row], number: numbers[row])
                        return EventPointer(position: position, group: group.number, stream: streams[row]).text
                    })
            default: columns.append(projection.firstIndex(of: field).map { chunk.columns[$0] } ?? .absent)
            }
        }
        return Rows(
            times: times, numbers: numbers, chunk: ColumnChunk(rowCount: chunk.rowCount, columns: columns), rowsScanned: rowsScanned)
    }

    private static func texts(_ rowCount: Int, _ text: (Int) -> String) -> Column {
        var values = BytesVector()
        for row in 0..<rowCount { values.append(utf8: text(row)) }
        return Column(.bytes(values))
    }
}
