import AWSProtocol
import SignalModel
import Simulation
import Testing
import WireFormats

/// Searches, Metrics Insights queries and functions through GetMetricData and PutMetricAlarm.
struct ExpressionTests {
    /// Minute `i` back from now holds the value `scale * i`, for i in 1...3.
    private func fill(_ server: TestServer, _ name: String, scale: Double = 1, dimensions: [(String, String)] = []) async throws {
        let datums = (1...3).map { minute -> WireValue in
            .structure([
                ("MetricName", .text(name)), ("Value", .double(scale * Double(minute))),
                ("Timestamp", .seconds(server.now - Int64(minute) * 60)),
                ("Dimensions", .list(dimensions.map { ["Name": .text($0), "Value": .text($1)] })),
            ])
        }
        let answer = try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(datums)])
        try #require(answer.status == 200, "\(answer.message)")
    }

    private func shop() async throws -> TestServer {
        let server = try TestServer()
        try await fill(server, "Errors", dimensions: [("Service", "cart"), ("Stage", "prod")])
        try await fill(server, "Errors", scale: 10, dimensions: [("Service", "pay"), ("Stage", "prod")])
        try await fill(server, "Requests", scale: 100, dimensions: [("Service", "cart"), ("Stage", "prod")])
        try await fill(server, "Errors", scale: 1000)
        return server
    }

    private func data(_ server: TestServer, _ queries: [WireValue], as wire: WireProtocol = .json10) async throws -> TestServer.Answer {
        try await server.call(
            "GetMetricData",
            [
                "MetricDataQueries": .list(queries), "StartTime": .seconds(server.now - 600), "EndTime": .seconds(server.now),
                "ScanBy": "TimestampAscending",
            ], as: wire)
    }

    private func results(_ server: TestServer, _ queries: WireValue...) async throws -> [(label: String, values: [Double])] {
        let answer = try await data(server, queries)
        try #require(answer.status == 200, "\(answer.message)")
        return answer.body["MetricDataResults"].elements.map { ($0["Label"].text, $0["Values"].numbers) }
    }

    @Test(arguments: TestServer.protocols)
    func `a search returns a result for each metric, all with its id`(wire: WireProtocol) async throws {
        let server = try await shop()
        let answer = try await data(
            server,
            [
                ["Id": "e1", "Expression": #"SEARCH('{Shop,Service,Stage} MetricName="Errors"', 'Sum', 60)"#],
                ["Id": "e2", "Expression": "SUM(e1)", "Label": "All"],
            ], as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let results = answer.body["MetricDataResults"].elements
        #expect(results.map { $0["Id"].text } == ["e1", "e1", "e2"])
        #expect(results.map { $0["Label"].text } == ["cart", "pay", "All"])
        #expect(results.map { $0["Values"].numbers } == [[3, 2, 1], [30, 20, 10], [33, 22, 11]])
        #expect(results.allSatisfy { $0["StatusCode"].text == "Complete" && !$0.has("Messages") })
    }

    @Test func `found metrics are labelled by what they have not in common`() async throws {
        let server = try await shop()
        func labels(_ queries: WireValue...) async throws -> [String] {
            try await data(server, queries).body["MetricDataResults"].elements.map { $0["Label"].text }
        }
        #expect(
            try await labels(["Id": "e1", "Expression": "SEARCH('{Shop,Service,Stage}', 'Sum', 60)"]) == [
                "Errors cart", "Errors pay", "Requests cart",
            ])
        #expect(try await labels(["Id": "e1", "Expression": "SEARCH('{Shop,Service,Stage} Requests', 'Sum', 60)"]) == ["Requests"])
        #expect(
            try await labels(["Id": "e1", "Expression": "SEARCH('{Shop,Service,Stage} Errors', 'Sum', 60)", "Label": "Shop:"]) == [
                "Shop: cart", "Shop: pay",
            ])
        #expect(
            try await labels(["Id": "e1", "Expression": "SEARCH('{Shop,Service,Stage} Errors', 'Sum', 60)", "Label": ""]) == [
                "cart", "pay",
            ])
        #expect(
            try await labels(
                ["Id": "e1", "Expression": "SEARCH('{Shop,Service,Stage} Errors', 'Sum', 60)"],
                ["Id": "e2", "Expression": "SEARCH('{Shop,Service,Stage} Errors', 'Average', 60)"]) == [
                    "cart Sum", "pay Sum", "cart Average", "pay Average",
                ])
    }

    @Test(arguments: TestServer.protocols)
    func `a Metrics Insights query returns a result for each group`(wire: WireProtocol) async throws {
        let server = try await shop()
        let answer = try await data(
            server,
            [
                [
                    "Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop GROUP BY Service, Stage ORDER BY MAX() DESC LIMIT 2",
                    "Period": 60,
                ],
                ["Id": "q2", "Expression": "SELECT MAX(Errors) FROM SCHEMA(Shop, Service, Stage) WHERE Stage = 'prod'", "Period": 60],
            ], as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let results = answer.body["MetricDataResults"].elements
        #expect(results.map { $0["Id"].text } == ["q1", "q1", "q2"])
        #expect(results.map { $0["Label"].text } == ["Other Other", "pay prod", "q2"])
        #expect(results.map { $0["Values"].numbers } == [[3000, 2000, 1000], [30, 20, 10], [30, 20, 10]])
    }

    @Test func `functions of arrays return several results`() async throws {
        let server = try await shop()
        func stat(_ service: String) -> WireValue {
            let dimensions: WireValue = [["Name": "Service", "Value": .text(service)], ["Name": "Stage", "Value": "prod"]]
            return ["Metric": ["Namespace": "Shop", "MetricName": "Errors", "Dimensions": dimensions], "Period": 60, "Stat": "Sum"]
        }
        let cart: WireValue = ["Id": "cart", "MetricStat": stat("cart"), "ReturnData": false]
        let pay: WireValue = ["Id": "pay", "MetricStat": stat("pay"), "ReturnData": false, "Label": "Payments"]
        let sorted = try await results(server, cart, pay, ["Id": "e", "Expression": "SORT(METRICS(), SUM, DESC)"])
        #expect(sorted.map(\.label) == ["Payments", "Errors"] && sorted.map(\.values) == [[30, 20, 10], [3, 2, 1]])
        let filled = try await results(server, cart, pay, ["Id": "e", "Expression": "RUNNING_SUM([cart, pay])", "Label": "Up to now"])
        #expect(filled.map(\.label) == ["Up to now Errors", "Up to now Payments"] && filled.map(\.values) == [[3, 5, 6], [30, 50, 60]])
        let times = try await results(server, cart, pay, ["Id": "e", "Expression": "IF(HOUR(cart) < 8, cart)"])
        // The clock has a point in every period, and where it is true and the metric has none the answer is 0.
        #expect(times.map(\.values) == [[0, 0, 0, 0, 0, 0, 0, 3, 2, 1]])
        #expect(try await results(server, ["Id": "e", "Expression": "TIME_SERIES(5)", "Period": 300]).map(\.values) == [[5, 5]])
    }

    @Test func `points that are no number are dropped with a message`() async throws {
        let server = try await shop()
        let answer = try await data(
            server,
            [
                ["Id": "q", "Expression": "SELECT SUM(Errors) FROM SCHEMA(Shop)", "Period": 60],
                ["Id": "e", "Expression": "1 / (q - 2000)"],
            ])
        let results = answer.body["MetricDataResults"].elements
        #expect(results.map { $0["Values"].numbers.count } == [3, 2] && !results[0].has("Messages"))
        #expect(results[1]["StatusCode"].text == "Complete")
        #expect(results[1]["Messages"].elements.map { $0["Code"].text } == ["ArithmeticError"])
        #expect(
            results[1]["Messages"].elements[0]["Value"].text
                == "One or more data-points have been dropped due to non-numeric values (NaN, -Infinite, +Infinite)")
    }

    @Test func `what is not all there is says so`() async throws {
        let server = try TestServer()
        let datums = (0..<600).map { index -> WireValue in
            ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": "n", "Value": .text("\(index)")]]]
        }
        #expect(try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(datums)]).status == 200)
        let answer = try await data(server, [["Id": "e1", "Expression": "SEARCH('{Shop,n}', 'Sum', 60)"]])
        #expect(answer.body["MetricDataResults"].elements.count == 500)
        #expect(answer.body["Messages"].elements.map { $0["Code"].text } == ["MaxMetricsExceeded"])
    }

    @Test func `refusals name the query, the reason and the place`() async throws {
        let server = try await shop()
        func refusal(_ expression: String, period: WireValue? = nil) async throws -> String {
            var query: [(String, WireValue)] = [("Id", "e1"), ("Expression", .text(expression))]
            if let period { query.append(("Period", period)) }
            let answer = try await data(server, [.structure(query)])
            #expect(answer.status == 400 && answer.code == "ValidationError")
            return answer.message
        }
        #expect(
            try await refusal("SUM(SEARCH('{Shop', 'Sum'))")
                == "Error in expression 'e1': cannot search: the schema that begins here has no '}' (at position 13)")
        #expect(
            try await refusal("SELECT AVG(x) FROM Shop WHERE a > 'b'", period: 60)
                == "Error in expression 'e1': cannot read the query: =, !=, IN or NOT IN is expected here, not '>' (at position 33)")
        #expect(
            try await refusal("SELECT AVG(x) FROM Shop") == "Error in expression 'e1': cannot run a Metrics Insights query without a Period"
        )
        #expect(try await refusal("SELECT AVG(x) FROM Shop", period: 61).contains("Period of 61 seconds"))
        #expect(
            try await refusal("1 + LAMBDA('f')")
                == "Error in expression 'e1': cannot call 'LAMBDA': data sources behind functions are not served yet (at position 5)")
        #expect(try await refusal("METRIC_COUNT(METRICS())").contains("cannot return a scalar"))
        #expect(try await refusal("SORT(METRICS(), AVG)").contains("it takes 3 to 4"))
    }

    // MARK: Alarms

    private func alarm(_ server: TestServer, _ metrics: WireValue...) async throws -> TestServer.Answer {
        try await server.call(
            "PutMetricAlarm",
            [
                "AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.0,
                "Metrics": .list(metrics),
            ])
    }

    @Test func `alarms watch Metrics Insights queries, grouped or not, one series that was calculated, and no searches`() async throws {
        let server = try await shop()
        let query: WireValue = ["Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop", "Period": 60]
        #expect(try await alarm(server, query).status == 200)
        let shown = try await server.call("DescribeAlarms", [:]).body["MetricAlarms"].elements[0]
        #expect(
            shown["Metrics"].elements[0]["Expression"].text == "SELECT SUM(Errors) FROM Shop"
                && shown["Metrics"].elements[0]["Period"].number == 60)
        let search = try await alarm(server, ["Id": "e1", "Expression": "SUM(SEARCH('Errors', 'Sum', 60))"])
        #expect(search.code == "ValidationError" && search.message == "SEARCH is not supported on Metric Alarms.")
        let groups: WireValue = ["Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop GROUP BY Service", "Period": 60]
        #expect(try await alarm(server, groups).status == 200)
        #expect(try await server.call("DescribeAlarmContributors", ["AlarmName": "a"]).body["AlarmContributors"].elements.isEmpty)
        let hidden: WireValue = [
            "Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop GROUP BY Service", "Period": 60, "ReturnData": false,
        ]
        #expect(try await alarm(server, hidden, ["Id": "e1", "Expression": "MAX(q1)"]).status == 200)
        #expect(try await alarm(server, hidden, ["Id": "e1", "Expression": "q1 * 2"]).message.contains("single time series"))
        #expect(try await alarm(server, ["Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop"]).message.contains("without a Period"))
        #expect(
            try await alarm(server, ["Id": "q1", "Expression": "SELECT SUM(Errors) FROM Shop", "Period": 5]).message.hasPrefix(
                "Period must be 10"))
    }
}
