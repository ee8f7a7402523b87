import AWSProtocol
import CloudWatchAPI
import SignalModel
import Simulation
import Testing
import WireFormats

struct ReadingTests {
    /// Minute `i` back from now holds the value `i`, for i in 1...count.
    private func fill(_ server: TestServer, _ name: String = "M", count: Int64 = 10, unit: String = "None", dimensions: [(String, String)] = []) async throws {
        let datums = (1...count).map { minute -> WireValue in
            .structure([
                ("MetricName", .text(name)), ("Value", .double(Double(minute))), ("Unit", .text(unit)), ("Timestamp", .seconds(server.now - minute * 60)),
                ("Dimensions", .list(dimensions.map { ["Name": .text($0), "Value": .text($1)] })),
            ])
        }
        for start in stride(from: 0, to: datums.count, by: 1000) {
            let answer = try await server.call(
                "PutMetricData", ["Namespace": "Shop", "MetricData": .list(Array(datums[start..<min(start + 1000, datums.count)]))])
            try #require(answer.status == 200, "\(answer.message)")
        }
    }

    private func stat(_ name: String = "M", _ statistic: String = "Sum", period: Int64 = 60, dimensions: [(String, String)] = []) -> WireValue {
        ["Metric": ["Namespace": "Shop", "MetricName": .text(name), "Dimensions": .list(dimensions.map { ["Name": .text($0), "Value": .text($1)] })],
         "Period": .integer(period), "Stat": .text(statistic)]
    }

    private func data(
        _ server: TestServer, _ queries: [WireValue], minutes: Int64 = 60, as wire: WireProtocol = .json10, _ extra: (String, WireValue)...
    ) async throws -> TestServer.Answer {
        try await server.call("GetMetricData", .structure([
            ("MetricDataQueries", .list(queries)), ("StartTime", .seconds(server.now - minutes * 60)), ("EndTime", .seconds(server.now)),
        ] + extra), as: wire)
    }

    // MARK: GetMetricData

    @Test(arguments: TestServer.protocols)
    func `metrics and arithmetic over them come back in every protocol`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await fill(server, "Errors", count: 4)
        try await fill(server, "Requests", count: 3)
        let answer = try await data(server, [
            ["Id": "errors", "MetricStat": stat("Errors")], ["Id": "requests", "MetricStat": stat("Requests"), "ReturnData": false],
            ["Id": "rate", "Expression": "100 * errors / requests", "Label": "Error rate"],
        ], as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let results = answer.body["MetricDataResults"].elements
        #expect(results.map { $0["Id"].text } == ["errors", "rate"])
        #expect(results.map { $0["Label"].text } == ["Errors", "Error rate"])
        #expect(results[0]["Values"].numbers == [1, 2, 3, 4], "newest first")
        #expect(results[0]["Timestamps"].elements.count == 4)
        #expect(results[1]["Values"].numbers == [100, 100, 100])
        #expect(results.allSatisfy { $0["StatusCode"].text == "Complete" })
        #expect(answer.body.has("Messages") && !answer.body.has("NextToken"))
        let ascending = try await data(server, [["Id": "m", "MetricStat": stat("Errors")]], as: wire, ("ScanBy", "TimestampAscending"))
        #expect(ascending.body["MetricDataResults"].elements[0]["Values"].numbers == [4, 3, 2, 1])
    }

    @Test func `a metric without data is complete and empty`() async throws {
        let server = try TestServer()
        let result = try await data(server, [["Id": "m", "MetricStat": stat()]]).body["MetricDataResults"].elements[0]
        #expect(result["StatusCode"].text == "Complete" && result["Values"].elements.isEmpty && result["Label"].text == "M")
    }

    @Test func `periods lie on the epoch`() async throws {
        let server = try TestServer()
        server.clock.advance(bySeconds: 130)
        try await fill(server, count: 20)
        let result = try await data(server, [["Id": "m", "MetricStat": stat("M", "SampleCount", period: 300)]], minutes: 12)
        let times = result.body["MetricDataResults"].elements[0]["Timestamps"].numbers
        #expect(times == [1_795_248_000, 1_795_247_700, 1_795_247_400] && times.allSatisfy { $0.truncatingRemainder(dividingBy: 300) == 0 })
    }

