import AWSProtocol
import LogsInsights
import SignalModel
import WireFormats

/// One event by its `@ptr`, with all its fields.
/// Source: CloudWatch Logs API reference, GetLogRecord. Fixtures: `aws/logs/GetLogRecord/`.
struct GetLogRecord: APIOperation {
    static let name = "GetLogRecord"
    let logs: LogAccess

    struct Input: APIInput {
        let pointer: EventPointer

        init(from reader: inout InputReader) throws {
            let text = reader.requiredText("logRecordPointer", length: 1...512)
            try reader.check()
            guard let pointer = EventPointer(text) else { throw AWSError.invalidParameter("The specified log record pointer is invalid.") }
            self.pointer = pointer
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let pointer = input.pointer
        guard let group = try await group(numbered: pointer.group, of: context.tenant) else { throw Self.missing }
        let page = try await logs.page(
            of: EventSearch(
                tenant: context.tenant, group: group, streams: [pointer.stream], range: .all, pattern: nil, order: .oldestFirst,
                start: pointer.position, limit: 1))
        guard let event = page.events.first, event.position == pointer.position else { throw Self.missing }
        let stream = try await logs.streamNames.names(of: [event.stream], in: group, of: context.tenant)[event.stream]
        var fields: [(String, WireValue)] = [
            (SystemField.ingestionTime, .text("\(event.ingestionMilliseconds)")),
            (SystemField.log, .text("\(context.tenant.account):\(group.name)")),
            (SystemField.logStream, .text(stream ?? "")), (SystemField.message, .text(event.text)),
            (SystemField.pointer, .text(pointer.text)),
            (SystemField.timestamp, .text("\(event.milliseconds)")),
        ]
        fields += LogFields.all(in: event.message).map { ($0.name, .text($0.value)) }
        return ["logRecord": .map(fields)]
    }

    private static var missing: AWSError { .resourceNotFound("The specified log record does not exist.") }

    private func group(numbered number: UInt32, of tenant: Tenant) async throws -> LogGroup? {
        var last: String?
        while true {
            let page = try await logs.directory.groups(of: tenant, prefix: "", after: last, limit: Limits.directoryPage)
            if let found = page.first(where: { $0.number == number }) { return found }
            guard page.count == Limits.directoryPage else { return nil }
            last = page.last?.name
        }
    }
}
