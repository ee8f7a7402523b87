import AWSProtocol
import SignalModel
import WireFormats

/// Lists streams of a group, by name or by their newest event.
/// Source: CloudWatch Logs API reference, DescribeLogStreams. Fixtures: `aws/logs/DescribeLogStreams/`.
struct DescribeLogStreams: APIOperation {
    static let name = "DescribeLogStreams"
    let logs: LogAccess

    enum Order: String, CaseIterable, Sendable {
        case LogStreamName, LastEventTime
    }

    struct Input: APIInput {
        let group: GroupReference
        let prefix: String
        let order: Order
        let isDescending: Bool
        let token: String?
        let limit: Int

        init(from reader: inout InputReader) throws {
            prefix = reader.text("logStreamNamePrefix", length: 1...Limits.nameLengthMax, pattern: LogNames.stream) ?? ""
            order = reader.enumeration("orderBy") ?? .LogStreamName
            isDescending = reader.bool("descending") ?? false
            token = reader.text("nextToken", length: 1...8192)
            limit = Int(reader.integer("limit", in: 1...Int64(Limits.describedMax)) ?? Int64(Limits.describedMax))
            group = try GroupReference(from: &reader)
            if order == .LastEventTime, !prefix.isEmpty {
                throw AWSError.invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let group = try await logs.group(input.group, of: context.tenant)
        let scope = ["DescribeLogStreams", "\(group.number)", input.prefix, input.order.rawValue, "\(input.isDescending)"]
        let last = try input.token.map { text in
            guard let token = PageToken(text, for: scope), token.fields.count == 2, let time = Int64(token.fields[0]) else {
                throw AWSError.invalidPageToken()
            }
            return (time, token.fields[1])
        }
        let found = try await streams(input, in: group, of: context.tenant, after: last)
        let next = found.count > input.limit ? found[input.limit - 1] : nil
        return .members(
            ("logStreams", .list(found.prefix(input.limit).map { Self.shown($0, in: group, of: context.tenant) })),
            ("nextToken", next.map { .text(PageToken(fields: ["\(Self.place($0, input.order).0)", $0.name]).text(for: scope)) }))
    }

    /// One more than the page takes, if there are so many. Only names in their order can be read page by page; else all are read.
    private func streams(
        _ input: Input, in group: LogGroup, of tenant: Tenant, after last: (Int64, String)?
    ) async throws -> [LogStreamEntry] {
        if input.order == .LogStreamName, !input.isDescending {
            return try await logs.directory.streams(in: group, of: tenant, prefix: input.prefix, after: last?.1, limit: input.limit + 1)
        }
        let all = try await logs.streams(in: group, of: tenant, prefix: input.prefix)
        func precedes(_ a: (Int64, String), _ b: (Int64, String)) -> Bool { input.isDescending ? a > b : a < b }
        let rest = all.filter { stream in last.map { precedes($0, Self.place(stream, input.order)) } ?? true }
        return Array(rest.sorted { precedes(Self.place($0, input.order), Self.place($1, input.order)) }.prefix(input.limit + 1))
    }

    /// Where a stream stands: by time and name, or by name alone.
    private static func place(_ stream: LogStreamEntry, _ order: Order) -> (Int64, String) {
        (order == .LastEventTime ? stream.lastEvent?.milliseconds ?? 0 : 0, stream.name)
    }

    private static func shown(_ stream: LogStreamEntry, in group: LogGroup, of tenant: Tenant) -> WireValue {
        func milliseconds(_ time: Timestamp?) -> WireValue? { time.map { .integer($0.milliseconds) } }
        return .members(
            ("logStreamName", .text(stream.name)), ("creationTime", .integer(stream.created.milliseconds)),
            ("firstEventTimestamp", milliseconds(stream.firstEvent)), ("lastEventTimestamp", milliseconds(stream.lastEvent)),
            ("lastIngestionTime", milliseconds(stream.lastIngestion)),
            ("uploadSequenceToken", .text(Digits.padded(UInt64(stream.number), 56))),
            ("arn", .text(LogNames.streamARN(stream.name, in: group.name, of: tenant))), ("storedBytes", 0))
    }
}
