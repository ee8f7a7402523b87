import AWSProtocol
import Catalog
import CloudWatchAPI
import SignalModel
import Simulation
import Testing
import WireFormats

struct AlarmOperationTests {
    private let topic = "arn:aws:sns:us-east-1:123456789012:alerts"

    private func alarm(_ name: String = "slow", _ changes: (String, WireValue?)...) -> WireValue {
        var members: [(String, WireValue)] = [
            ("AlarmName", .text(name)), ("AlarmDescription", "too slow"), ("AlarmActions", [.text(topic)]), ("MetricName", "Latency"), ("Namespace", "Shop"),
            ("Statistic", "Average"), ("Dimensions", [["Name": "Service", "Value": "cart"]]), ("Period", 60), ("EvaluationPeriods", 3),
            ("DatapointsToAlarm", 2), ("Threshold", 1.5), ("ComparisonOperator", "GreaterThanThreshold"), ("TreatMissingData", "notBreaching"),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return .structure(members)
    }

    private func put(_ alarm: WireValue, to server: TestServer, as wire: WireProtocol = .json10) async throws {
        let answer = try await server.call("PutMetricAlarm", alarm, as: wire)
        try #require(answer.status == 200, "\(answer.code): \(answer.message)")
    }

    private func names(_ server: TestServer, _ filter: (String, WireValue)...) async throws -> [String] {
        try await server.call("DescribeAlarms", .structure(filter)).body["MetricAlarms"].elements.map { $0["AlarmName"].text }
    }

    @Test(arguments: TestServer.protocols)
    func `an alarm reads back as it was put, in every protocol`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await put(alarm("slow", ("Unit", "Seconds"), ("OKActions", [.text(topic)])), to: server, as: wire)
        let answer = try await server.call("DescribeAlarms", ["AlarmNames": ["slow"]], as: wire)
        let alarm = try #require(answer.body["MetricAlarms"].elements.first)
        #expect(answer.body.has("CompositeAlarms"))
        #expect(alarm["AlarmArn"].text == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow")
        #expect(alarm["AlarmDescription"].text == "too slow" && alarm["ActionsEnabled"].text == "true")
        #expect(alarm["AlarmActions"].texts == [topic] && alarm["OKActions"].texts == [topic] && alarm.has("InsufficientDataActions"))
        #expect(alarm["StateValue"].text == "INSUFFICIENT_DATA" && alarm["StateReason"].text == "Unchecked: Initial alarm creation")
        #expect(alarm["Dimensions"].elements[0]["Value"].text == "cart" && alarm["Unit"].text == "Seconds" && alarm["Period"].number == 60)
        #expect(alarm["EvaluationPeriods"].number == 3 && alarm["DatapointsToAlarm"].number == 2 && alarm["Threshold"].number == 1.5)
        #expect(alarm["ComparisonOperator"].text == "GreaterThanThreshold" && alarm["TreatMissingData"].text == "notBreaching")
        #expect(!alarm.has("StateReasonData") && !alarm.has("Metrics") && !alarm.has("ExtendedStatistic"))
        for time in ["AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp"] { #expect(alarm.has(time)) }
    }

    @Test(arguments: TestServer.protocols)
    func `an alarm on an expression has no members of a metric`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let metrics: WireValue = [
            ["Id": "e", "Expression": "m1 * 2", "Label": "twice"],
            ["Id": "m1", "MetricStat": ["Metric": ["Namespace": "Shop", "MetricName": "M"], "Period": 60, "Stat": "p99"], "ReturnData": false],
        ]
        try await put(["AlarmName": "math", "Metrics": metrics, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold"], to: server, as: wire)
        let alarm = try #require(try await server.call("DescribeAlarms", .structure([]), as: wire).body["MetricAlarms"].elements.first)
        #expect(!alarm.has("Period") && !alarm.has("Statistic") && !alarm.has("MetricName"))
        #expect(alarm["Metrics"].elements.map { $0["Id"].text } == ["e", "m1"])
        #expect(alarm["Metrics"].elements[1]["ReturnData"].text == "false" && alarm["Metrics"].elements[1]["MetricStat"]["Stat"].text == "p99")
    }

    @Test func `rules that AWS refuses are refused`() async throws {
        let server = try TestServer()
        func refusal(_ changes: (String, WireValue?)...) async throws -> String {
            var members: [(String, WireValue)] = []
            if case .structure(let base) = alarm() { members = base }
            for (name, value) in changes {
                members.removeAll { $0.0 == name }
                if let value { members.append((name, value)) }
            }
            let answer = try await server.call("PutMetricAlarm", .structure(members))
            #expect(answer.status == 400 && ["ValidationError", "InvalidParameterCombination"].contains(answer.code), "\(answer.code) \(answer.message)")
            return answer.message
        }
        #expect(try await refusal(("AlarmName", nil)).contains("'alarmName'"))
        #expect(try await refusal(("AlarmName", .text(String(repeating: "x", count: 256)))).contains("less than or equal to 255"))
        #expect(try await refusal(("ComparisonOperator", "Above")).contains("[GreaterThanOrEqualToThreshold, GreaterThanThreshold,"))
        #expect(try await refusal(("TreatMissingData", "maybe")).contains("treatMissingData"))
        #expect(try await refusal(("EvaluationPeriods", 0)).contains("evaluationPeriods"))
        #expect(try await refusal(("DatapointsToAlarm", 4)).contains("DatapointsToAlarm"))
        #expect(try await refusal(("Period", 15)) == "Period must be 10, 20, 30 or a multiple of 60")
        #expect(try await refusal(("Period", nil)).contains("'period'"))
        #expect(try await refusal(("Statistic", nil)).contains("ExtendedStatistic"))
        #expect(try await refusal(("ExtendedStatistic", "p99")).contains("mutually exclusive"))
        #expect(try await refusal(("Statistic", nil), ("ExtendedStatistic", "p101")).contains("p101"))
        #expect(try await refusal(("Statistic", nil), ("ExtendedStatistic", "Sum")).contains("ExtendedStatistic"))
        #expect(try await refusal(("EvaluationPeriods", 1441)) == "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
        #expect(try await refusal(("Period", 3600), ("EvaluationPeriods", 169)).contains("604800"))
        #expect(try await refusal(("AlarmActions", .list((0..<6).map { .text("\(topic)\($0)") }))).contains("alarmActions"))
        #expect(try await refusal(("AlarmActions", ["mail@example.com"])) == "Invalid arn syntax: mail@example.com")
        #expect(try await refusal(("OKActions", ["arn:aws:sns:eu-west-1:123456789012:t"])) == "Invalid region eu-west-1 specified. Only us-east-1 is supported.")
        #expect(try await refusal(("Threshold", nil)).contains("Threshold"))
        #expect(try await refusal(("Threshold", .double(.nan))).contains("Threshold"))
        #expect(try await refusal(("Unit", "Miles")).contains("unit"))
        #expect(try await refusal(("ThresholdMetricId", "ad1")).contains("mutually exclusive"))
        #expect(try await refusal(("ThresholdMetricId", "ad1"), ("Threshold", nil)).contains("cannot be used with ThresholdMetricId"))
        #expect(try await refusal(("ThresholdMetricId", "ad1"), ("Threshold", nil), ("ComparisonOperator", "GreaterThanUpperThreshold")).contains("not the id"))
        #expect(try await refusal(("ComparisonOperator", "GreaterThanUpperThreshold")).contains("ThresholdMetricId must be specified"))
        #expect(try await refusal(("AlarmName", "a\u{1}b")).contains("control characters"))
        #expect(try await refusal(("Metrics", [["Id": "e", "Expression": "1"]])).contains("mutually exclusive"))
        #expect(try await names(server).isEmpty)
    }

    @Test func `expressions that cannot be watched are refused`() async throws {
        let server = try TestServer()
        func refusal(_ queries: WireValue...) async throws -> String {
            let answer = try await server.call(
                "PutMetricAlarm", ["AlarmName": "a", "Metrics": .list(queries), "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold"])
            #expect(answer.code == "ValidationError", "\(answer.message)")
            return answer.message
        }
        func metric(_ id: String, period: Int64 = 60, returns: Bool = false) -> WireValue {
            ["Id": .text(id), "MetricStat": ["Metric": ["Namespace": "N", "MetricName": "M"], "Period": .integer(period), "Stat": "Sum"], "ReturnData": .bool(returns)]
        }
        #expect(try await refusal(metric("m1")) == "Exactly one element of the metrics list should return data.")
        #expect(try await refusal(metric("m1", returns: true), metric("m2", returns: true)).hasPrefix("Exactly one"))
        #expect(try await refusal(metric("m1"), ["Id": "e", "Expression": "SUM(m1)"]).contains("single time series"))
        #expect(try await refusal(metric("m1"), metric("m2"), ["Id": "e", "Expression": "METRICS()"]).contains("single time series"))
        #expect(try await refusal(metric("m1"), ["Id": "e", "Expression": "ANOMALY_DETECTION_BAND(m1)"]).contains("single time series"))
        #expect(try await refusal(metric("m1"), ["Id": "e", "Expression": "m1 + m2"]).contains("m2"))
        #expect(try await refusal(["Id": "e", "Expression": "SUM(SEARCH('{N} M', 'Sum', 60))"]).contains("SEARCH"))
        #expect(try await refusal(["Id": "q", "Expression": "SELECT SUM(M) FROM N", "Period": 5]).contains("Period"))
        #expect(try await refusal(metric("m1", period: 5, returns: true)).contains("Period"))
        var many = (0..<11).map { metric("m\($0)") }
        many.append(["Id": "e", "Expression": "SUM(METRICS())"])
        let answer = try await server.call(
            "PutMetricAlarm", ["AlarmName": "a", "Metrics": .list(many), "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold"])
        #expect(answer.message.contains("at most 10"))
    }

    @Test func `alarms are filtered and paged`() async throws {
        let server = try TestServer()
        for index in 0..<12 { try await put(alarm("a-\(index)"), to: server) }
        try await put(alarm("b-1", ("AlarmActions", ["arn:aws:sns:us-east-1:1:other"])), to: server)
        try await server.call("SetAlarmState", ["AlarmName": "a-3", "StateValue": "ALARM", "StateReason": "x"])
        #expect(try await names(server).count == 13)
        #expect(try await names(server, ("AlarmNamePrefix", "b")) == ["b-1"])
        #expect(try await names(server, ("AlarmNames", ["a-2", "nobody", "a-1"])) == ["a-1", "a-2"])
        #expect(try await names(server, ("StateValue", "ALARM")) == ["a-3"])
        #expect(try await names(server, ("ActionPrefix", "arn:aws:sns:us-east-1:1:")) == ["b-1"])
        #expect(try await names(server, ("AlarmTypes", ["CompositeAlarm"])).isEmpty)
        #expect(try await names(server, ("AlarmTypes", ["CompositeAlarm", "MetricAlarm"])).count == 13)
        for size in [1, 5, 12, 13] as [Int64] {
            var seen: [String] = []
            var token: String?
            repeat {
                let page = try await server.call("DescribeAlarms", .members(("MaxRecords", .integer(size)), ("NextToken", token.map(WireValue.text))))
                seen += page.body["MetricAlarms"].elements.map { $0["AlarmName"].text }
                token = page.body.has("NextToken") ? page.body["NextToken"].text : nil
            } while token != nil
            #expect(seen == (try await names(server)), "pages of \(size)")
        }
        #expect(try await server.call("DescribeAlarms", ["NextToken": "bad"]).code == "InvalidNextToken")
        #expect(try await server.call("DescribeAlarms", ["MaxRecords": 101]).code == "ValidationError")
        try await server.call("DeleteAlarms", ["AlarmNames": ["a-1", "a-2", "nobody"]])
        #expect(try await names(server).count == 11)
    }

    @Test(arguments: TestServer.protocols)
    func `a state set by hand shows in the alarm, its history and the outbox`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await put(alarm(), to: server)
        let answer = try await server.call(
            "SetAlarmState", ["AlarmName": "slow", "StateValue": "ALARM", "StateReason": "drill", "StateReasonData": "{\"k\":1}"], as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let alarm = try #require(try await server.call("DescribeAlarms", .structure([]), as: wire).body["MetricAlarms"].elements.first)
        #expect(alarm["StateValue"].text == "ALARM" && alarm["StateReason"].text == "drill" && alarm["StateReasonData"].text == "{\"k\":1}")
        let history = try await server.call("DescribeAlarmHistory", ["AlarmName": "slow"], as: wire).body["AlarmHistoryItems"].elements
        #expect(history.map { $0["HistoryItemType"].text } == ["Action", "StateUpdate", "ConfigurationUpdate"], "newest first")
        #expect(history[1]["HistorySummary"].text == "Alarm updated from INSUFFICIENT_DATA to ALARM")
        #expect(history[1]["HistoryData"].text.contains(#""stateReasonData":{"k":1}"#))
        let states = try await server.call("DescribeAlarmHistory", ["HistoryItemType": "StateUpdate", "AlarmTypes": ["MetricAlarm"]], as: wire)
        #expect(states.body["AlarmHistoryItems"].elements.count == 1)
        let notices = try await server.catalog.read { try $0.dueNotices(at: Timestamp(nanoseconds: .max), limit: 10) }
        #expect(notices.map(\.target) == [topic] && notices[0].kind == Notice.publication)
    }

    @Test(arguments: TestServer.protocols)
    func `states that cannot be set say why`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await put(alarm(), to: server)
        func set(_ name: WireValue, _ state: WireValue, data: WireValue? = nil) async throws -> TestServer.Answer {
            try await server.call("SetAlarmState", .members(("AlarmName", name), ("StateValue", state), ("StateReason", "x"), ("StateReasonData", data)), as: wire)
        }
        let unknown = try await set("nobody", "OK")
        #expect(unknown.status == 404 && unknown.code == "ResourceNotFound")
        let invalid = try await set("slow", "INVALID")
        #expect(invalid.code == "ValidationError")
        #expect(invalid.message == "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: "
            + "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]")
        for data in ["no json", "[1]", "{\"a\":1} x"] { #expect(try await set("slow", "OK", data: .text(data)).code == "InvalidFormat") }
    }

    @Test func `history is kept by dates and pages, and outlives the alarm`() async throws {
        let server = try TestServer()
        try await put(alarm(), to: server)
        for index in 0..<10 {
            server.clock.advance(bySeconds: 60)
            try await server.call("SetAlarmState", ["AlarmName": "slow", "StateValue": index % 2 == 0 ? "ALARM" : "OK", "StateReason": "x"])
        }
        try await server.call("DeleteAlarms", ["AlarmNames": ["slow"]])
        func items(_ extra: (String, WireValue)...) async throws -> TestServer.Answer {
            try await server.call("DescribeAlarmHistory", .structure([("AlarmName", "slow")] + extra))
        }
        let all = try await items().body["AlarmHistoryItems"].elements
        #expect(all.count == 10 + 5 + 2 && all[0]["HistorySummary"].text == "Alarm \"slow\" deleted")
        let oldest = try await items(("ScanBy", "TimestampAscending")).body["AlarmHistoryItems"].elements
        #expect(oldest == all.reversed())
        let states = ("HistoryItemType", "StateUpdate" as WireValue)
        let since = try await items(states, ("StartDate", .seconds(server.now - 120)), ("EndDate", .seconds(server.now - 60)))
        #expect(since.body["AlarmHistoryItems"].elements.count == 2)
        var seen: [Tree] = []
        var token: String?
        repeat {
            let page = try await server.call("DescribeAlarmHistory", .members(("AlarmName", "slow"), ("MaxRecords", 4), ("NextToken", token.map(WireValue.text))))
            seen += page.body["AlarmHistoryItems"].elements
            token = page.body.has("NextToken") ? page.body["NextToken"].text : nil
        } while token != nil
        #expect(seen == all)
        #expect(try await items(("NextToken", "bad")).code == "InvalidNextToken")
    }

    @Test func `alarms are found by exactly their metric`() async throws {
        let server = try TestServer()
        try await put(alarm("one"), to: server)
        try await put(alarm("two", ("Period", 300), ("Statistic", "Sum")), to: server)
        try await put(alarm("three", ("Dimensions", nil)), to: server)
        let stat: WireValue = ["Metric": ["Namespace": "Shop", "MetricName": "Latency"], "Period": 60, "Stat": "Average"]
        let calculated = try await server.call("PutMetricAlarm", [
            "AlarmName": "four", "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
            "Metrics": [["Id": "m1", "MetricStat": stat, "ReturnData": false], ["Id": "e1", "Expression": "m1 * 2"]],
        ])
        #expect(calculated.status == 200, "\(calculated.message)")
        func found(_ extra: (String, WireValue)...) async throws -> [String] {
            try await server.call("DescribeAlarmsForMetric", .structure([("MetricName", "Latency"), ("Namespace", "Shop")] + extra))
                .body["MetricAlarms"].elements.map { $0["AlarmName"].text }
        }
        let cart = ("Dimensions", [["Name": "Service", "Value": "cart"]] as WireValue)
        #expect(try await found(cart) == ["one", "two"])
        #expect(try await found(cart, ("Period", 300)) == ["two"])
        #expect(try await found(cart, ("Statistic", "Average")) == ["one"])
        #expect(try await found() == ["three"])
    }

    @Test(arguments: TestServer.protocols)
    func `actions are switched and tags kept`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await put(alarm("slow", ("Tags", [["Key": "team", "Value": "shop"]])), to: server, as: wire)
        #expect(try await server.call("DisableAlarmActions", ["AlarmNames": ["slow"]], as: wire).status == 200)
        #expect(try await server.call("DescribeAlarms", .structure([]), as: wire).body["MetricAlarms"].elements[0]["ActionsEnabled"].text == "false")
        #expect(try await server.call("EnableAlarmActions", ["AlarmNames": ["slow"]], as: wire).status == 200)
        let arn: WireValue = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow"
        func tags() async throws -> [String] {
            try await server.call("ListTagsForResource", ["ResourceARN": arn], as: wire).body["Tags"].elements.map { "\($0["Key"].text)=\($0["Value"].text)" }
        }
        #expect(try await tags() == ["team=shop"])
        #expect(try await server.call("TagResource", ["ResourceARN": arn, "Tags": [["Key": "team", "Value": "web"], ["Key": "a", "Value": ""]]], as: wire).status == 200)
        #expect(try await tags() == ["a=", "team=web"])
        #expect(try await server.call("UntagResource", ["ResourceARN": arn, "TagKeys": ["team"]], as: wire).status == 200)
        #expect(try await tags() == ["a="])
        let unknown = try await server.call("ListTagsForResource", ["ResourceARN": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x"], as: wire)
        #expect(unknown.status == 404 && unknown.code == "ResourceNotFoundException")
        #expect(try await server.call("ListTagsForResource", ["ResourceARN": "arn:aws:cloudwatch:us-east-1:999999999999:alarm:slow"], as: wire).status == 404)
    }
}
