import MetricMath
import SignalModel
import WireFormats

/// What a transition says to an SNS topic: a subject, and JSON that programs read.
/// Source: messages recorded from AWS; the members and their order are theirs.
struct AlarmMessage {
    /// Before the transition.
    let alarm: Alarm
    let new: AlarmState

    /// SNS takes a hundred characters.
    var subject: String {
        String("\(new.value.rawValue): \"\(alarm.name)\" in \(RegionNames.long(alarm.tenant.region))".prefix(100))
    }

    var json: String {
        let rule = alarm.rule
        var message = JSONObject()
        message.add("AlarmName", .text(rule.name))
        message.add("AlarmDescription", rule.description.map(WireValue.text))
        message.add("AWSAccountId", .text(alarm.tenant.account))
        message.add("AlarmConfigurationUpdatedTimestamp", .text(AlarmTime.long(alarm.configured)))
        message.add("NewStateValue", .text(new.value.rawValue))
        message.add("NewStateReason", .text(new.reason))
        message.add("StateChangeTime", .text(AlarmTime.long(new.updated)))
        message.add("Region", .text(RegionNames.long(alarm.tenant.region)))
        message.add("AlarmArn", .text(alarm.arn))
        message.add("OldStateValue", .text(alarm.state.value.rawValue))
        message.add("OKActions", .texts(rule.okActions))
        message.add("AlarmActions", .texts(rule.alarmActions))
        message.add("InsufficientDataActions", .texts(rule.insufficientDataActions))
        message.add("Trigger", json: trigger.bytes)
        return message.text
    }

    /// What the outbox carries to the topic.
    var payload: [UInt8] { JSON.encode(["Subject": .text(subject), "Message": .text(json)]) }

    private var trigger: JSONObject {
        let rule = alarm.rule
        var trigger = JSONObject()
        switch rule.subject {
        case .metric(let watched): addMetric(watched, to: &trigger)
        case .queries(let queries):
            trigger.add("Period", .integer(rule.periodSeconds))
            trigger.add("EvaluationPeriods", .integer(Int64(rule.evaluationPeriods)))
            if let needed = rule.datapointsToAlarm { trigger.add("DatapointsToAlarm", .integer(Int64(needed))) }
            addCondition(to: &trigger)
            trigger.add("Metrics", .list(queries.map(\.triggerWire)))
        }
        return trigger
    }

    private func addMetric(_ watched: WatchedMetric, to trigger: inout JSONObject) {
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
        trigger.add("Period", .integer(stat.periodSeconds))
        trigger.add("EvaluationPeriods", .integer(Int64(alarm.rule.evaluationPeriods)))
        if let needed = alarm.rule.datapointsToAlarm { trigger.add("DatapointsToAlarm", .integer(Int64(needed))) }
        addCondition(to: &trigger)
    }

    private func addCondition(to trigger: inout JSONObject) {
        let rule = alarm.rule
        trigger.add("ComparisonOperator", .text(rule.comparison.rawValue))
        trigger.add("Threshold", .double(rule.threshold))
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
