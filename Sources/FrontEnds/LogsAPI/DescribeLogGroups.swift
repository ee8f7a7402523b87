import AWSProtocol
import SignalModel
import WireFormats

/// Lists groups by name.
/// Source: CloudWatch Logs API reference, DescribeLogGroups. Fixtures: `aws/logs/DescribeLogGroups/`.
struct DescribeLogGroups: APIOperation {
    static let name = "DescribeLogGroups"
    let logs: LogAccess

    struct Input: APIInput {
        let prefix, part: String?
        let logClass: CreateLogGroup.LogClass?
        let identifiers: [String]
        let token: String?
        let limit: Int

        init(from reader: inout InputReader) throws {
            prefix = reader.text("logGroupNamePrefix", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
            part = reader.text(
                "logGroupNamePattern", length: 0...Limits.nameLengthMax,
                pattern: TextPattern("[\\.\\-_/#A-Za-z0-9]*") { $0.isEmpty || LogNames.group.matches($0) })
            logClass = reader.enumeration("logGroupClass")
            identifiers = reader.texts("logGroupIdentifiers", count: 1...Limits.describedMax, length: 1...2048)
            token = reader.text("nextToken", length: 1...8192)
            limit = Int(reader.integer("limit", in: 1...Int64(Limits.describedMax)) ?? Int64(Limits.describedMax))
            try reader.check()
            if prefix != nil, part != nil {
                throw AWSError.invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
            }
        }

        var scope: [String] { ["DescribeLogGroups", prefix ?? "", part ?? "", logClass?.rawValue ?? ""] + identifiers }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        var last = try input.token.map { text in
            guard let token = PageToken(text, for: input.scope), token.fields.count == 1 else { throw AWSError.invalidPageToken() }
            return token.fields[0]
        }
        let part = input.part?.lowercased() ?? ""
        let named = try Self.names(input.identifiers, of: context.tenant)
        var found: [LogGroup] = []
        while found.count <= input.limit {
            let page = try await logs.directory.groups(
                of: context.tenant, prefix: input.prefix ?? "", after: last, limit: Limits.directoryPage)
            found += page.filter { group in
                (part.isEmpty || group.name.lowercased().contains(part)) && named?.contains(group.name) ?? true
                    && input.logClass.map { $0.rawValue == group.logClass } ?? true
            }
            guard page.count == Limits.directoryPage, let name = page.last?.name else { break }
            last = name
        }
        var shown: [WireValue] = []
        for group in found.prefix(input.limit) { shown.append(try await self.shown(group, of: context.tenant)) }
        let next = found.count > input.limit ? PageToken(fields: [found[input.limit - 1].name]).text(for: input.scope) : nil
        return .members(("logGroups", .list(shown)), ("nextToken", next.map(WireValue.text)))
    }

    private static func names(_ identifiers: [String], of tenant: Tenant) throws -> Set<String>? {
        guard !identifiers.isEmpty else { return nil }
        return Set(
            try identifiers.compactMap { identifier in
                guard let reference = GroupReference(identifier: identifier) else {
                    throw AWSError.invalidParameter("The log group identifier '\(identifier)' is not valid.")
                }
                return reference.belongs(to: tenant) ? reference.name : nil
            })
    }

    private func shown(_ group: LogGroup, of tenant: Tenant) async throws -> WireValue {
        let arn = LogNames.groupARN(group.name, of: tenant)
        return .members(
            ("logGroupName", .text(group.name)), ("creationTime", .integer(group.created.milliseconds)),
            ("retentionInDays", group.retentionDays.map { .integer(Int64($0)) }), ("metricFilterCount", 0), ("arn", .text(arn + ":*")),
            ("storedBytes", .integer(Int64(try await logs.directory.storedBytes(of: group)))), ("logGroupClass", .text(group.logClass)),
            ("logGroupArn", .text(arn)))
    }
}
