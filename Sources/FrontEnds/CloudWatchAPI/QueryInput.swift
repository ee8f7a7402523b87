import AWSProtocol
import MetricMath
import SignalModel
import WireFormats

/// A `MetricDataQuery` of GetMetricData or PutMetricAlarm.
/// Source: CloudWatch API reference, MetricDataQuery and MetricStat.
struct QueryInput: APIInput {
    let query: MetricDataQuery

    init(from reader: inout InputReader) throws {
        let id = reader.requiredText("Id", length: 1...255, pattern: Self.idPattern)
        let label = reader.text("Label")
        let returnsData = reader.bool("ReturnData") ?? true
        let period = reader.integer("Period", in: 1...Int64(Int32.max))
        let account = reader.text("AccountId", length: 1...255)
        let expression = reader.text("Expression", length: 1...2048)
        let stat: StatInput? = try reader.structure("MetricStat")
        try reader.check()
        let source: MetricDataQuery.Source
        switch (stat, expression) {
        case (.some, .some): throw AWSError.exclusive(reader.parameter("Expression"), reader.parameter("MetricStat"))
        case (let stat?, nil): source = .metric(stat.stat)
        case (nil, let expression?): source = .expression(expression)
        case (nil, nil):
            throw AWSError.validation("One of the parameters \(reader.parameter("Expression")) and \(reader.parameter("MetricStat")) must be specified.")
        }
        if let account, account != reader.context.tenant.account {
            throw AWSError.validation("The value \(account) for parameter \(reader.parameter("AccountId")) is not an account linked to this one.")
        }
        query = MetricDataQuery(id: id, source: source, label: label, returnsData: returnsData, periodSeconds: period, account: account)
    }

    private static let idPattern = TextPattern("[a-z][a-zA-Z0-9_]*") { text in
        guard let first = text.utf8.first, first &- 97 < 26 else { return false }
        return text.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 95 }
    }

    private struct StatInput: APIInput {
        let stat: MetricStat

        init(from reader: inout InputReader) throws {
            let metric: MetricInput = try reader.requiredStructure("Metric")
            let period = reader.requiredInteger("Period", in: 1...Int64(Int32.max))
            let statistic = reader.requiredText("Stat")
            let unit = reader.unit()
            try reader.check()
            do {
                stat = try MetricStat(metric: metric.metric, periodSeconds: period, statistic: statistic, unit: unit)
            } catch {
                throw AWSError.validation("The value \(statistic) for parameter \(reader.parameter("Stat")) is not supported.")
            }
        }
    }

    private struct MetricInput: APIInput {
        let metric: MetricIdentity

        init(from reader: inout InputReader) throws {
            let namespace = reader.requiredText("Namespace", length: 1...Limits.nameLengthMax, pattern: NamespacePattern.pattern)
            let name = reader.requiredText("MetricName", length: 1...Limits.nameLengthMax)
            metric = MetricIdentity(namespace: namespace, name: name, dimensions: try reader.dimensions())
        }
    }
}

extension InputReader {
    /// The queries of a list member, checked together. Which periods are allowed is the operation's to say.
    mutating func queries(_ name: StaticString, countMax: Int) throws -> [MetricDataQuery] {
        let queries = try structures(name, QueryInput.self, count: 1...countMax).map(\.query)
        try check()
        guard Set(queries.map(\.id)).count == queries.count else {
            throw AWSError.validation("The values for parameter id in \(name) are not unique.")
        }
        return queries
    }
}

extension AWSError {
    /// An expression that cannot be understood or computed.
    init(_ failure: MetricDataPlan.Failure) {
        if failure.cause.code == .alarm {
            self = .validation(failure.cause.message)
            return
        }
        let place = failure.cause.position.map { " (at position \($0))" } ?? ""
        self = .validation("Error in expression '\(failure.id)': \(failure.cause.message)\(place)")
    }
}
