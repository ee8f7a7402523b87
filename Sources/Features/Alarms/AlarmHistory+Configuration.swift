import MetricMath
import WireFormats

// An alarm as its history tells of it when it is created, changed or deleted. Source: an item of September 2022 recorded from AWS
// (`okactions` is written like that); members that alarms have got since follow the same rule: the API's name with a small first letter.

extension Alarm {
    var historyWire: WireValue {
        var members: [(String, WireValue?)] = [
            ("alarmName", .text(name)), ("alarmDescription", settings.description.map(WireValue.text)), ("alarmArn", .text(arn)),
            ("alarmConfigurationUpdatedTimestamp", .text(AlarmTime.long(configured))),
        ]
        switch definition {
        case .data(let rule): members += rule.historyMembers
        case .composite(let rule): members += rule.members.map { (Self.small($0.0), $0.1) }
        }
        members += [
            ("stateValue", .text(state.value.rawValue)), ("stateUpdatedTimestamp", .text(AlarmTime.long(state.updated))),
            ("actionsEnabled", .bool(settings.actionsEnabled)), ("alarmActions", .texts(settings.alarmActions)),
            ("insufficientDataActions", .texts(settings.insufficientDataActions)), ("okactions", .texts(settings.okActions)),
        ]
        return .structure(members.compactMap { name, value in value.map { (name, $0) } })
    }

    fileprivate static func small(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }
}

extension AlarmRule {
    fileprivate var historyMembers: [(String, WireValue?)] {
        var members: [(String, WireValue?)] = []
        switch subject {
        case .log: return conditionMembers.map { (Alarm.small($0.0), $0.1) }
        case .metric(let watched):
            members = [
                ("namespace", .text(watched.stat.metric.namespace)), ("metricName", .text(watched.stat.metric.name)),
                (watched.isExtended ? "extendedStatistic" : "statistic", .text(watched.stat.statisticText)),
                ("period", .integer(watched.stat.periodSeconds)), ("dimensions", watched.stat.metric.historyDimensions),
                ("unit", watched.stat.unit.map(WireValue.text)),
            ]
        case .queries(let queries): members = [("metrics", .list(queries.map(\.historyWire))), ("thresholdMetricId", bandID.map(WireValue.text))]
        }
        return members + [
            ("threshold", bandID == nil ? .double(threshold) : nil), ("comparisonOperator", .text(comparison.rawValue)),
            ("evaluationPeriods", .integer(Int64(evaluationPeriods))), ("datapointsToAlarm", datapointsToAlarm.map { .integer(Int64($0)) }),
            ("treatMissingData", (missingData?.rawValue).map(WireValue.text)),
            ("evaluateLowSampleCountPercentile", (lowSamples?.rawValue).map(WireValue.text)),
        ]
    }
}

extension MetricDataQuery {
    fileprivate var historyWire: WireValue {
        .members(
            ("id", .text(id)),
            ("metricStat", metricStat.map { stat in
                .members(
                    ("metric", [
                        "namespace": .text(stat.metric.namespace), "metricName": .text(stat.metric.name), "dimensions": stat.metric.historyDimensions,
                    ]),
                    ("period", .integer(stat.periodSeconds)), ("stat", .text(stat.statisticText)), ("unit", stat.unit.map(WireValue.text)))
            }),
            ("expression", expression.map(WireValue.text)), ("label", label.map(WireValue.text)), ("returnData", .bool(returnsData)),
            ("period", periodSeconds.map(WireValue.integer)), ("accountId", account.map(WireValue.text)))
    }
}

extension MetricIdentity {
    fileprivate var historyDimensions: WireValue { .list(dimensions.map { ["value": .text($0.value), "name": .text($0.name)] }) }
}
