import SignalModel
import Testing
import WireFormats

/// Groups and streams.
struct GroupTests {
    private let world = LogsWorld()

    private func names(_ answer: LogsWorld.Answer, _ list: String, _ name: String) -> [String] {
        answer.root.member(named: list)?.children.compactMap { $0.member(named: name)?.text } ?? []
    }

    @Test func `groups are listed by prefix or by part of the name, page by page`() async throws {
        for index in 0..<5 { try await world.make("/app/Group-\(index)") }
        try await world.make("/other")
        var pages: [[String]] = []
        var token: String?
        repeat {
            let page = try await world.call(
                "DescribeLogGroups",
                .structure(
                    [("logGroupNamePrefix", "/app/"), ("limit", 2)] + (token.map { [("nextToken", .text($0))] } ?? [])))
            pages.append(names(page, "logGroups", "logGroupName"))
            token = page.root["nextToken"]?.text
        } while token != nil
        #expect(pages == [["/app/Group-0", "/app/Group-1"], ["/app/Group-2", "/app/Group-3"], ["/app/Group-4"]])
        let part = try await world.call("DescribeLogGroups", ["logGroupNamePattern": "P/group-3"])
        #expect(names(part, "logGroups", "logGroupName") == ["/app/Group-3"])
        let both = try await world.call("DescribeLogGroups", ["logGroupNamePattern": "a", "logGroupNamePrefix": "a"])
        #expect(both.code == "InvalidParameterException")
    }

    @Test func `a group is shown with its arn, class, bytes and retention`() async throws {
        _ = try await world.call(
            "CreateLogGroup", ["logGroupName": "g", "logGroupClass": "INFREQUENT_ACCESS", "tags": .textMap([("a", "b")])])
        _ = try await world.call("CreateLogStream", ["logGroupName": "g", "logStreamName": "s"])
        try await world.put("g", "s", [(0, "1234")])
        _ = try await world.call("PutRetentionPolicy", ["logGroupName": "g", "retentionInDays": 30])
        let arn = "arn:aws:logs:us-east-1:\(LogsWorld.account):log-group:g"
        let kept = try await world.call("DescribeLogGroups", [:])
        #expect(
            kept.text
                == #"{"logGroups":[{"logGroupName":"g","creationTime":\#(LogsWorld.now),"retentionInDays":30,"metricFilterCount":0,"arn":"\#(arn):*","storedBytes":30,"logGroupClass":"INFREQUENT_ACCESS","logGroupArn":"\#(arn)"}]}"#
        )
        _ = try await world.call("DeleteRetentionPolicy", ["logGroupName": "g"])
        #expect(try await world.call("DescribeLogGroups", [:]).text.contains("retentionInDays") == false)
        #expect(try await world.call("DescribeLogGroups", ["logGroupClass": "STANDARD"]).text == #"{"logGroups":[]}"#)
    }

    @Test func `tenants do not see each other's groups, events and queries`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(0, "secret")])
        let other = "999999999999"
        #expect(try await world.call("DescribeLogGroups", [:], account: other).text == #"{"logGroups":[]}"#)
        #expect(try await world.call("FilterLogEvents", ["logGroupName": "g"], account: other).code == "ResourceNotFoundException")
        let arn = WireValue.text("arn:aws:logs:us-east-1:\(LogsWorld.account):log-group:g")
        #expect(try await world.call("FilterLogEvents", ["logGroupIdentifier": arn], account: other).code == "ResourceNotFoundException")
        #expect(try await world.call("FilterLogEvents", ["logGroupIdentifier": arn]).messages == ["secret"])

        let query = try await world.query("fields @message", groups: ["g"])
        let pointer = try #require(
            query.root["results"]?.children.first { _ in true }?.children.first { $0["field"]?.text == "@ptr" }?["value"]?.text)
        #expect(try await world.call("GetLogRecord", ["logRecordPointer": .text(pointer)]).status == 200)
        #expect(
            try await world.call("GetLogRecord", ["logRecordPointer": .text(pointer)], account: other).code == "ResourceNotFoundException")
        let id = try #require(try await world.call("DescribeQueries", [:]).root["queries"]?.children.first { _ in true }?["queryId"]?.text)
        #expect(try await world.call("DescribeQueries", [:], account: other).text == #"{"queries":[]}"#)
        #expect(try await world.call("GetQueryResults", ["queryId": .text(id)], account: other).code == "ResourceNotFoundException")
        #expect(try await world.call("StopQuery", ["queryId": .text(id)], account: other).code == "ResourceNotFoundException")
    }

    @Test func `streams are listed by name or by their newest event, either way, page by page`() async throws {
        try await world.make("g", streams: "b-new", "a-old", "b-newest", "c-empty")
        try await world.put("g", "a-old", [(1, "x")])
        try await world.put("g", "b-new", [(2, "x"), (3, "y")])
        try await world.put("g", "b-newest", [(4, "x")])
        func list(_ more: (String, WireValue)...) async throws -> [String] {
            var all: [String] = []
            var token: String?
            repeat {
                let page = try await world.call(
                    "DescribeLogStreams",
                    .structure(
                        [("logGroupName", "g"), ("limit", 3)] + more + (token.map { [("nextToken", .text($0))] } ?? [])))
                all += names(page, "logStreams", "logStreamName")
                token = page.root["nextToken"]?.text
            } while token != nil
            return all
        }
        #expect(try await list() == ["a-old", "b-new", "b-newest", "c-empty"])
        #expect(try await list(("descending", true)) == ["c-empty", "b-newest", "b-new", "a-old"])
        #expect(try await list(("logStreamNamePrefix", "b-")) == ["b-new", "b-newest"])
        #expect(try await list(("orderBy", "LastEventTime"), ("descending", true)) == ["b-newest", "b-new", "a-old", "c-empty"])
        #expect(try await list(("orderBy", "LastEventTime")) == ["c-empty", "a-old", "b-new", "b-newest"])
        let shown = try await world.call("DescribeLogStreams", ["logGroupName": "g", "logStreamNamePrefix": "b-new", "limit": 1]).text
        #expect(
            shown.contains(
                #""firstEventTimestamp":\#(LogsWorld.now + 2),"lastEventTimestamp":\#(LogsWorld.now + 3),"lastIngestionTime":\#(LogsWorld.now)"#
            ))
    }

    @Test func `a deleted group takes its events with it`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(0, "x")])
        #expect(try await world.call("DeleteLogGroup", ["logGroupName": "g"]).status == 200)
        #expect(try await world.call("FilterLogEvents", ["logGroupName": "g"]).code == "ResourceNotFoundException")
        try await world.make("g", streams: "s")
        #expect(try await world.call("FilterLogEvents", ["logGroupName": "g"]).messages == [])
    }
}