    @Test(arguments: [true, false])
    func `pages neither lose nor repeat a datapoint, and a cut result says so`(descending: Bool) async throws {
        let server = try TestServer()
        try await fill(server, "A", count: 7)
        try await fill(server, "B", count: 5)
        let queries: [WireValue] = [["Id": "a", "MetricStat": stat("A")], ["Id": "none", "MetricStat": stat("None")], ["Id": "b", "MetricStat": stat("B")]]
        let order: WireValue = descending ? "TimestampDescending" : "TimestampAscending"
        let whole = try await data(server, queries, ("ScanBy", order)).body["MetricDataResults"].elements
        for size in [1, 3, 7, 12, 13] as [Int64] {
            var token: WireValue?
            var values: [String: [Double]] = [:]
            repeat {
                var extra: [(String, WireValue)] = [("ScanBy", order), ("MaxDatapoints", .integer(size))]
                if let token { extra.append(("NextToken", token)) }
                let answer = try await server.call("GetMetricData", .structure([
                    ("MetricDataQueries", .list(queries)), ("StartTime", .seconds(server.now - 3600)), ("EndTime", .seconds(server.now)),
                ] + extra))
                #expect(answer.status == 200, "\(answer.message)")
                let results = answer.body["MetricDataResults"].elements
                #expect(results.reduce(0) { $0 + $1["Values"].elements.count } <= Int(size))
                for result in results { values[result["Id"].text, default: []] += result["Values"].numbers }
                token = answer.body.has("NextToken") ? .text(answer.body["NextToken"].text) : nil
                for result in results.dropLast() { #expect(result["StatusCode"].text == "Complete") }
                if token == nil { #expect(results.last?["StatusCode"].text == "Complete") }
            } while token != nil
            for result in whole { #expect(values[result["Id"].text] == result["Values"].numbers, "pages of \(size)") }
        }
    }

    @Test func `a token of another request, or a changed one, is refused`() async throws {
        let server = try TestServer()
        try await fill(server)
        let query: WireValue = ["Id": "m", "MetricStat": stat()]
        let token = try await data(server, [query], ("MaxDatapoints", 3)).body["NextToken"].text
        #expect(!token.isEmpty)
        #expect(try await data(server, [query], ("MaxDatapoints", 3), ("NextToken", .text(token))).status == 200)
        #expect(try await data(server, [["Id": "m", "MetricStat": stat("Other")]], ("NextToken", .text(token))).code == "InvalidNextToken")
        for text in ["", "x", String(token.dropLast(4)), token + "AAAA", String(token.reversed())] {
            #expect(try await data(server, [query], ("NextToken", .text(text))).code == "InvalidNextToken", "\(text)")
        }
    }

    @Test func `labels tell results apart only as far as they must`() async throws {
        let server = try TestServer()
        func labels(_ stats: WireValue...) async throws -> [String] {
            let queries = stats.enumerated().map { index, stat -> WireValue in ["Id": .text("m\(index)"), "MetricStat": stat] }
            return try await data(server, queries).body["MetricDataResults"].elements.map { $0["Label"].text }
        }
        #expect(try await labels(stat("A"), stat("B", "Average")) == ["A", "B"])
        #expect(try await labels(stat("A"), stat("A", "Average")) == ["A Sum", "A Average"])
        #expect(try await labels(stat("A", dimensions: [("S", "cart")]), stat("A", dimensions: [("S", "shop")])) == ["A cart", "A shop"])
        #expect(try await labels(stat("A"), stat("A", period: 300)) == ["A 60", "A 300"])
        let query: WireValue = ["Id": "e1", "Expression": "METRICS() * 2"]
        let answer = try await data(server, [["Id": "a", "MetricStat": stat("A"), "ReturnData": false], ["Id": "b", "MetricStat": stat("B"), "ReturnData": false], query])
        #expect(answer.body["MetricDataResults"].elements.map { $0["Label"].text } == ["A", "B"])
        #expect(answer.body["MetricDataResults"].elements.map { $0["Id"].text } == ["e1", "e1"])
        #expect(try await data(server, [["Id": "a", "MetricStat": stat("A")], ["Id": "e1", "Expression": "a + 1"]]).body["MetricDataResults"].elements[1]["Label"].text == "e1")
    }

    @Test func `queries are checked`() async throws {
        let server = try TestServer()
        func refusal(_ queries: WireValue...) async throws -> (String, String) {
            let answer = try await data(server, queries)
            #expect(answer.status == 400)
            return (answer.code, answer.message)
        }
        let m: WireValue = ["Id": "m", "MetricStat": stat()]
        #expect(try await refusal(["Id": "M", "MetricStat": stat()]).1.contains("regular expression pattern: [a-z][a-zA-Z0-9_]*"))
        #expect(try await refusal(m, m).1 == "The values for parameter id in MetricDataQueries are not unique.")
        #expect(try await refusal(["Id": "m"]).0 == "ValidationError")
        #expect(try await refusal(["Id": "m", "MetricStat": stat(), "Expression": "1"]).0 == "InvalidParameterCombination")
        #expect(try await refusal(["Id": "m", "MetricStat": stat(), "ReturnData": false]).1.contains("ReturnData"))
        #expect(try await refusal(["Id": "m", "MetricStat": stat("M", "Sum", period: 7)]).1.contains("Period"))
        #expect(try await refusal(["Id": "m", "MetricStat": stat("M", "p101")]).1.contains("p101"))
        #expect(try await refusal(m, ["Id": "e", "Expression": "m + x9"]).1 == "Error in expression 'e': cannot use 'x9': no query has this id")
        #expect(try await refusal(m, ["Id": "e", "Expression": "m +"]).1.hasSuffix("(at position 4)"))
        #expect(try await refusal(m, ["Id": "e", "Expression": "SUM(m)"]).1.contains("scalar"))
        #expect(try await refusal(m, ["Id": "e", "Expression": "PREDICT(m)"]).1.contains("'PREDICT'"))
        let backwards = try await server.call(
            "GetMetricData", ["MetricDataQueries": [m], "StartTime": .seconds(server.now), "EndTime": .seconds(server.now - 60)])
        #expect(backwards.code == "InvalidParameterValue" && backwards.message == "The parameter StartTime must be less than the parameter EndTime.")
        #expect(try await data(server, [m], ("MaxDatapoints", 100_801)).code == "ValidationError")
        let extreme = try await server.call(
            "GetMetricData", ["MetricDataQueries": [m], "StartTime": .timestamp(-9_000_000_000_000_000_000), "EndTime": .timestamp(9_000_000_000_000_000_000)])
        #expect(extreme.status == 200)
    }

    // MARK: GetMetricStatistics

    @Test func `units are aggregated apart, and together in GetMetricData`() async throws {
        let server = try TestServer()
        try await fill(server, count: 1, unit: "Seconds")
        try await fill(server, count: 1, unit: "Milliseconds")
        func points(_ extra: (String, WireValue)...) async throws -> [Tree] {
            try await server.call("GetMetricStatistics", .structure([
                ("Namespace", "Shop"), ("MetricName", "M"), ("StartTime", .seconds(server.now - 600)), ("EndTime", .seconds(server.now)), ("Period", 60),
                ("Statistics", ["Sum"]),
            ] + extra)).body["Datapoints"].elements
        }
        #expect(try await points().map { $0["Unit"].text } == ["Milliseconds", "Seconds"])
        #expect(try await points(("Unit", "Seconds")).map { $0["Sum"].number } == [1])
        #expect(try await points(("Unit", "Bytes")).isEmpty)
        #expect(try await data(server, [["Id": "m", "MetricStat": stat()]]).body["MetricDataResults"].elements[0]["Values"].numbers == [2])
    }

    @Test(arguments: TestServer.protocols)
    func `extended statistics are named as they were asked for`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await fill(server, count: 10)
        let answer = try await server.call("GetMetricStatistics", [
            "Namespace": "Shop", "MetricName": "M", "StartTime": .seconds(server.now - 3600), "EndTime": .seconds(server.now), "Period": 3600,
            "ExtendedStatistics": ["p90", "TM(10%:90%)", "PR(:5)"],
        ], as: wire)
        let point = try #require(answer.body["Datapoints"].elements.first)
        #expect(point["ExtendedStatistics"]["p90"].number == 9 && point["ExtendedStatistics"]["TM(10%:90%)"].number == 5.5)
        #expect(point["ExtendedStatistics"]["PR(:5)"].number == 50 && !point.has("Sum"))
    }

    @Test func `periods begin at the rounded start`() async throws {
        let server = try TestServer()
        try await fill(server, count: 20)
        let answer = try await server.call("GetMetricStatistics", [
            "Namespace": "Shop", "MetricName": "M", "StartTime": .seconds(server.now - 430), "EndTime": .seconds(server.now), "Period": 300, "Statistics": ["SampleCount"],
        ])
        let points = answer.body["Datapoints"].elements
        #expect(points.map { $0["Timestamp"].number } == [Double(server.now - 480), Double(server.now - 180)])
        #expect(points.map { $0["SampleCount"].number } == [5, 3])
    }

    @Test func `requests for statistics are checked`() async throws {
        let server = try TestServer()
        func refusal(start: Int64, period: Int64, _ extra: (String, WireValue)...) async throws -> (String, String) {
            let answer = try await server.call("GetMetricStatistics", .structure([
                ("Namespace", "Shop"), ("MetricName", "M"), ("StartTime", .seconds(start)), ("EndTime", .seconds(server.now)), ("Period", .integer(period)),
            ] + extra))
            #expect(answer.status == 400)
            return (answer.code, answer.message)
        }
        let sum = ("Statistics", ["Sum"] as WireValue)
        #expect(try await refusal(start: server.now - 86_400, period: 1, sum) == (
            "InvalidParameterCombination",
            "You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, "
                + "or decreasing the time range."))
        #expect(try await refusal(start: server.now, period: 60, sum) == ("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."))
        #expect(try await refusal(start: server.now - 60, period: 7, sum).0 == "InvalidParameterValue")
        #expect(try await refusal(start: server.now - 60, period: 60).0 == "InvalidParameterCombination")
        #expect(try await refusal(start: server.now - 60, period: 60, ("ExtendedStatistics", ["Sum"])).0 == "InvalidParameterValue")
        #expect(try await refusal(start: server.now - 60, period: 60, ("Statistics", ["Median"])).1.contains(
            "Member must satisfy enum value set: [SampleCount, Average, Sum, Minimum, Maximum]"))
    }

    // MARK: ListMetrics

    @Test(arguments: TestServer.protocols)
    func `metrics are listed by namespace, name and dimensions`(wire: WireProtocol) async throws {
        let server = try TestServer()
        try await fill(server, "B", count: 1, dimensions: [("Service", "cart"), ("Zone", "a")])
        try await fill(server, "B", count: 1, unit: "Seconds", dimensions: [("Service", "cart"), ("Zone", "a")])
        try await fill(server, "B", count: 1, dimensions: [("Service", "shop")])
        try await fill(server, "A", count: 1)
        func names(_ filter: (String, WireValue)...) async throws -> [String] {
            try await server.call("ListMetrics", .structure(filter), as: wire).body["Metrics"].elements.map { metric in
                metric["MetricName"].text + metric["Dimensions"].elements.map { " \($0["Name"].text)=\($0["Value"].text)" }.joined()
            }
        }
        #expect(try await names() == ["A", "B Service=cart Zone=a", "B Service=shop"])
        #expect(try await names(("Namespace", "Shop"), ("MetricName", "B")) == ["B Service=cart Zone=a", "B Service=shop"])
        #expect(try await names(("Dimensions", [["Name": "Service"]])) == ["B Service=cart Zone=a", "B Service=shop"])
        #expect(try await names(("Dimensions", [["Name": "Service", "Value": "shop"]])) == ["B Service=shop"])
        #expect(try await names(("Dimensions", [["Name": "Zone"], ["Name": "Service", "Value": "shop"]])).isEmpty)
        #expect(try await names(("Namespace", "Other")).isEmpty)
    }

    @Test func `metrics are forgotten two weeks after their last sample, and count as active for three hours`() async throws {
        let server = try TestServer()
        try await fill(server, count: 1)
        func count(_ filter: (String, WireValue)...) async throws -> Int {
            try await server.call("ListMetrics", .structure(filter)).body["Metrics"].elements.count
        }
        #expect(try await count(("RecentlyActive", "PT3H")) == 1)
        server.clock.advance(bySeconds: 3 * 3600)
        #expect(try await count(("RecentlyActive", "PT3H")) == 0)
        #expect(try await count() == 1)
        server.clock.advance(bySeconds: 14 * 86_400)
        #expect(try await count() == 0)
    }

    @Test func `lists are paged by five hundred`() async throws {
        let server = try TestServer()
        let datums = (0..<1000).map { index -> WireValue in ["MetricName": .text("M\(index / 2)"), "Value": 1.0, "Dimensions": [["Name": "n", "Value": .text("\(index % 2)")]]] }
        #expect(try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(datums)]).status == 200)
        #expect(try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": [["MetricName": "Last", "Value": 1.0]]]).status == 200)
        var seen: [String] = []
        var sizes: [Int] = []
        var token: String?
        repeat {
            let answer = try await server.call("ListMetrics", token.map { ["Namespace": "Shop", "NextToken": .text($0)] } ?? ["Namespace": "Shop"])
            let metrics = answer.body["Metrics"].elements
            sizes.append(metrics.count)
            seen += metrics.map { $0["MetricName"].text + ($0["Dimensions"].elements.first?["Value"].text ?? "") }
            token = answer.body.has("NextToken") ? answer.body["NextToken"].text : nil
            if let token, sizes.count == 1 {
                #expect(try await server.call("ListMetrics", ["Namespace": "Other", "NextToken": .text(token)]).code == "InvalidParameterValue")
            }
        } while token != nil
        #expect(sizes == [500, 500, 1] && Set(seen).count == 1001)
    }

    @Test func `tenants do not see each other's metrics`() async throws {
        let server = try TestServer()
        try await fill(server, count: 1)
        let found = try await server.store.series(
            matching: [], of: Tenant(account: "123456789012", region: "us-east-1"), in: .all, limit: 10)
        #expect(found.count == 1)
        let answer = try await server.call("ListMetrics", ["OwningAccount": "999999999999"])
        #expect(answer.status == 200 && answer.body["Metrics"].elements.isEmpty)
    }
}
