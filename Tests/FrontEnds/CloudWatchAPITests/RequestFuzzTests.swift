import Simulation
import Testing
import WireFormats

/// Requests with something wrong in them, in all three protocols: answered, or refused as the caller's mistake, never as ours.
struct RequestFuzzTests {
    private static let metric: WireValue = ["Namespace": "Shop", "MetricName": "Latency", "Dimensions": [["Name": "Host", "Value": "a"]]]
    private static let requests: [(operation: String, input: WireValue)] = [
        ("PutMetricData", [
            "Namespace": "Shop",
            "MetricData": [
                ["MetricName": "Latency", "Value": 1.5, "Unit": "Seconds", "Timestamp": .timestamp(1_795_247_000_000_000_000), "StorageResolution": 1],
                ["MetricName": "Latency", "Values": [1.0, 2.0], "Counts": [1.0, 3.0], "Dimensions": [["Name": "Host", "Value": "a"]]],
                ["MetricName": "Size", "StatisticValues": ["SampleCount": 2.0, "Sum": 3.0, "Minimum": 1.0, "Maximum": 2.0]],
            ],
        ]),
        ("GetMetricData", [
            "StartTime": .timestamp(1_795_240_000_000_000_000), "EndTime": .timestamp(1_795_248_000_000_000_000), "MaxDatapoints": 100,
            "MetricDataQueries": [
                ["Id": "m1", "MetricStat": ["Metric": metric, "Period": 60, "Stat": "p99"], "ReturnData": false],
                ["Id": "e1", "Expression": "FILL(m1, 0) / PERIOD(m1) * 100", "Label": "${LAST} of ${PROP('MetricName')}"],
                ["Id": "s1", "Expression": "SEARCH('{Shop,Host} Latency', 'Average', 60)"],
                ["Id": "q1", "Expression": "SELECT AVG(Latency) FROM SCHEMA(Shop, Host) GROUP BY Host", "Period": 60],
            ],
        ]),
        ("GetMetricStatistics", [
            "Namespace": "Shop", "MetricName": "Latency", "StartTime": .timestamp(1_795_240_000_000_000_000),
            "EndTime": .timestamp(1_795_248_000_000_000_000), "Period": 300, "Statistics": ["Average"],
        ]),
        ("ListMetrics", ["Namespace": "Shop", "Dimensions": [["Name": "Host"]], "RecentlyActive": "PT3H"]),
        ("PutMetricAlarm", [
            "AlarmName": "slow", "Namespace": "Shop", "MetricName": "Latency", "Statistic": "Average", "Period": 60, "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2, "Threshold": 1.5, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "breaching",
            "Tags": [["Key": "severity", "Value": "high"]],
        ]),
        ("PutCompositeAlarm", ["AlarmName": "both", "AlarmRule": "ALARM(slow) AND NOT (OK(\"slow\") OR FALSE)", "ActionsEnabled": true]),
        ("DescribeAlarms", ["AlarmNamePrefix": "s", "StateValue": "OK", "MaxRecords": 10, "AlarmTypes": ["MetricAlarm"]]),
        ("DescribeAlarmHistory", ["AlarmName": "slow", "HistoryItemType": "StateUpdate", "ScanBy": "TimestampAscending"]),
        ("SetAlarmState", ["AlarmName": "slow", "StateValue": "ALARM", "StateReason": "a test", "StateReasonData": "{\"a\":1}"]),
        ("PutDashboard", ["DashboardName": "d", "DashboardBody": "{\"widgets\":[{\"type\":\"text\",\"width\":3,\"properties\":{\"markdown\":\"x\"}}]}"]),
        ("PutAnomalyDetector", ["SingleMetricAnomalyDetector": ["Namespace": "Shop", "MetricName": "Latency", "Stat": "Average"]]),
        ("PutLogAlarm", [
            "AlarmName": "log", "QueryResultsToEvaluate": 3, "QueryResultsToAlarm": 2, "Threshold": 10.0, "ComparisonOperator": "GreaterThanThreshold",
            "ScheduledQueryConfiguration": [
                "QueryString": "filter level = 'ERROR'", "LogGroupIdentifiers": ["/shop"], "ScheduledQueryRoleARN": "arn:aws:iam::123456789012:role/r",
                "AggregationExpression": "count(*)", "ScheduleConfiguration": ["ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300],
            ],
        ]),
        ("PutAlarmMuteRule", [
            "Name": "nightly", "Rule": ["Schedule": ["Expression": "cron(0,30 8-10 1,15 * MON-FRI)", "Duration": "PT1H30M", "Timezone": "Europe/Berlin"]],
            "MuteTargets": ["AlarmNames": ["slow"]], "StartDate": .timestamp(1_795_248_600_000_000_000),
        ]),
        ("PutMetricStream", [
            "Name": "s", "FirehoseArn": "http://127.0.0.1:9/none", "RoleArn": "arn:aws:iam::123456789012:role/r", "OutputFormat": "json",
            "IncludeFilters": [["Namespace": "Shop", "MetricNames": ["Latency"]]],
        ]),
        ("PutMetricDataQueryDefinition", ["Path": "team/latency", "Expression": "SEARCH('{Shop,Host} Latency', 'p99')", "Type": "METRIC_MATH"]),
        ("GetMetricWidgetImage", [
            "MetricWidget": .text(
                #"{"metrics":[["Shop","Latency","Host","a",{"stat":"p90","label":"${LAST}"}],[".","Size"],[{"expression":"m1*2","id":"e1"}]],"#
                    + #""width":200,"height":120,"start":"-PT3H","end":"2026-11-21T08:00:00Z","annotations":{"horizontal":[{"value":1,"label":"x"}]},"yAxis":{"left":{"min":0}}}"#)
        ]),
        ("TagResource", ["ResourceARN": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow", "Tags": [["Key": "a", "Value": "b"]]]),
    ]

    @Test(arguments: fuzzSeeds(2)) func `a damaged request is answered or refused as the caller's mistake`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let server = try TestServer()
        for (operation, input) in Self.requests {
            #expect(try await server.call(operation, input).status == 200, "\(operation) must be a request that is served")
        }
        var served = 0
        for round in 0..<600 {
            let (operation, input) = Self.requests.randomElement(using: &random)!
            let wire = TestServer.protocols.randomElement(using: &random)!
            var body = TestServer.body(of: operation, random.oneIn(4) ? input : Self.changed(input, &random), wire)
            if random.oneIn(3) { body.mutate(using: &random) }
            // A form that is no request of AWS any more is somebody else's to answer.
            guard let answer = try await server.answer(body, operation, wire) else { continue }
            #expect(answer.status == 200 || (400..<500).contains(answer.status), "seed \(seed), round \(round): \(operation), \(wire): \(answer.status)")
            served += answer.status == 200 ? 1 : 0
        }
        #expect(served > 60, "the noise must hold sense too")
    }

    /// Somewhere in it one value is another.
    private static func changed(_ value: WireValue, _ random: inout SeededRandom) -> WireValue {
        switch value {
        case .structure(var members) where !members.isEmpty:
            let place = Int.random(in: members.indices, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: members.remove(at: place)
            case 1: members.append(members[place])
            default: members[place].1 = changed(members[place].1, &random)
            }
            return .structure(members)
        case .list(var elements) where !elements.isEmpty && !random.oneIn(6):
            let place = Int.random(in: elements.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: elements.removeAll()
            case 1: elements += repeatElement(elements[place], count: 1100)
            default: elements[place] = changed(elements[place], &random)
            }
            return .list(elements)
        case .text(let text) where random.oneIn(2):
            var bytes = Array(text.utf8)
            bytes.mutate(using: &random)
            return .text(String(decoding: bytes, as: UTF8.self))
        default:
            return [
                .text(""), .text(String(repeating: "é", count: 3000)), .text("\u{0}"), .text("-1"), .integer(-1), .integer(0), .integer(.max),
                .integer(.min), .double(1e308), .double(-0.0), .double(4.9e-324), .bool(true), .timestamp(0), .timestamp(.max), .list([]),
                .structure([]), .texts(["a"]), .integer(59), .text("NaN"), .text("1e400"),
            ].randomElement(using: &random)!
        }
    }
}
