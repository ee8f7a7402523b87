package import MetricMath

/// What an alarm watches and when it is in alarm: PutMetricAlarm's input, checked.
package struct AlarmRule: Sendable, Equatable {
    package var name: String
    package var description: String?
    package var actionsEnabled: Bool
    package var okActions: [String]
    package var alarmActions: [String]
    package var insufficientDataActions: [String]
    package var subject: Subject
    package var evaluationPeriods: Int
    /// Nil: all of `evaluationPeriods`.
    package var datapointsToAlarm: Int?
    package var threshold: Double
    package var comparison: Comparison
    /// Nil when it was not sent; means `.missing`.
    package var missingData: MissingData?
    /// Nil when it was not sent; means `.evaluate`.
    package var lowSamples: LowSamples?

    /// Where the datapoints come from.
    package enum Subject: Sendable, Equatable {
        case metric(WatchedMetric)
        /// Exactly one of the queries returns data.
        case queries([MetricDataQuery])
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case greaterOrEqual = "GreaterThanOrEqualToThreshold"
        case greater = "GreaterThanThreshold"
        case less = "LessThanThreshold"
        case lessOrEqual = "LessThanOrEqualToThreshold"

        package func isBreaching(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .greaterOrEqual: value >= threshold
            case .greater: value > threshold
            case .less: value < threshold
            case .lessOrEqual: value <= threshold
            }
        }

        /// As state reasons say it: "was … the threshold".
        var words: String {
            switch self {
            case .greaterOrEqual: "greater than or equal to"
            case .greater: "greater than"
            case .less: "less than"
            case .lessOrEqual: "less than or equal to"
            }
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
        threshold: Double, comparison: Comparison, missingData: MissingData? = nil, lowSamples: LowSamples? = nil
    ) {
        self.name = name
        self.description = description
        self.actionsEnabled = actionsEnabled
        self.okActions = okActions
        self.alarmActions = alarmActions
        self.insufficientDataActions = insufficientDataActions
        self.subject = subject
        self.evaluationPeriods = evaluationPeriods
        self.datapointsToAlarm = datapointsToAlarm
        self.threshold = threshold
        self.comparison = comparison
        self.missingData = missingData
        self.lowSamples = lowSamples
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
        }
    }

    /// How often it is evaluated: every 10 seconds below a minute's period, else every minute.
    package var intervalSeconds: Int64 { periodSeconds < 60 ? 10 : 60 }

    /// How missing data counts. DynamoDB reports nothing rather than zero: AWS keeps the state of its alarms whatever they say.
    package var treatment: MissingData {
        if case .metric(let watched) = subject, watched.stat.metric.namespace == "AWS/DynamoDB" { return .ignore }
        return missingData ?? .missing
    }

    package func actions(for state: AlarmState.Value) -> [String] {
        switch state {
        case .ok: okActions
        case .alarm: alarmActions
        case .insufficientData: insufficientDataActions
        }
    }

    /// The queries to run: a plain metric is one query.
    package var queries: [MetricDataQuery] {
        switch subject {
        case .metric(let watched): [MetricDataQuery(id: "m1", source: .metric(watched.stat))]
        case .queries(let queries): queries
        }
    }
}

/// The state an alarm is in, and why.
package struct AlarmState: Sendable, Equatable {
    package enum Value: String, Sendable, CaseIterable {
        // In the order in which the API lists them in its messages.
        case insufficientData = "INSUFFICIENT_DATA"
        case alarm = "ALARM"
        case ok = "OK"
    }

    package var value: Value
    package var reason: String
    /// JSON.
    package var reasonData: String?
    /// UTC nanoseconds: last written.
    package var updated: Int64
    /// UTC nanoseconds: `value` became what it is.
    package var transitioned: Int64

    package init(value: Value, reason: String, reasonData: String? = nil, updated: Int64, transitioned: Int64) {
        self.value = value
        self.reason = reason
        self.reasonData = reasonData
        self.updated = updated
        self.transitioned = transitioned
    }

    package static func initial(at time: Int64) -> AlarmState {
        AlarmState(value: .insufficientData, reason: "Unchecked: Initial alarm creation", updated: time, transitioned: time)
    }
}
