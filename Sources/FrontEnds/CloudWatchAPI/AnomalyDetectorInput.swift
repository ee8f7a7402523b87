import AWSProtocol
import Alarms
import AnomalyDetectors
import Bytes
import MetricMath
import SignalModel
import WireFormats

/// Which detector a request is about: one metric's, in the members of its own or in the older ones beside them, or a calculation's.
/// Source: CloudWatch API reference, SingleMetricAnomalyDetector and MetricMathAnomalyDetector.
struct AnomalyDetectorInput: APIInput {
    let subject: AnomalyDetector.Subject
    let key: String

    init(from reader: inout InputReader) throws {
        let single: SingleMetric? = try reader.structure("SingleMetricAnomalyDetector")
        let math: MetricMathQueries? = try reader.structure("MetricMathAnomalyDetector")
        let isPlain = reader.has("Namespace") || reader.has("MetricName") || reader.has("Stat")
        try reader.check()
        guard [single != nil, math != nil, isPlain].count(where: { $0 }) <= 1 else {
            throw AWSError.invalidParameterCombination(
                "SingleMetricAnomalyDetector, MetricMathAnomalyDetector and the parameters of a metric are mutually exclusive.")
        }
        if let math {
            (subject, key) = (math.subject, math.key)
        } else {
            let metric = try single ?? SingleMetric(from: &reader)
            try reader.check()
            (subject, key) = (metric.subject, metric.key)
        }
    }

    fileprivate static func key(_ plan: MetricDataPlan) -> String {
        let text = Array(ModelSubject(plan).key.utf8)
        return DetectorKey.of(text)
    }
}

/// A subject's key is of any length; the catalog's and the API's are not.
enum DetectorKey {
    /// - Returns: 32 hexadecimal digits.
    static func of(_ subject: [UInt8]) -> String {
        Hex.encode(Checksum.xxh3(subject)) + Hex.encode(Checksum.xxh3(Array("again ".utf8) + subject))
    }
}

private struct SingleMetric: APIInput {
    let subject: AnomalyDetector.Subject
    let key: String

    init(from reader: inout InputReader) throws {
        let account = reader.text("AccountId", length: 1...255)
        let namespace = reader.text("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
        let name = reader.text("MetricName", length: 1...Limits.nameLengthMax)
        let stat = reader.text("Stat", length: 0...50)
        let metric = MetricIdentity(namespace: namespace ?? "", name: name ?? "", dimensions: try reader.dimensions())
        try reader.check()
        if namespace == nil { throw AWSError.missingParameter(reader.parameter("Namespace")) }
        if name == nil { throw AWSError.missingParameter(reader.parameter("MetricName")) }
        guard let stat else { throw AWSError.missingParameter(reader.parameter("Stat")) }
        if let account, account != reader.context.tenant.account {
            throw AWSError.invalidParameterValue("The value \(account) for parameter \(reader.parameter("AccountId")) is not an account linked to this one.")
        }
        guard let watched = try? MetricStat(metric: metric, periodSeconds: 60, statistic: stat) else {
            throw AWSError.invalidValue(stat, reader.parameter("Stat"))
        }
        let dimensions = metric.dimensions.map { AnomalyDetector.MetricName.Tag(name: $0.name, value: $0.value) }
        subject = .metric(AnomalyDetector.MetricName(namespace: metric.namespace, name: metric.name, stat: stat, dimensions: dimensions))
        do {
            key = AnomalyDetectorInput.key(try MetricDataPlan([MetricDataQuery(id: "m", source: .metric(watched))]))
        } catch { throw AWSError(error) }
    }
}

private struct MetricMathQueries: APIInput {
    let subject: AnomalyDetector.Subject
    let key: String

    init(from reader: inout InputReader) throws {
        let queries = try reader.queries("MetricDataQueries", countMax: Limits.alarmQueriesMax)
        guard queries.count(where: \.returnsData) == 1, let target = queries.first(where: \.returnsData) else {
            throw AWSError.invalidParameterValue("Exactly one element of MetricMathAnomalyDetector.MetricDataQueries must return data.")
        }
        subject = .math(queries: JSON.encode(.list(queries.map(\.wire))))
        do {
            // Bands of it name the query that returns data; that it is looked at last tells the same here.
            let all = queries.filter { $0.id != target.id } + [target]
            let plan = try MetricDataPlan(all)
            guard !plan.hasSearches else { throw AWSError.invalidParameterValue("SEARCH is not supported in anomaly detectors.") }
            key = AnomalyDetectorInput.key(plan)
        } catch let failure as MetricDataPlan.Failure { throw AWSError(failure) }
    }
}

extension AnomalyDetector {
    /// In the order of the API. A metric's stands in its older members too.
    func wire(state: String) -> WireValue {
        var members: [(String, WireValue?)] = [("AnomalyDetectorId", .text(key))]
        if case .metric(let metric) = subject { members += metric.members }
        members += [
            ("Configuration", configuration.wire), ("StateValue", .text(state)),
            ("MetricCharacteristics", hasPeriodicSpikes.map { ["PeriodicSpikes": .bool($0)] }),
        ]
        switch subject {
        case .metric(let metric): members.append(("SingleMetricAnomalyDetector", .structure(metric.members)))
        case .math(let queries): members.append(("MetricMathAnomalyDetector", ["MetricDataQueries": Self.value(json: queries)]))
        }
        return .structure(members.compactMap { name, value in value.map { (name, $0) } })
    }

    private static func value(json: [UInt8]) -> WireValue {
        guard let document = try? WireDocument(json: json) else { return .list([]) }
        return value(document.root)
    }

    private static func value(_ node: WireNode) -> WireValue {
        switch node.kind {
        case .list: .list(node.children.map(value))
        case .map: .structure(node.children.map { ($0.key, value($0)) })
        case .bool: .bool(node.bool ?? false)
        case .integer: .integer(node.integer ?? 0)
        case .double: .double(node.double ?? 0)
        default: .text(node.text ?? "")
        }
    }
}

extension AnomalyDetector.MetricName {
    fileprivate var members: [(String, WireValue)] {
        let dimensions = dimensions.map { WireValue.members(("Name", .text($0.name)), ("Value", .text($0.value))) }
        return [("Namespace", .text(namespace)), ("MetricName", .text(name)), ("Dimensions", .list(dimensions)), ("Stat", .text(stat))]
    }
}

extension AnomalyDetector.Configuration {
    fileprivate var wire: WireValue {
        let ranges = excluded.map {
            WireValue.members(("StartTime", .timestamp($0.start.nanoseconds)), ("EndTime", .timestamp($0.end.nanoseconds)))
        }
        return .members(
            ("ExcludedTimeRanges", ranges.isEmpty ? nil : .list(ranges)), ("MetricTimezone", timezone.map(WireValue.text)),
            ("AdaptationSpeed", (adaptationSpeed?.rawValue).map(WireValue.text)),
            ("OutlierFilteringStrength", (outlierFilteringStrength?.rawValue).map(WireValue.text)))
    }
}
