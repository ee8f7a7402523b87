import AWSProtocol
import SignalModel
import Simulation
import Testing
import WireFormats

struct CompositeOperationTests {
    private let topic: WireValue = "arn:aws:sns:us-east-1:123456789012:alerts"

    private func server(_ children: String...) async throws -> TestServer {
        let server = try TestServer()
        for name in children {
            let answer = try await server.call("PutMetricAlarm", [
                "AlarmName": .text(name), "MetricName": "M", "Namespace": "N", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
            ])
            try #require(answer.status == 200, "\(answer.message)")
        }
        return server
    }

    @Test(arguments: TestServer.protocols)
    func `a composite alarm reads back as it was put, in every protocol`(wire: WireProtocol) async throws {
        let server = try await server("cpu", "guard")
        let answer = try await server.call("PutCompositeAlarm", [
            "AlarmName": "top", "AlarmDescription": "both", "AlarmRule": "ALARM(cpu) AND NOT OK(\"cpu\")", "AlarmActions": [topic],
            "ActionsSuppressor": "guard", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 0, "Tags": [["Key": "k", "Value": "v"]],
        ], as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let page = try await server.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm"]], as: wire).body
        let alarm = try #require(page["CompositeAlarms"].elements.first)
        #expect(page["MetricAlarms"].elements.isEmpty && page.has("MetricAlarms"))
        #expect(alarm["AlarmRule"].text == "ALARM(cpu) AND NOT OK(\"cpu\")" && alarm["AlarmDescription"].text == "both")
        #expect(alarm["ActionsSuppressor"].text == "guard" && alarm["ActionsSuppressorWaitPeriod"].number == 60)
        #expect(alarm["ActionsSuppressorExtensionPeriod"].number == 0 && alarm["AlarmActions"].texts.count == 1)
        #expect(alarm["StateValue"].text == "OK" && alarm["ActionsSuppressedBy"].text == "WaitPeriod" && alarm.has("ActionsSuppressedReason"))
        #expect(alarm["AlarmArn"].text == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:top" && !alarm.has("Period"))
        let tags = try await server.call("ListTagsForResource", ["ResourceARN": .text(alarm["AlarmArn"].text)], as: wire)
        #expect(tags.body["Tags"].elements.map { $0["Key"].text } == ["k"])
    }

    @Test func `kinds are listed when they are asked for, and page together`() async throws {
        let server = try await server("a", "c")
        for name in ["b", "d"] { try await server.call("PutCompositeAlarm", ["AlarmName": .text(name), "AlarmRule": "OK(a)"]) }
        func names(_ input: WireValue) async throws -> [String] {
            let body = try await server.call("DescribeAlarms", input).body
            return ["CompositeAlarms", "MetricAlarms", "LogAlarms"].flatMap { body[$0].elements.map { $0["AlarmName"].text } }
        }
        #expect(try await names(.structure([])) == ["a", "c"], "metric alarms when nothing is said")
        #expect(try await names(["AlarmTypes": ["CompositeAlarm", "MetricAlarm", "LogAlarm"]]) == ["b", "d", "a", "c"])
        #expect(try await names(["AlarmNames": ["a", "b"], "AlarmTypes": ["CompositeAlarm"]]) == ["b"])
        #expect(try await names(["ChildrenOfAlarmName": "b"]) == ["a"])
        #expect(try await names(["ParentsOfAlarmName": "a"]) == ["b", "d"])
        let first = try await server.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm", "MetricAlarm"], "MaxRecords": 3]).body
        #expect(first["CompositeAlarms"].elements.count == 1 && first["MetricAlarms"].elements.count == 2)
        let second = try await server.call(
            "DescribeAlarms", ["AlarmTypes": ["CompositeAlarm", "MetricAlarm"], "MaxRecords": 3, "NextToken": .text(first["NextToken"].text)]).body
        #expect(second["CompositeAlarms"].elements.map { $0["AlarmName"].text } == ["d"] && !second.has("NextToken"))
        let child = try #require(try await server.call("DescribeAlarms", ["ChildrenOfAlarmName": "b"]).body["MetricAlarms"].elements.first)
        #expect(Set(child.members.keys) == ["AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp"])
        #expect(try await server.call("DescribeAlarms", ["ChildrenOfAlarmName": "b", "StateValue": "OK"]).code == "ValidationError")
        #expect(try await server.call("DescribeAlarms", ["ChildrenOfAlarmName": "a"]).code == "ResourceNotFound")
        #expect(try await server.call("DescribeAlarms", ["AlarmTypes": ["Alarm"]]).message.contains("[CompositeAlarm, MetricAlarm, LogAlarm]"))
    }

    @Test func `what cannot be is refused and stores nothing`() async throws {
        let server = try await server("a")
        func refusal(_ input: WireValue) async throws -> String {
            let answer = try await server.call("PutCompositeAlarm", input)
            #expect(answer.status == 400 && answer.code == "ValidationError", "\(answer.code)")
            return answer.message
        }
        #expect(try await refusal(["AlarmName": "c"]).contains("'alarmRule'"))
        #expect(try await refusal(["AlarmName": "c", "AlarmRule": "ALARM(a"]) == "AlarmRule is not valid: it ends where ')' is expected (at position 8)")
        #expect(try await refusal(["AlarmName": "c", "AlarmRule": "ALARM(x)"]).contains("alarms [x] in the alarm rule do not exist"))
        #expect(try await refusal(["AlarmName": "c", "AlarmRule": "TRUE", "ActionsSuppressor": "a"]).contains("are required"))
        #expect(try await refusal(["AlarmName": "c", "AlarmRule": "TRUE", "ActionsSuppressorWaitPeriod": 1]).contains("need an ActionsSuppressor"))
        #expect(try await refusal(["AlarmName": "c", "AlarmRule": "TRUE", "AlarmActions": ["x"]]) == "Invalid arn syntax: x")
        #expect(try await refusal(["AlarmName": "a", "AlarmRule": "TRUE"]).contains("MetricAlarm"))
        let tagged = try await server.call("PutCompositeAlarm", ["AlarmName": "c", "AlarmRule": "TRUE", "Tags": [["Key": "groundwatch:dedup", "Value": "x"]]])
        #expect(tagged.code == "InvalidParameterValue" && tagged.message.contains("groundwatch:dedup"))
        #expect(try await server.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm"]]).body["CompositeAlarms"].elements.isEmpty)
        try await server.call("PutCompositeAlarm", ["AlarmName": "c", "AlarmRule": "ALARM(a)"])
        let deleted = try await server.call("DeleteAlarms", ["AlarmNames": ["a"]])
        #expect(deleted.code == "ValidationError" && deleted.message == "Cannot delete a as there are composite alarm(s) depending on it.")
    }

    @Test(arguments: TestServer.protocols)
    func `history is that of the kinds asked for`(wire: WireProtocol) async throws {
        let server = try await server("a")
        try await server.call("PutCompositeAlarm", ["AlarmName": "c", "AlarmRule": "ALARM(a)"])
        func items(_ input: WireValue) async throws -> [Tree] {
            try await server.call("DescribeAlarmHistory", input, as: wire).body["AlarmHistoryItems"].elements
        }
        #expect(try await items(.structure([])).map { $0["AlarmName"].text } == ["a"])
        let composite = try await items(["AlarmTypes": ["CompositeAlarm"]])
        #expect(composite.map { $0["HistoryItemType"].text } == ["StateUpdate", "ConfigurationUpdate"])
        #expect(composite.allSatisfy { $0["AlarmType"].text == "CompositeAlarm" } && composite[1]["HistoryData"].text.contains(#""alarmRule":"ALARM(a)""#))
        #expect(try await items(["AlarmTypes": ["CompositeAlarm"], "HistoryItemType": "AlarmContributorAction"]).isEmpty)
        let contributors = try await server.call("DescribeAlarmContributors", ["AlarmName": "a"], as: wire)
        #expect(contributors.status == 200 && contributors.body.has("AlarmContributors"))
        #expect(try await server.call("DescribeAlarmContributors", ["AlarmName": "x"], as: wire).status == 404)
    }
}

struct MuteRuleOperationTests {
    @Test(arguments: TestServer.protocols)
    func `a mute rule is put, read, listed, tagged and deleted, in every protocol`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await server.call("PutMetricAlarm", [
            "AlarmName": "a", "MetricName": "M", "Namespace": "N", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold",
        ])
        let put = try await server.call("PutAlarmMuteRule", [
            "Name": "nightly", "Description": "backups", "Rule": ["Schedule": ["Expression": "cron(0 8 * * *)", "Duration": "PT4H", "Timezone": "UTC"]],
            "MuteTargets": ["AlarmNames": ["a"]], "ExpireDate": .seconds(server.now + 86_400), "Tags": [["Key": "k", "Value": "v"]],
        ], as: wire)
        #expect(put.status == 200, "\(put.message)")
        let rule = try await server.call("GetAlarmMuteRule", ["AlarmMuteRuleName": "nightly"], as: wire).body
        #expect(rule["Rule"]["Schedule"]["Expression"].text == "cron(0 8 * * *)" && rule["Rule"]["Schedule"]["Duration"].text == "PT4H")
        #expect(rule["MuteTargets"]["AlarmNames"].texts == ["a"] && rule["Status"].text == "ACTIVE" && rule["MuteType"].text == "RECURRING")
        #expect(rule["AlarmMuteRuleArn"].text == "arn:aws:cloudwatch:us-east-1:123456789012:alarm-mute-rule:nightly" && rule["Description"].text == "backups")
        let list = try await server.call("ListAlarmMuteRules", ["AlarmName": "a", "Statuses": ["ACTIVE"]], as: wire).body
        #expect(list["AlarmMuteRuleSummaries"].elements.map { $0["Status"].text } == ["ACTIVE"])
        #expect(try await server.call("ListAlarmMuteRules", ["Statuses": ["EXPIRED"]], as: wire).body["AlarmMuteRuleSummaries"].elements.isEmpty)
        #expect(try await server.call("TagResource", ["ResourceARN": .text(rule["AlarmMuteRuleArn"].text), "Tags": [["Key": "b", "Value": ""]]], as: wire).status == 200)
        let tags = try await server.call("ListTagsForResource", ["ResourceARN": .text(rule["AlarmMuteRuleArn"].text)], as: wire).body
        #expect(tags["Tags"].elements.map { $0["Key"].text } == ["b", "k"])
        for _ in 0..<2 { #expect(try await server.call("DeleteAlarmMuteRule", ["AlarmMuteRuleName": "nightly"], as: wire).status == 200) }
        #expect(try await server.call("GetAlarmMuteRule", ["AlarmMuteRuleName": "nightly"], as: wire).code == "ResourceNotFoundException")
    }

