import AWSProtocol
import Bytes
import LogsInsights
import SignalModel
import WireFormats

/// Reads an Insights query and sets it to work; its result is asked for by GetQueryResults.
/// Source: CloudWatch Logs API reference, StartQuery. Fixtures: `aws/logs/StartQuery/`.
struct StartQuery: APIOperation {
    static let name = "StartQuery"
    let logs: LogAccess
    let queries: QueryRegistry

    enum Language: String, CaseIterable, Sendable {
        case CWLI, SQL, PPL
    }

    struct Input: APIInput {
        let groups: [GroupReference]
        let range: TimeRange
        let text: String
        let query: InsightsQuery
        let rowLimit: Int

        init(from reader: inout InputReader) throws {
            let name = reader.text("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            let names = reader.texts(
                "logGroupNames", count: 1...Limits.queryGroupsMax, length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            let identifiers = reader.texts("logGroupIdentifiers", count: 1...Limits.queryGroupsMax, length: 1...2048)
            let start = reader.requiredInteger("startTime", in: 0...Self.secondsMax)
            let end = reader.requiredInteger("endTime", in: 0...Self.secondsMax)
            text = reader.requiredText("queryString", length: 0...Limits.queryLengthMax)
            rowLimit = Int(reader.integer("limit", in: 1...Int64(Limits.queryRowsMax)) ?? Int64(Limits.queryRowsMax))
            let language = reader.enumeration("queryLanguage") ?? Language.CWLI
            try reader.check()
            guard language == .CWLI else { throw AWSError.invalidParameter("The query language \(language.rawValue) is not supported.") }
            guard start <= end else { throw AWSError.invalidParameter("The start time must not be after the end time.") }
            // Both seconds belong to the range.
            range = TimeRange(start: Timestamp(seconds: start), end: Timestamp(seconds: end + 1))
            groups = try Self.groups(name, names, identifiers)
            do { query = try InsightsQuery(parsing: text) } catch { throw AWSError.malformedQuery(error) }
        }

        /// The last second that nanoseconds can count, and the one after it.
        private static let secondsMax: Int64 = 9_223_372_035

        private static func groups(_ name: String?, _ names: [String], _ identifiers: [String]) throws -> [GroupReference] {
            let given = [name.map { [$0] } ?? [], names, identifiers].filter { !$0.isEmpty }
            guard given.count == 1 else {
                throw AWSError.invalidParameter("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified.")
            }
            return try given[0].map { text in
                guard let reference = GroupReference(identifier: text) else {
                    throw AWSError.invalidParameter("The log group identifier '\(text)' is not valid.")
                }
                return reference
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        var groups: [LogGroup] = []
        for reference in input.groups {
            guard reference.belongs(to: context.tenant),
                let group = try await logs.directory.group(named: reference.name, of: context.tenant)
            else {
                throw AWSError.resourceNotFound("Log group '\(reference.name)' does not exist for account ID '\(context.tenant.account)'")
            }
            if !groups.contains(where: { $0.number == group.number }) { groups.append(group) }
        }
        let request = QueryRegistry.Request(
            tenant: context.tenant, groups: groups, range: input.range, text: input.text, query: input.query, rowLimit: input.rowLimit,
            created: context.now)
        guard let id = queries.start(request) else {
            throw AWSError.limitExceededException(
                "Account maximum query concurrency limit of \(logs.configuration.queriesRunningMax) reached.")
        }
        return ["queryId": .text(id.description)]
    }
}
