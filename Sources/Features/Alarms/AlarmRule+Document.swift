package import MetricMath
package import WireFormats

// A rule in AWS's own JSON: what DescribeAlarms shows, and what the catalog keeps.

extension AlarmRule {
    /// Members after the state, in the order of the API.
    package var conditionMembers: [(String, WireValue)] {
        if case .log(let watch) = subject { return logMembers(watch) }
        var members: [(String, WireValue?)] = []
        if case .metric(let watched) = subject { members = watched.members }
        members += [
            ("EvaluationPeriods", .integer(Int64(evaluationPeriods))),
            ("DatapointsToAlarm", datapointsToAlarm.map { .integer(Int64($0)) }), ("Threshold", bandID == nil ? .double(threshold) : nil),
            ("ComparisonOperator", .text(comparison.rawValue)), ("TreatMissingData", (missingData?.rawValue).map(WireValue.text)),
            ("EvaluateLowSampleCountPercentile", (lowSamples?.rawValue).map(WireValue.text)),
        ]
        if case .queries(let queries) = subject { members.append(("Metrics", .list(queries.map(\.wire)))) }
        members.append(("ThresholdMetricId", bandID.map(WireValue.text)))
        return members.compactMap { name, value in value.map { (name, $0) } }
    }

    private func logMembers(_ watch: LogWatch) -> [(String, WireValue)] {
        let members: [(String, WireValue?)] = [
            ("ScheduledQueryConfiguration", watch.wire), ("QueryResultsToEvaluate", .integer(Int64(evaluationPeriods))),
            ("QueryResultsToAlarm", .integer(Int64(datapointsToAlarm ?? evaluationPeriods))), ("Threshold", .double(threshold)),
            ("ComparisonOperator", .text(comparison.rawValue)), ("TreatMissingData", (missingData?.rawValue).map(WireValue.text)),
            ("ActionLogLineCount", watch.lineCount > 0 ? .integer(watch.lineCount) : nil),
            ("ActionLogLineRoleArn", watch.lineRole.map(WireValue.text)),
        ]
        return members.compactMap { name, value in value.map { (name, $0) } }
    }

    /// - Returns: nil for a document that is not a rule of ours.
    init?(document: WireNode) {
        let bandID = document["ThresholdMetricId"]?.text
        guard let settings = AlarmSettings(document: document),
            let periods = (document["EvaluationPeriods"] ?? document["QueryResultsToEvaluate"])?.integer.flatMap(Int.init(exactly:)),
            let threshold = document["Threshold"]?.double ?? (bandID == nil ? nil : 0),
            let comparison = document["ComparisonOperator"]?.text.flatMap(Comparison.init), let subject = Subject(document: document)
        else { return nil }
        self.init(
            name: settings.name, subject: subject, evaluationPeriods: periods,
            datapointsToAlarm: (document["DatapointsToAlarm"] ?? document["QueryResultsToAlarm"])?.integer.flatMap(Int.init(exactly:)), threshold: threshold, bandID: bandID,
            comparison: comparison, missingData: document["TreatMissingData"]?.text.flatMap(MissingData.init),
            lowSamples: document["EvaluateLowSampleCountPercentile"]?.text.flatMap(LowSamples.init))
        self.settings = settings
    }
}

extension AlarmRule.Subject {
    fileprivate init?(document: WireNode) {
        if let query = document["ScheduledQueryConfiguration"] {
            guard let watch = LogWatch(document: query, lines: document) else { return nil }
            self = .log(watch)
        } else if let queries = document["Metrics"] {
            let decoded = queries.children.compactMap(MetricDataQuery.init(document:))
            guard decoded.count == queries.childCount else { return nil }
            self = .queries(decoded)
        } else if let watched = WatchedMetric(document: document) {
            self = .metric(watched)
        } else {
            return nil
        }
    }
}

extension WatchedMetric {
    var members: [(String, WireValue?)] {
        [
            ("MetricName", .text(stat.metric.name)), ("Namespace", .text(stat.metric.namespace)),
            (isExtended ? "ExtendedStatistic" : "Statistic", .text(stat.statisticText)), ("Dimensions", stat.metric.wireDimensions),
            ("Period", .integer(stat.periodSeconds)), ("Unit", stat.unit.map(WireValue.text)),
        ]
    }

    fileprivate init?(document: WireNode) {
        let extended = document["ExtendedStatistic"]?.text
        guard let statistic = extended ?? document["Statistic"]?.text, let period = document["Period"]?.integer,
            let metric = MetricIdentity(document: document),
            let stat = MetricStat(metric, period, statistic, unit: document["Unit"]?.text)
        else { return nil }
        self.init(stat: stat, isExtended: extended != nil)
    }
}

extension MetricDataQuery {
    /// In the order of the API.
    package var wire: WireValue {
        .members(
            ("Id", .text(id)), ("MetricStat", metricStat.map(\.wire)), ("Expression", expression.map(WireValue.text)),
            ("Label", label.map(WireValue.text)), ("ReturnData", .bool(returnsData)), ("Period", periodSeconds.map(WireValue.integer)),
            ("AccountId", account.map(WireValue.text)))
    }

    fileprivate init?(document: WireNode) {
        guard let id = document["Id"]?.text, let returnsData = document["ReturnData"]?.bool else { return nil }
        let source: Source
        if let expression = document["Expression"]?.text {
            source = .expression(expression)
        } else if let node = document["MetricStat"], let metric = node["Metric"].flatMap(MetricIdentity.init(document:)),
            let period = node["Period"]?.integer, let statistic = node["Stat"]?.text,
            let stat = MetricStat(metric, period, statistic, unit: node["Unit"]?.text)
        {
            source = .metric(stat)
        } else {
            return nil
        }
        self.init(
            id: id, source: source, label: document["Label"]?.text, returnsData: returnsData, periodSeconds: document["Period"]?.integer,
            account: document["AccountId"]?.text)
    }
}

extension MetricStat {
    var wire: WireValue {
        .members(
            ("Metric", .members(("Namespace", .text(metric.namespace)), ("MetricName", .text(metric.name)), ("Dimensions", metric.wireDimensions))),
            ("Period", .integer(periodSeconds)), ("Stat", .text(statisticText)), ("Unit", unit.map(WireValue.text)))
    }

    /// Nil for the name of no statistic.
    fileprivate init?(_ metric: MetricIdentity, _ period: Int64, _ statistic: String, unit: String?) {
        do {
            try self.init(metric: metric, periodSeconds: period, statistic: statistic, unit: unit)
        } catch {
            return nil
        }
    }
}

extension MetricIdentity {
    package var wireDimensions: WireValue {
        .list(dimensions.map { .members(("Name", .text($0.name)), ("Value", .text($0.value))) })
    }

    fileprivate init?(document: WireNode) {
        guard let namespace = document["Namespace"]?.text, let name = document["MetricName"]?.text else { return nil }
        let dimensions = document["Dimensions"]?.children.compactMap { node -> Dimension? in
            guard let name = node["Name"]?.text, let value = node["Value"]?.text else { return nil }
            return Dimension(name: name, value: value)
        }
        self.init(namespace: namespace, name: name, dimensions: dimensions ?? [])
    }
}
