import MetricMath
import SignalModel
import WireFormats

/// What a transition says to an SNS topic: a subject, and JSON that programs read.
/// Source: messages recorded from AWS, of metric alarms up to 2024 and of composite alarms of 2022; the members and their order are theirs, but for `Severity` and `RunbookURL`, which stand at the
/// end where the alarm has them.
struct AlarmMessage {
    let alarm: Alarm
    let new: AlarmState
    /// The state that it has left.
    let from: AlarmState.Value
    let options: AlarmOptions
    /// A mute rule had held it back.
    let isAfterMuteWindow: Bool

    /// SNS takes a hundred characters.
    var subject: String {
        String("\(new.value.rawValue): \"\(alarm.name)\" in \(RegionNames.long(alarm.tenant.region))".prefix(100))
    }

    var json: String {
        let settings = alarm.settings
        var message = JSONObject()
        message.add("AlarmName", .text(settings.name))
        message.add("AlarmDescription", settings.description.map(WireValue.text))
        message.add("AWSAccountId", .text(alarm.tenant.account))
        if alarm.composite == nil { message.add("AlarmConfigurationUpdatedTimestamp", .text(AlarmTime.long(alarm.configured))) }
        message.add("NewStateValue", .text(new.value.rawValue))
        message.add("NewStateReason", .text(new.reason))
        message.add("StateChangeTime", .text(AlarmTime.long(new.updated)))
        message.add("Region", .text(RegionNames.long(alarm.tenant.region)))
        message.add("AlarmArn", .text(alarm.arn))
        if alarm.composite == nil { message.add("OldStateValue", .text(from.rawValue)) }
        message.add("OKActions", .texts(settings.okActions))
        message.add("AlarmActions", .texts(settings.alarmActions))
        message.add("InsufficientDataActions", .texts(settings.insufficientDataActions))
        if alarm.composite != nil { message.add("OldStateValue", .text(from.rawValue)) }
        switch alarm.definition {
        case .data(let rule): message.add("Trigger", json: trigger(rule).bytes)
        case .composite(let rule):
            message.add("AlarmRule", .text(rule.expression.text))
            message.add("TriggeringChildren", .list(triggeringChildren))
        }
        message.add("ActionExecutedAfterMuteWindow", .bool(isAfterMuteWindow))
        if let severity = options.severity { message.add("Severity", .text(severity)) }
        if let runbook = options.runbook { message.add("RunbookURL", .text(runbook)) }
        return message.text
    }

    /// What the outbox carries to the topic. The attributes are what subscriptions may filter by.
    var payload: [UInt8] {
        let attributes = [("severity", options.severity), ("runbook", options.runbook)].compactMap { name, value in
            value.map { (name, WireValue.text($0)) }
        }
        return JSON.encode(.members(
            ("Subject", .text(subject)), ("Message", .text(json)), ("Attributes", attributes.isEmpty ? nil : .map(attributes))))
    }

    /// From the reason, which outlives the moment: a message may have been held back.
    private var triggeringChildren: [WireValue] {
        guard let text = new.reasonData, let data = try? WireDocument(json: Array(text.utf8)) else { return [] }     // set by hand: any JSON
        return (data.root["triggeringAlarms"]?.children ?? WireChildren.none).compactMap { child in
            guard let arn = child["arn"]?.text, let state = child["state"], let value = state["value"]?.text, let time = state["timestamp"]?.text
            else { return nil }
            return ["Arn": .text(arn), "State": ["Value": .text(value), "Timestamp": .text(time)]]
        }
    }

    private func trigger(_ rule: AlarmRule) -> JSONObject {
        var trigger = JSONObject()
        switch rule.subject {
        case .metric(let watched): addMetric(watched, rule, to: &trigger)
        case .queries(let queries):
            addWindow(rule, to: &trigger)
            trigger.add("Metrics", .list(queries.map(\.triggerWire)))
        case .log:
            for (name, value) in rule.conditionMembers { trigger.add(name, value) }
        }
        return trigger
    }