    @Test func `schedules that cannot be are refused in words, and rules page`() async throws {
        let server = try TestServer()
        func put(_ name: String, _ schedule: WireValue, _ more: (String, WireValue)...) async throws -> TestServer.Answer {
            try await server.call("PutAlarmMuteRule", .structure([("Name", .text(name)), ("Rule", ["Schedule": schedule])] + more))
        }
        let nightly: WireValue = ["Expression": "cron(0 2 * * *)", "Duration": "PT1H"]
        #expect(try await put("r", ["Expression": "cron(0 25 * * *)", "Duration": "PT1H"]).message.contains("'25' is no hours"))
        #expect(try await put("r", ["Expression": "cron(0 2 * * *)"]).message.contains("rule.schedule.duration"))
        #expect(try await put("r", nightly, ("MuteTargets", ["AlarmNames": ["x"]])).message.contains("[x]"))
        #expect(try await put("r", nightly, ("StartDate", .seconds(100)), ("ExpireDate", .seconds(100))).code == "InvalidParameterValue")
        for index in 0..<5 { #expect(try await put("r\(index)", nightly).status == 200) }
        var seen: [String] = []
        var token: String?
        repeat {
            let page = try await server.call("ListAlarmMuteRules", .members(("MaxRecords", 2), ("NextToken", token.map(WireValue.text)))).body
            seen += page["AlarmMuteRuleSummaries"].elements.map { $0["AlarmMuteRuleArn"].text }
            token = page.has("NextToken") ? page["NextToken"].text : nil
        } while token != nil
        #expect(seen.map { $0.suffix(2) } == ["r0", "r1", "r2", "r3", "r4"])
        #expect(try await server.call("ListAlarmMuteRules", ["AlarmName": "x"]).code == "ResourceNotFoundException")
    }
}
