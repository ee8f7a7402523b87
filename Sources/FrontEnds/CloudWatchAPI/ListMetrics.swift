import AWSProtocol
import MetricMath
import SignalModel
import WireFormats

/// The metrics that have had a sample lately, by namespace, name and dimensions.
/// Source: CloudWatch API reference, ListMetrics.
struct ListMetrics: APIOperation {
    static let name = "ListMetrics"
    let metrics: MetricAccess

    enum RecentlyActive: String, CaseIterable { case threeHours = "PT3H" }

    struct DimensionFilter: APIInput {
        let name: String
        let value: String?

        init(from reader: inout InputReader) {
            name = reader.requiredText("Name", length: 1...Limits.nameLengthMax)
            value = reader.text("Value", length: 1...Limits.dimensionValueLengthMax)
        }
    }

    struct Input: APIInput {
        let namespace, metricName: String?
        let dimensions: [DimensionFilter]
        let recentlyActive: RecentlyActive?
        let includesLinkedAccounts: Bool
        let owningAccount: String?
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            namespace = reader.text("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            metricName = reader.text("MetricName", length: 1...Limits.nameLengthMax)
            dimensions = try reader.structures("Dimensions", count: 0...10)
            recentlyActive = reader.enumeration("RecentlyActive")
            includesLinkedAccounts = reader.bool("IncludeLinkedAccounts") ?? false
            owningAccount = reader.text("OwningAccount", length: 1...255)
            nextToken = reader.text("NextToken")
        }

        /// What decides the pages.
        var key: [String] {
            let filters = dimensions.flatMap { [$0.name, $0.value == nil ? "any" : "is", $0.value ?? ""] }
            return [namespace ?? "", metricName ?? "", recentlyActive?.rawValue ?? "", owningAccount ?? ""] + filters
        }

        var matchers: [LabelMatcher] {
            [
                LabelMatcher(LabelSet.namespace, namespace.map { .equals($0) } ?? .differs("")),
                LabelMatcher(LabelSet.metricName, metricName.map { .equals($0) } ?? .differs("")),
            ] + dimensions.map { LabelMatcher($0.name, $0.value.map { .equals($0) } ?? .differs("")) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        var last: MetricIdentity?
        if let text = input.nextToken {
            guard let token = PageToken(text, for: request), let identity = MetricIdentity(pageFields: token.fields) else {
                throw AWSError.invalidParameterValue("Invalid nextToken")
            }
            last = identity
        }
        if let account = input.owningAccount, account != context.tenant.account { return page([], nil, input, context) }
        let found = try await identities(input, after: last, context)
        let shown = Array(found.prefix(Limits.metricsPageSize))
        let hasMore = found.count > shown.count
        let token = hasMore ? shown.last.map { PageToken(fields: $0.pageFields).text(for: request) } : nil
        return page(shown, token, input, context)
    }

    /// A metric's units are one metric here.
    /// - Returns: a page, ascending, and one more where there is more.
    private func identities(_ input: Input, after last: MetricIdentity?, _ context: RequestContext) async throws -> [MetricIdentity] {
        let seconds = input.recentlyActive == nil ? Limits.listedSeconds : Limits.recentlyActiveSeconds
        let now = context.now.nanoseconds, second = PeriodAlignment.second
        // Samples may lie up to two hours ahead; their metrics are active too.
        let range = TimeRange(
            start: Timestamp(nanoseconds: now - seconds * second), end: Timestamp(nanoseconds: now + (Limits.futureSeconds + 1) * second))
        let entries = try await metrics.reader.series(
            matching: input.matchers, of: context.tenant, in: range, limit: BucketReader.seriesMax)
        var first = FirstInOrder<MetricIdentity>(count: Limits.metricsPageSize + 1)
        for entry in entries {
            guard let identity = MetricIdentity(labels: entry.labels), last.map({ $0 < identity }) ?? true else { continue }
            first.add(identity)
        }
        return first.sorted()
    }

    private func page(_ shown: [MetricIdentity], _ token: String?, _ input: Input, _ context: RequestContext) -> WireValue {
        let owners: WireValue? = input.includesLinkedAccounts ? .texts(shown.map { _ in context.tenant.account }) : nil
        return .members(("Metrics", .list(shown.map(\.wire))), ("NextToken", token.map(WireValue.text)), ("OwningAccounts", owners))
    }
}

extension MetricIdentity {
    fileprivate var pageFields: [String] { [namespace, name] + dimensions.flatMap { [$0.name, $0.value] } }

    fileprivate init?(pageFields: [String]) {
        guard pageFields.count >= 2, pageFields.count % 2 == 0 else { return nil }
        let dimensions = stride(from: 2, to: pageFields.count, by: 2).map { Dimension(name: pageFields[$0], value: pageFields[$0 + 1]) }
        self.init(namespace: pageFields[0], name: pageFields[1], dimensions: dimensions)
    }
}