    private func addWindow(_ rule: AlarmRule, to trigger: inout JSONObject) {
        trigger.add("Period", .integer(rule.periodSeconds))
        trigger.add("EvaluationPeriods", .integer(Int64(rule.evaluationPeriods)))
        if let needed = rule.datapointsToAlarm { trigger.add("DatapointsToAlarm", .integer(Int64(needed))) }
        addCondition(rule, to: &trigger)
    }

    private func addMetric(_ watched: WatchedMetric, _ rule: AlarmRule, to trigger: inout JSONObject) {
        let stat = watched.stat
        trigger.add("MetricName", .text(stat.metric.name))
        trigger.add("Namespace", .text(stat.metric.namespace))
        trigger.add("StatisticType", watched.isExtended ? "ExtendedStatistic" : "Statistic")
        if watched.isExtended {
            trigger.add("ExtendedStatistic", .text(stat.statisticText))
        } else {
            trigger.add("Statistic", .text(stat.statisticText == "SampleCount" ? "SAMPLE_COUNT" : stat.statisticText.uppercased()))
        }
        trigger.add("Unit", stat.unit.map(WireValue.text))
        trigger.add("Dimensions", stat.metric.triggerDimensions)
        addWindow(rule, to: &trigger)
    }

    private func addCondition(_ rule: AlarmRule, to trigger: inout JSONObject) {
        trigger.add("ComparisonOperator", .text(rule.comparison.rawValue))
        if let id = rule.bandID { trigger.add("ThresholdMetricId", .text(id)) } else { trigger.add("Threshold", .double(rule.threshold)) }
        trigger.add("TreatMissingData", .text(rule.missingData?.rawValue ?? ""))
        trigger.add("EvaluateLowSampleCountPercentile", .text(rule.lowSamples?.rawValue ?? ""))
    }
}

extension MetricIdentity {
    /// Value before name, both in small letters: so AWS writes them here and nowhere else.
    fileprivate var triggerDimensions: WireValue {
        .list(dimensions.map { ["value": .text($0.value), "name": .text($0.name)] })
    }
}

extension MetricDataQuery {
    fileprivate var triggerWire: WireValue {
        .members(
            ("Expression", expression.map(WireValue.text)), ("Id", .text(id)), ("Label", label.map(WireValue.text)),
            ("MetricStat", metricStat.map { stat in
                .members(
                    ("Metric", ["Dimensions": stat.metric.triggerDimensions, "MetricName": .text(stat.metric.name), "Namespace": .text(stat.metric.namespace)]),
                    ("Period", .integer(stat.periodSeconds)), ("Stat", .text(stat.statisticText)), ("Unit", stat.unit.map(WireValue.text)))
            }),
            ("ReturnData", .bool(returnsData)))
    }
}

/// Regions by the names that people read.
enum RegionNames {
    private static let names = [
        "us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)", "us-west-1": "US West (N. California)",
        "us-west-2": "US West (Oregon)", "af-south-1": "Africa (Cape Town)", "ap-east-1": "Asia Pacific (Hong Kong)",
        "ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)", "ap-northeast-3": "Asia Pacific (Osaka)",
        "ap-south-1": "Asia Pacific (Mumbai)", "ap-south-2": "Asia Pacific (Hyderabad)", "ap-southeast-1": "Asia Pacific (Singapore)",
        "ap-southeast-2": "Asia Pacific (Sydney)", "ap-southeast-3": "Asia Pacific (Jakarta)", "ap-southeast-4": "Asia Pacific (Melbourne)",
        "ca-central-1": "Canada (Central)", "eu-central-1": "EU (Frankfurt)", "eu-central-2": "Europe (Zurich)",
        "eu-north-1": "EU (Stockholm)", "eu-south-1": "EU (Milan)", "eu-south-2": "Europe (Spain)", "eu-west-1": "EU (Ireland)",
        "eu-west-2": "EU (London)", "eu-west-3": "EU (Paris)", "il-central-1": "Israel (Tel Aviv)", "me-central-1": "Middle East (UAE)",
        "me-south-1": "Middle East (Bahrain)", "sa-east-1": "South America (Sao Paulo)",
    ]

    /// A region without a name of its own is called as it is written.
    static func long(_ region: String) -> String { names[region] ?? region }
}
