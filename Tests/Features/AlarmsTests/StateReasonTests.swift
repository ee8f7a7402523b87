@testable import Alarms
import MetricMath
import SignalModel
import Testing
import WireFormats

struct StateReasonTests {
    private func reason(_ rule: AlarmRule, _ state: AlarmState.Value, _ text: String) -> StateReason {
        StateReason(rule: rule, state: state, verdict: AlarmEvaluator(rule).verdict(on: points(text)))
    }

    @Test func `reasons are in AWS's words`() throws {
        #expect(reason(try rule(of: 1), .alarm, "X").text == "Threshold Crossed: 1 datapoint [1.0 (01/01/70 00:00:00)] was greater than the threshold (0.0).")
        #expect(reason(try rule(of: 1), .ok, "0").text == "Threshold Crossed: 1 datapoint [0.0 (01/01/70 00:00:00)] was not greater than the threshold (0.0).")
        #expect(reason(try rule(of: 2), .alarm, "X X").text
            == "Threshold Crossed: 2 datapoints [1.0 (01/01/70 00:01:00), 1.0 (01/01/70 00:00:00)] were greater than the threshold (0.0).")
        #expect(reason(try rule(2, of: 3), .alarm, "X 0 X").text
            == "Threshold Crossed: 2 out of the last 3 datapoints [1.0 (01/01/70 00:02:00), 1.0 (01/01/70 00:00:00)] were greater than the threshold "
            + "(0.0) (minimum 2 datapoints for OK -> ALARM transition).")
        #expect(reason(try rule(2, of: 3), .ok, "0 0 X").text
            == "Threshold Crossed: 2 out of the last 3 datapoints [0.0 (01/01/70 00:01:00), 0.0 (01/01/70 00:00:00)] were not greater than the "
            + "threshold (0.0) (minimum 2 datapoints for ALARM -> OK transition).")
        #expect(reason(try rule(of: 1), .insufficientData, "- - -").text == "Insufficient Data: 1 datapoint was unknown.")
        #expect(reason(try rule(of: 3), .insufficientData, "- - - - -").text == "Insufficient Data: 3 datapoints were unknown.")
        #expect(reason(try rule(of: 2, missing: .breaching), .alarm, "- - - -").text
            == "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].")
        #expect(reason(try rule(of: 1, missing: .notBreaching), .ok, "- - -").text
            == "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].")
    }

    @Test func `missing datapoints are told before what it takes, and those that came where they decide nothing`() throws {
        #expect(reason(try rule(1, of: 3, missing: .notBreaching), .alarm, "- - - - X").text
            == "Threshold Crossed: 1 out of the last 3 datapoints [1.0 (01/01/70 00:04:00)] was greater than the threshold (0.0) and 2 missing datapoints "
            + "were treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition).")
        #expect(reason(try rule(of: 2, missing: .breaching), .ok, "- - - 0").text
            == "Threshold Crossed: 1 datapoint [0.0 (01/01/70 00:03:00)] was not greater than the threshold (0.0) and 1 missing datapoint was treated as "
            + "[Breaching].")
        #expect(reason(try rule(2, of: 3, missing: .breaching), .alarm, "- - - - 0").text
            == "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as [Breaching].")
    }

    @Test func `five datapoints and more are told by the newest five`() throws {
        let five = "1.0 (01/01/70 00:04:00), 1.0 (01/01/70 00:03:00), 1.0 (01/01/70 00:02:00), 1.0 (01/01/70 00:01:00), 1.0 (01/01/70 00:00:00)"
        #expect(reason(try rule(of: 5), .alarm, "X X X X X").text
            == "Threshold Crossed: 5 datapoints were greater than the threshold (0.0). The most recent datapoints which crossed the threshold: [\(five)].")
        #expect(reason(try rule(5, of: 5), .alarm, "X X X X X").text
            == "Threshold Crossed: 5 out of the last 5 datapoints were greater than the threshold (0.0). The most recent datapoints which crossed the "
            + "threshold: [\(five)] (minimum 5 datapoints for OK -> ALARM transition).")
        let data = reason(try rule(of: 24), .alarm, Array(repeating: "X", count: 24).joined(separator: " ")).data(queryTime: 0)
        #expect(data.split(separator: "\"sampleCount\"").count == 25)
    }

    @Test func `long windows stay within what a reason may hold`() throws {
        let long = Array(repeating: "X", count: 1440).joined(separator: " ")
        let reason = reason(try rule(of: 1440), .alarm, long)
        #expect(reason.text.hasPrefix("Threshold Crossed: 1440 datapoints were greater than the threshold (0.0). The most recent datapoints which crossed the threshold: [1.0 "))
        #expect(reason.text.utf8.count <= 1023)
        #expect(reason.data(queryTime: 0).utf8.count <= 4000)
    }

    @Test func `the data tells what was judged`() throws {
        let data = reason(try rule(of: 2), .alarm, "X - X").data(queryTime: 1_795_248_001_000_000_000)
        #expect(data == #"{"version":"1.0","queryDate":"2026-11-21T08:00:01.000+0000","startDate":"1970-01-01T00:00:00.000+0000","statistic":"Average","#
            + #""period":60,"recentDatapoints":[1.0,1.0],"threshold":0.0,"evaluatedDatapoints":[{"timestamp":"1970-01-01T00:02:00.000+0000","#
            + #""sampleCount":1.0,"value":1.0},{"timestamp":"1970-01-01T00:00:00.000+0000","sampleCount":1.0,"value":1.0}]}"#)
        let missing = reason(try rule(of: 1), .insufficientData, "-").data(queryTime: 0)
        #expect(!missing.contains("startDate") && missing.contains(#""evaluatedDatapoints":[{"timestamp":"1970-01-01T00:00:00.000+0000"}]"#))
    }

    @Test func `the message to a topic is AWS's, member by member`() throws {
        let stat = try MetricStat(
            metric: MetricIdentity(namespace: "Shop", name: "Latency", dimensions: [("Service", "cart")]), periodSeconds: 10, statistic: "Average",
            unit: "Seconds")
        var rule = try rule(of: 1, missing: .ignore, name: "slow")
        rule.subject = .metric(WatchedMetric(stat: stat, isExtended: false))
        rule.threshold = 21
        rule.alarmActions = [topic]
        let alarm = Alarm(tenant: acme, rule: rule, configured: 1_795_248_000_000_000_000, state: .initial(at: 0))
        let new = AlarmState(value: .alarm, reason: "because", updated: 1_795_248_001_000_000_000, transitioned: 0)
        let message = AlarmMessage(
            alarm: alarm, new: new, from: .insufficientData, options: AlarmOptions(tags: []), isAfterMuteWindow: false)
        #expect(message.subject == #"ALARM: "slow" in US East (N. Virginia)"#)
        #expect(message.json == #"{"AlarmName":"slow","AlarmDescription":null,"AWSAccountId":"123456789012","#
            + #""AlarmConfigurationUpdatedTimestamp":"2026-11-21T08:00:00.000+0000","NewStateValue":"ALARM","NewStateReason":"because","#
            + #""StateChangeTime":"2026-11-21T08:00:01.000+0000","Region":"US East (N. Virginia)","#
            + #""AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow","OldStateValue":"INSUFFICIENT_DATA","OKActions":[],"#
            + #""AlarmActions":["\#(topic)"],"InsufficientDataActions":[],"Trigger":{"MetricName":"Latency","Namespace":"Shop","#
            + #""StatisticType":"Statistic","Statistic":"AVERAGE","Unit":"Seconds","Dimensions":[{"value":"cart","name":"Service"}],"Period":10,"#
            + #""EvaluationPeriods":1,"ComparisonOperator":"GreaterThanThreshold","Threshold":21.0,"TreatMissingData":"ignore","#
            + #""EvaluateLowSampleCountPercentile":""},"ActionExecutedAfterMuteWindow":false}"#)
    }

    @Test func `the message of a composite alarm has its members in another order, and that of a band its id for the threshold`() throws {
        let settings = AlarmSettings(
            name: "top", description: "d", actionsEnabled: true, okActions: [], alarmActions: [topic], insufficientDataActions: [])
        let composite = CompositeRule(settings: settings, expression: try CompositeExpression("ALARM(a)"))
        let alarm = Alarm(tenant: acme, definition: .composite(composite), configured: 1_795_248_000_000_000_000, state: .initial(at: 0))
        let child = #"{"triggeringAlarms":[{"arn":"arn:a","state":{"value":"ALARM","timestamp":"2026-11-21T08:00:00.000+0000"}}]}"#
        let new = AlarmState(value: .alarm, reason: "because", reasonData: child, updated: 1_795_248_001_000_000_000, transitioned: 0)
        let message = AlarmMessage(alarm: alarm, new: new, from: .ok, options: AlarmOptions(tags: []), isAfterMuteWindow: false)
        #expect(message.json == #"{"AlarmName":"top","AlarmDescription":"d","AWSAccountId":"123456789012","NewStateValue":"ALARM","#
            + #""NewStateReason":"because","StateChangeTime":"2026-11-21T08:00:01.000+0000","Region":"US East (N. Virginia)","#
            + #""AlarmArn":"arn:aws:cloudwatch:us-east-1:123456789012:alarm:top","OKActions":[],"AlarmActions":["\#(topic)"],"#
            + #""InsufficientDataActions":[],"OldStateValue":"OK","AlarmRule":"ALARM(a)","#
            + #""TriggeringChildren":[{"Arn":"arn:a","State":{"Value":"ALARM","Timestamp":"2026-11-21T08:00:00.000+0000"}}],"#
            + #""ActionExecutedAfterMuteWindow":false}"#)

        var band = try rule(of: 3)
        band.subject = .queries([MetricDataQuery(id: "ad1", source: .expression("ANOMALY_DETECTION_BAND(m1, 2)"))])
        (band.bandID, band.comparison) = ("ad1", .above)
        let banded = Alarm(tenant: acme, rule: band, configured: 0, state: .initial(at: 0))
        let told = AlarmMessage(alarm: banded, new: new, from: .ok, options: AlarmOptions(tags: []), isAfterMuteWindow: false)
        #expect(told.json.contains(#""Trigger":{"Period":60,"EvaluationPeriods":3,"ComparisonOperator":"GreaterThanUpperThreshold","#
            + #""ThresholdMetricId":"ad1","TreatMissingData":"","EvaluateLowSampleCountPercentile":"","Metrics":[{"#))
    }

    @Test func `reasons of a band name its borders`() throws {
        var rule = try rule(1, of: 1)
        rule.bandID = "band"
        rule.comparison = .outside
        let band = AlarmRule.Band(lower: 2, upper: 4)
        func reason(_ value: Double) -> StateReason {
            let verdict = AlarmEvaluator(rule).verdict(on: [AlarmEvaluator.Point(time: 0, value: value, sampleCount: 1, band: band)])
            return StateReason(rule: rule, state: verdict.state ?? .insufficientData, verdict: verdict)
        }
        #expect(reason(5).state == .alarm && reason(1).state == .alarm && reason(3).state == .ok && reason(4).state == .ok)
        #expect(reason(5).text == "Thresholds Crossed: 1 out of the last 1 datapoints [5.0 (01/01/70 00:00:00)] was less than the lower thresholds [2.0] "
            + "or greater than the upper thresholds [4.0] (minimum 1 datapoint for OK -> ALARM transition).")
        #expect(reason(3).text == "Thresholds Crossed: 1 out of the last 1 datapoints [3.0 (01/01/70 00:00:00)] was not less than the lower thresholds "
            + "[2.0] or not greater than the upper thresholds [4.0] (minimum 1 datapoint for ALARM -> OK transition).")
        let data = try json(reason(5).data(queryTime: 0))
        #expect(data["threshold"] == nil && data["recentUpperThresholds"]?.children.compactMap(\.double) == [4])
        rule.comparison = .above
        #expect(reason(1).state == .ok && reason(5).text.contains("was greater than the upper thresholds [4.0]"))
        rule.comparison = .below
        #expect(reason(1).state == .alarm && reason(5).text.contains("was not less than the lower thresholds [2.0]"))
    }

    @Test func `a timetable hands out each mark once, late or not`() {
        let second: Int64 = 1_000_000_000
        var timetable = AlarmTimetable(settle: 5 * second)
        let start: Int64 = 1_795_248_000 * second
        #expect(timetable.due(at: start + 5 * second).map(\.mark) == [start, start])
        #expect(timetable.due(at: start + 6 * second).isEmpty)
        #expect(timetable.next(after: start + 6 * second) == start + 15 * second)
        #expect(timetable.due(at: start + 15 * second) == [.init(interval: 10, mark: start + 10 * second, missed: 0)])
        #expect(timetable.due(at: start + 45 * second) == [.init(interval: 10, mark: start + 40 * second, missed: 2)])
        #expect(timetable.due(at: start + 65 * second).map(\.missed) == [1, 0])
        #expect(timetable.due(at: start - 100 * second).map(\.missed) == [0, 0], "a clock set back goes on from where it is")
    }

    @Test func `alarm ARNs are read back, names with colons too`() {
        for name in ["a", "a:b:c", "ü x"] {
            let arn = AlarmARN(tenant: acme, name: name)
            #expect(AlarmARN(arn.description) == arn)
        }
        for text in ["", "arn:aws:cloudwatch:us-east-1:1:alarm:", "arn:aws:sns:us-east-1:1:alarm:x", "arn:aws:cloudwatch:us-east-1:1:alarm"] {
            #expect(AlarmARN(text) == nil)
        }
    }
}
