import AWSProtocol
import AnomalyDetectors
import MetricMath
import SignalModel
import WireFormats

/// Anomaly detectors, page by page: those of single metrics unless others are asked for.
/// Source: CloudWatch API reference, DescribeAnomalyDetectors.
struct DescribeAnomalyDetectors: APIOperation {
    static let name = "DescribeAnomalyDetectors"
    let detectors: DetectorBook
    let metrics: MetricAccess

    enum DetectorType: String, CaseIterable { case SINGLE_METRIC, METRIC_MATH }

    struct Input: APIInput {
        let namespace, metricName: String?
        let dimensions: [MetricIdentity.Dimension]
        let types: [DetectorType]
        let ids: [String]
        let resultsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            namespace = reader.text("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            metricName = reader.text("MetricName", length: 1...Limits.nameLengthMax)
            dimensions = try reader.dimensions()
            let asked: [DetectorType] = reader.enumerations("AnomalyDetectorTypes", count: 0...2)
            types = asked.isEmpty ? [.SINGLE_METRIC] : asked
            ids = reader.texts("AnomalyDetectorIds", count: 0...50, length: 1...128)
            try reader.check()
            guard ids.isEmpty || (namespace == nil && metricName == nil && dimensions.isEmpty && asked.isEmpty) else {
                throw AWSError.invalidParameterCombination(
                    "AnomalyDetectorIds cannot be used with Namespace, MetricName, Dimensions or AnomalyDetectorTypes.")
            }
            resultsMax = Int(min(100, reader.integer("MaxResults", in: 1...Int64(Int32.max)) ?? 100))
            nextToken = reader.text("NextToken")
        }

        var key: [String] {
            [namespace ?? "", metricName ?? "", "\(dimensions.count)"] + dimensions.flatMap { [$0.name, $0.value] } + types.map(\.rawValue) + ids
        }

        func holds(_ detector: AnomalyDetector) -> Bool {
            if !ids.isEmpty { return ids.contains(detector.key) }
            switch detector.subject {
            case .math: return types.contains(.METRIC_MATH) && namespace == nil && metricName == nil && dimensions.isEmpty
            case .metric(let metric):
                guard types.contains(.SINGLE_METRIC), namespace ?? metric.namespace == metric.namespace, metricName ?? metric.name == metric.name
                else { return false }
                return dimensions.allSatisfy { wanted in metric.dimensions.contains { $0.name == wanted.name && $0.value == wanted.value } }
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        var last = try input.nextToken.map { try PageToken.lastName($0, for: request) }
        var found: [AnomalyDetector] = []
        var isOver = false
        while found.count <= input.resultsMax, !isOver {
            let batch = try await detectors.detectors(of: context.tenant, after: last, limit: 500)
            found += batch.filter(input.holds)
            last = batch.last?.key
            isOver = batch.isEmpty
        }
        let shown = found.prefix(input.resultsMax)
        var wires: [WireValue] = []
        for detector in shown { wires.append(detector.wire(state: try await state(of: detector, context))) }
        let token = found.count > shown.count ? shown.last.map { WireValue.text(PageToken(fields: [$0.key]).text(for: request)) } : nil
        return .members(("AnomalyDetectors", .list(wires)), ("NextToken", token))
    }

    /// Trained when three days of the last two weeks have values; with fewer there is a band, but of a model that knows little.
    private func state(of detector: AnomalyDetector, _ context: RequestContext) async throws -> String {
        guard case .metric(let metric) = detector.subject else { return "TRAINED" }
        let identity = MetricIdentity(namespace: metric.namespace, name: metric.name, dimensions: metric.dimensions.map { ($0.name, $0.value) })
        let hour = 3600 * PeriodAlignment.second
        let end = context.now.floored(to: hour).nanoseconds + hour
        let range = TimeRange(start: Timestamp(nanoseconds: end - 14 * 24 * hour), end: Timestamp(nanoseconds: end))
        let request = BucketRequest(metric: identity, unit: nil, period: hour, range: range, keepsSamples: false)
        let table = try await metrics.buckets(of: context.tenant, metrics.budget()).read([request])[0]
        return table.isEmpty ? "PENDING_TRAINING" : table.starts.count < 72 ? "TRAINED_INSUFFICIENT_DATA" : "TRAINED"
    }
}
