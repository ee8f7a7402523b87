import AWSProtocol
import Simulation
import Testing
import WireFormats

struct LogAlarmOperationTests {
    private func alarm(_ changes: (String, WireValue?)...) -> WireValue {
        var members: [(String, WireValue)] = [
            ("AlarmName", "log"), ("QueryResultsToEvaluate", 3), ("QueryResultsToAlarm", 2), ("Threshold", 10.0), ("ComparisonOperator", "GreaterThanThreshold"),
            ("TreatMissingData", "notBreaching"), ("ScheduledQueryConfiguration", query()),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return .structure(members)
    }

    private func query(_ text: String = "filter level = 'ERROR'", schedule: String = "rate(5 minutes)", end: Int64 = 0, aggregation: String = "count(*)") -> WireValue {
        [
            "QueryString": .text(text), "LogGroupIdentifiers": ["/shop"], "ScheduledQueryRoleARN": "arn:aws:iam::123456789012:role/r",
            "AggregationExpression": .text(aggregation),
            "ScheduleConfiguration": ["ScheduleExpression": .text(schedule), "StartTimeOffset": 300, "EndTimeOffset": .integer(end)],
        ]
    }

    @Test(arguments: TestServer.protocols)
    func `a log alarm reads back as it was put, in every protocol`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let put = try await server.call("PutLogAlarm", alarm(), as: wire)
        #expect(put.status == 200, "\(put.message)")
        let page = try await server.call("DescribeAlarms", ["AlarmTypes": ["LogAlarm"]], as: wire).body
        let alarm = try #require(page["LogAlarms"].elements.first)
        #expect(alarm["QueryResultsToEvaluate"].number == 3 && alarm["QueryResultsToAlarm"].number == 2 && alarm["Threshold"].number == 10)
        let query = alarm["ScheduledQueryConfiguration"]
        #expect(query["QueryString"].text == "filter level = 'ERROR'" && query["LogGroupIdentifiers"].texts == ["/shop"])
        #expect(query["ScheduleConfiguration"]["ScheduleExpression"].text == "rate(5 minutes)" && query["ScheduleConfiguration"]["StartTimeOffset"].number == 300)
        #expect(alarm["StateValue"].text == "INSUFFICIENT_DATA" && alarm["TreatMissingData"].text == "notBreaching" && !alarm.has("Period"))
        #expect(try await server.call("DescribeAlarms", .structure([]), as: wire).body["MetricAlarms"].elements.isEmpty)
        let history = try await server.call("DescribeAlarmHistory", ["AlarmTypes": ["LogAlarm"]], as: wire).body["AlarmHistoryItems"].elements
        #expect(history.map { $0["AlarmType"].text } == ["LogAlarm"])
    }

    @Test func `what cannot be watched is refused in words`() async throws {
        let server = try TestServer()
        func refusal(_ alarm: WireValue) async throws -> String {
            let answer = try await server.call("PutLogAlarm", alarm)
            #expect(answer.status == 400 && answer.code == "ValidationError", "\(answer.code)")
            return answer.message
        }
        #expect(try await refusal(alarm(("ScheduledQueryConfiguration", query("bad query")))).contains("it is bad"))
        #expect(try await refusal(alarm(("ScheduledQueryConfiguration", query(schedule: "cron(0 * * * *)")))).contains("rate(5 minutes)"))
        #expect(try await refusal(alarm(("ScheduledQueryConfiguration", query(end: 300)))).contains("EndTimeOffset"))
        #expect(try await refusal(alarm(("ScheduledQueryConfiguration", query(aggregation: "count(*) | limit 1")))).contains("AggregationExpression"))
        #expect(try await refusal(alarm(("QueryResultsToAlarm", 4))).contains("QueryResultsToAlarm"))
        #expect(try await refusal(alarm(("ComparisonOperator", "GreaterThanUpperThreshold"))).contains("log alarms"))
        #expect(try await refusal(alarm(("ActionLogLineCount", 5))).contains("not served"))
        #expect(try await refusal(alarm(("ScheduledQueryConfiguration", nil))).contains("scheduledQueryConfiguration"))
        #expect(try await server.call("DescribeAlarms", ["AlarmTypes": ["LogAlarm"]]).body["LogAlarms"].elements.isEmpty)
        try await server.call("PutCompositeAlarm", ["AlarmName": "log", "AlarmRule": "TRUE"])
        let conflict = try await server.call("PutLogAlarm", alarm())
        #expect(conflict.status == 409 && conflict.code == "ResourceConflict")
    }

    @Test func `log alarms are deleted one by one`() async throws {
        let server = try TestServer()
        for name in ["a", "b"] { try await server.call("PutLogAlarm", alarm(("AlarmName", .text(name)))) }
        #expect(try await server.call("DeleteAlarms", ["AlarmNames": ["a", "b"]]).message == "Log alarms cannot be batch deleted.")
        for name in ["a", "b"] { #expect(try await server.call("DeleteAlarms", ["AlarmNames": [.text(name)]]).status == 200) }
    }
}
