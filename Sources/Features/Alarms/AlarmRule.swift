package import MetricMath

/// What an alarm watches and when it is in alarm: PutMetricAlarm's or PutLogAlarm's input, checked. Its settings read as its own.
@dynamicMemberLookup
package struct AlarmRule: Sendable, Equatable {
    package var settings: AlarmSettings
    package var subject: Subject
    package var evaluationPeriods: Int
    /// Nil: all of `evaluationPeriods`.
    package var datapointsToAlarm: Int?
    /// Of no meaning where `bandID` is set.
    package var threshold: Double
    /// The query whose two series are the border instead of the threshold.
    package var bandID: String?
    package var comparison: Comparison
    /// Nil when it was not sent; means `.missing`.
    package var missingData: MissingData?
    /// Nil when it was not sent; means `.evaluate`.
    package var lowSamples: LowSamples?

    /// Where the datapoints come from.
    package enum Subject: Sendable, Equatable {
        case metric(WatchedMetric)
        /// Exactly one of the queries returns data, or two where one of them is the band.
        case queries([MetricDataQuery])
        case log(LogWatch)
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case greaterOrEqual = "GreaterThanOrEqualToThreshold"
        case greater = "GreaterThanThreshold"
        case less = "LessThanThreshold"
        case lessOrEqual = "LessThanOrEqualToThreshold"
        case outside = "LessThanLowerOrGreaterThanUpperThreshold"
        case below = "LessThanLowerThreshold"
        case above = "GreaterThanUpperThreshold"

        /// It compares with a band, not with a number.
        package var needsBand: Bool { self == .outside || self == .below || self == .above }

        package func isBreaching(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .greaterOrEqual: value >= threshold
            case .greater: value > threshold
            case .less: value < threshold
            case .lessOrEqual: value <= threshold
            case .outside, .below, .above: false
            }
        }

        package func isBreaching(_ value: Double, _ band: Band) -> Bool {
            switch self {
            case .outside: value < band.lower || value > band.upper
            case .below: value < band.lower
            case .above: value > band.upper
            case .greaterOrEqual, .greater, .less, .lessOrEqual: false
            }
        }

        /// As state reasons say it: "was … the threshold".
        package var words: String {
            switch self {
            case .greaterOrEqual: "greater than or equal to"
            case .greater: "greater than"
            case .less: "less than"
            case .lessOrEqual: "less than or equal to"
            case .outside, .below, .above: ""
            }
        }
    }

    /// What one datapoint is held against: the expected range at its time.
    package struct Band: Sendable, Equatable {
        package var lower: Double
        package var upper: Double

        package init(lower: Double, upper: Double) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// What a period without a datapoint counts as.
    package enum MissingData: String, Sendable, CaseIterable {
        case breaching, notBreaching, ignore, missing
    }

    /// What becomes of percentiles of too few samples.
    package enum LowSamples: String, Sendable, CaseIterable {
        case evaluate, ignore
    }

    package init(
        name: String, description: String? = nil, actionsEnabled: Bool = true, okActions: [String] = [], alarmActions: [String] = [],
        insufficientDataActions: [String] = [], subject: Subject, evaluationPeriods: Int, datapointsToAlarm: Int? = nil,
        threshold: Double, bandID: String? = nil, comparison: Comparison, missingData: MissingData? = nil, lowSamples: LowSamples? = nil
    ) {
        settings = AlarmSettings(
            name: name, description: description, actionsEnabled: actionsEnabled, okActions: okActions, alarmActions: alarmActions,
            insufficientDataActions: insufficientDataActions)
        self.subject = subject
        self.evaluationPeriods = evaluationPeriods
        self.datapointsToAlarm = datapointsToAlarm
        self.threshold = threshold
        self.bandID = bandID
        self.comparison = comparison
        self.missingData = missingData
        self.lowSamples = lowSamples
    }

    package subscript<Value>(dynamicMember path: WritableKeyPath<AlarmSettings, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }
}

/// The one metric of a plain alarm.
package struct WatchedMetric: Sendable, Equatable {
    package var stat: MetricStat
    /// It was given as `ExtendedStatistic`.
    package var isExtended: Bool

    package init(stat: MetricStat, isExtended: Bool) {
        self.stat = stat
        self.isExtended = isExtended
    }
}

extension AlarmRule {
    /// Of one judged datapoint: of the metric, or the longest among the queries' metrics and Metrics Insights queries.
    package var periodSeconds: Int64 {
        switch subject {
        case .metric(let watched): watched.stat.periodSeconds
        case .queries(let queries): queries.compactMap { $0.metricStat?.periodSeconds ?? ($0.isInsightsQuery ? $0.periodSeconds : nil) }.max() ?? 60
        case .log(let watch): watch.periodSeconds
        }
    }

    package var isOnLogs: Bool { if case .log = subject { true } else { false } }

    /// How often it is evaluated: every 10 seconds below a minute's period, else every minute.
    package var intervalSeconds: Int64 { periodSeconds < 60 ? 10 : 60 }

    /// How missing data counts. DynamoDB reports nothing rather than zero: AWS keeps the state of its alarms whatever they say.
    package var treatment: MissingData {
        if case .metric(let watched) = subject, watched.stat.metric.namespace == "AWS/DynamoDB" { return .ignore }
        return missingData ?? .missing
    }

    /// The queries to run: a plain metric is one query.
    package var queries: [MetricDataQuery] {
        switch subject {
        case .metric(let watched): [MetricDataQuery(id: "m1", source: .metric(watched.stat))]
        case .queries(let queries): queries
        case .log: []
        }
    }
}
