import Drills
import Platform
import Testing

struct RuleTestFileTests {
    private static let alarm = #"""
        {"AlarmName": "errors", "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2,
         "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"}
        """#

    private func file(_ test: String, alarms: String = alarm) throws -> RuleTestFile {
        try RuleTestFile(json: Array(#"{"alarms": [\#(alarms)], "tests": [\#(test)]}"#.utf8))
    }

    private func failures(_ test: String, alarms: String = alarm) async throws -> [String] {
        let file = try file(test, alarms: alarms)
        return try await file.failures(of: file.tests[0])
    }

    @Test func `a rule that does what is expected passes`() async throws {
        #expect(try await failures(#"""
            {"name": "two bad minutes", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "0 6 4,3 _x2 1x3"}],
             "expect": [{"at": "1m", "state": "OK"}, {"at": "3m", "state": "ALARM", "reason": "2 datapoints [7.0"}, {"at": "6m", "state": "OK"}],
             "fires": {"errors": 1}}
            """#).isEmpty)
    }

    @Test func `what does not come is told in words`() async throws {
        let failures = try await failures(#"""
            {"name": "quiet", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "1x5"}],
             "expect": [{"at": "3m", "state": "ALARM"}, {"at": "3m", "state": "OK", "reason": "nothing"}], "fires": {"errors": 2}}
            """#)
        #expect(failures.count == 3)
        #expect(failures[0].hasPrefix("errors at 3m: expected ALARM, is OK Threshold Crossed: "))
        #expect(failures[1].contains("expected a reason with \"nothing\""))
        #expect(failures[2] == "errors: expected to fire 2 times, fires 0 times")
    }

    @Test func `composite alarms, units, dimensions and counts of samples are understood`() async throws {
        let alarms = Self.alarm + #"""
            , {"AlarmName": "slow", "Namespace": "Shop", "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/buy"}],
               "ExtendedStatistic": "p99", "Period": 60, "EvaluationPeriods": 1, "Threshold": 100, "ComparisonOperator": "GreaterThanThreshold",
               "Unit": "Milliseconds"},
            {"AlarmName": "both", "AlarmRule": "ALARM(errors) AND ALARM(slow)"}
            """#
        #expect(try await failures(#"""
            {"name": "both", "start": "2026-11-21T08:00:00Z", "interval": "1m", "input": [
                {"Namespace": "Shop", "MetricName": "Errors", "values": "9x4"},
                {"Namespace": "Shop", "MetricName": "Latency", "Dimensions": [{"Name": "Route", "Value": "/buy"}], "Unit": "Milliseconds",
                 "values": "10*98,500*2 10*98,500*2 10*100x3"}],
             "expect": [{"alarm": "slow", "at": "1m", "state": "ALARM"}, {"alarm": "both", "at": "1m", "state": "OK"},
                        {"alarm": "both", "at": "2m", "state": "ALARM"}, {"alarm": "both", "at": "3m", "state": "OK", "reason": "slow transitioned to OK"}],
             "fires": {"both": 1, "errors": 1, "slow": 1}}
            """#, alarms: alarms).isEmpty)
    }

    private static let topic = "arn:aws:sns:us-east-1:000000000000:ops"

    @Test func `a suppressor keeps the actions of a composite alarm back, and its periods are waited for`() async throws {
        let alarms = Self.alarm + #"""
            , {"AlarmName": "deploying", "Namespace": "Shop", "MetricName": "Deploys", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
               "Threshold": 0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching"},
            {"AlarmName": "page", "AlarmRule": "ALARM(errors)", "AlarmActions": ["\#(Self.topic)"], "ActionsSuppressor": "deploying",
             "ActionsSuppressorWaitPeriod": 120, "ActionsSuppressorExtensionPeriod": 180}
            """#
        // Told two minutes after it fires, when nobody deploys by then.
        let alone = #"""
            {"name": "alone", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "0 9x6 0x6"}], "fires": {"page": 1}, "tells": {"page": 1}}
            """#
        #expect(try await failures(alone, alarms: alarms).isEmpty)
        // A deployment that begins within the wait keeps it back; errors are over before the extension is.
        let suppressed = #"""
            {"name": "suppressed", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "0 9x6 0x10"},
                {"Namespace": "Shop", "MetricName": "Deploys", "values": "_x3 1x4 _x10"}], "fires": {"page": 1, "deploying": 1}, "tells": {"page": 0}}
            """#
        #expect(try await failures(suppressed, alarms: alarms).isEmpty)
        // Errors that outlast the deployment are told at the end of the extension.
        let outlasting = #"""
            {"name": "outlasting", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "0 9x15"},
                {"Namespace": "Shop", "MetricName": "Deploys", "values": "_x3 1x4 _x9"}], "fires": {"page": 1}, "tells": {"page": 1}}
            """#
        #expect(try await failures(outlasting, alarms: alarms).isEmpty)
        let wrong = try await failures(suppressed.replacing(#""page": 0"#, with: #""page": 2"#), alarms: alarms)
        #expect(wrong == ["page: expected its actions of ALARM to run 2 times, they run 0 times"])
    }

    @Test func `what was told within the deduplication window is not told again`() async throws {
        let alarm = Self.alarm.replacing(
            #""TreatMissingData""#, with: #""AlarmActions": ["\#(Self.topic)"], "Tags": [{"Key": "groundwatch:dedup", "Value": "10m"}], "TreatMissingData""#)
        #expect(try await failures(#"""
            {"name": "flapping", "input": [{"Namespace": "Shop", "MetricName": "Errors", "values": "9x2 0x2 9x2 0x2 9x2 0x10 9x2"}],
             "fires": {"errors": 4}, "tells": {"errors": 2}}
            """#, alarms: alarm).isEmpty)
    }

    @Test func `log alarms are judged by what the runs of their queries come to`() async throws {
        let alarm = #"""
            {"AlarmName": "refusals", "ScheduledQueryConfiguration": {"QueryString": "filter @message like /refused/", "LogGroupIdentifiers": ["web"],
               "ScheduledQueryRoleARN": "arn:aws:iam::000000000000:role/q", "AggregationExpression": "count(*) as n",
               "ScheduleConfiguration": {"ScheduleExpression": "rate(5 minutes)", "StartTimeOffset": 300}},
             "QueryResultsToEvaluate": 3, "QueryResultsToAlarm": 2, "Threshold": 10, "ComparisonOperator": "GreaterThanThreshold",
             "TreatMissingData": "notBreaching"}
            """#
        #expect(try await failures(#"""
            {"name": "two of three", "input": [{"LogAlarm": "refusals", "values": "1 20 _ 20 _x3"}],
             "expect": [{"at": "5m", "state": "OK"}, {"at": "10m", "state": "OK"}, {"at": "20m", "state": "ALARM", "reason": "2 out of the last 3"},
                        {"at": "35m", "state": "OK"}], "fires": {"refusals": 1}}
            """#, alarms: alarm).isEmpty)
        #expect(throws: DrillError.self) { try file(#"{"name": "t", "input": [{"LogAlarm": "errors", "values": "1"}], "fires": {"errors": 0}}"#) }
    }

    @Test(arguments: [
        (#"{"name": "t", "expect": []}"#, "expects nothing"), (#"{"name": "t", "expects": []}"#, "no member \"expects\""),
        (#"{"name": "t", "expect": [{"at": "5", "state": "OK"}]}"#, "no length of time"), (#"{"name": "t", "expect": [{"at": "5m", "state": "WARN"}]}"#, "INSUFFICIENT_DATA"),
        (#"{"name": "t", "expect": [{"alarm": "x", "at": "5m", "state": "OK"}]}"#, "no alarm x"),
        (#"{"name": "t", "input": [{"Namespace": "N", "MetricName": "M", "values": "1 two"}], "fires": {"errors": 1}}"#, "\"two\" is no value"),
        (#"{"name": "t", "input": [{"Namespace": "N", "values": "1"}], "fires": {"errors": 1}}"#, "MetricName"),
        (#"{"name": "t", "input": [{"Namespace": "N", "MetricName": "M", "values": "1x9999999"}], "fires": {"errors": 1}}"#, "more than"),
        (#"{"name": "t", "start": "yesterday", "fires": {"errors": 1}}"#, "no time"),
    ])
    func `tests that cannot be read say why`(test: String, part: String) {
        let error = #expect(throws: DrillError.self) { try file(test) }
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }

    @Test func `alarms that the API would refuse are refused in its words`() {
        let error = #expect(throws: DrillError.self) { try file("", alarms: #"{"AlarmName": "a", "AlarmRule": "ALARM("}"#) }
        #expect(error?.message.contains("AlarmRule is not valid") == true)
        #expect(throws: DrillError.self) { try RuleTestFile(json: Array("{}".utf8)) }
        #expect(throws: DrillError.self) { try RuleTestFile(json: Array("[".utf8)) }
    }

    @Test func `the command counts tests, and its code tells whether they pass`() async throws {
        let good = #"{"name": "g", "fires": {"errors": 0}, "expect": [{"at": "5m", "state": "OK"}]}"#
        let bad = #"{"name": "b", "fires": {"errors": 1}, "expect": [{"at": "5m", "state": "OK"}]}"#
        let command = DrillCommand { path in Array(#"{"alarms": [\#(Self.alarm)], "tests": [\#(path == "good" ? good : bad)]}"#.utf8) }
        let passed = try await command.test(["good"])
        #expect(passed.status == 0 && passed.text == "1 tests passed")
        let failed = try await command.test(["good", "bad"])
        #expect(failed.status == 1 && failed.text == "bad: b: errors: expected to fire 1 times, fires 0 times\n1 of 2 tests failed")
        #expect(try await command.test(["--json", "bad"]).text.hasPrefix(#"{"tests":[{"file":"bad","test":"b","failures":["errors: expected"#))
        await #expect(throws: DrillError.self) { try await command.test([]) }
    }
}
