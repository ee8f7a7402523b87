import AWSProtocol
import AnomalyDetectors
import Forecasting
import Testing
import WireFormats

struct AnomalyDetectorTests {
    private let metric: WireValue = [
        "Namespace": "Shop", "MetricName": "Orders", "Stat": "Sum", "Dimensions": [["Name": "Stage", "Value": "prod"]],
    ]
    private let math: WireValue = [
        "MetricDataQueries": [
            ["Id": "a", "ReturnData": false, "MetricStat": ["Metric": ["Namespace": "Shop", "MetricName": "A"], "Period": 60, "Stat": "Sum"]],
            ["Id": "b", "ReturnData": false, "MetricStat": ["Metric": ["Namespace": "Shop", "MetricName": "B"], "Period": 60, "Stat": "p90"]],
            ["Id": "rate", "Expression": "a / b", "ReturnData": true],
        ]
    ]

    @Test(arguments: TestServer.protocols)
    func `a metric's detector is put, described and removed`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let put = try await server.call(
            "PutAnomalyDetector",
            [
                "SingleMetricAnomalyDetector": metric,
                "Configuration": [
                    "ExcludedTimeRanges": [["StartTime": .seconds(server.now - 7200), "EndTime": .seconds(server.now - 3600)]],
                    "MetricTimezone": "Europe/Berlin", "AdaptationSpeed": "FAST",
                ], "MetricCharacteristics": ["PeriodicSpikes": true],
            ], as: wire)
        #expect(put.status == 200, "\(put.message)")
        let found = try await server.call("DescribeAnomalyDetectors", ["Namespace": "Shop"], as: wire).body["AnomalyDetectors"].elements
        #expect(found.count == 1)
        let detector = found[0]
        #expect(detector["AnomalyDetectorId"].text == put.body["AnomalyDetectorId"].text && detector["AnomalyDetectorId"].text.count == 32)
        #expect(detector["MetricName"].text == "Orders" && detector["SingleMetricAnomalyDetector"]["Stat"].text == "Sum")
        #expect(detector["SingleMetricAnomalyDetector"]["Dimensions"].elements[0]["Value"].text == "prod")
        #expect(detector["StateValue"].text == "PENDING_TRAINING")
        #expect(detector["Configuration"]["MetricTimezone"].text == "Europe/Berlin" && detector["Configuration"]["AdaptationSpeed"].text == "FAST")
        #expect(detector["Configuration"]["ExcludedTimeRanges"].elements.count == 1)
        #expect(detector["MetricCharacteristics"]["PeriodicSpikes"].text == "true")
        // The older way of naming a metric means the same.
        #expect(try await server.call("DeleteAnomalyDetector", metric, as: wire).status == 200)
        let again = try await server.call("DeleteAnomalyDetector", metric, as: wire)
        #expect(again.status == 404 && again.code == "ResourceNotFoundException")
    }

    @Test(arguments: TestServer.protocols)
    func `a calculation's detector is described only when asked for`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let put = try await server.call("PutAnomalyDetector", ["MetricMathAnomalyDetector": math], as: wire)
        #expect(put.status == 200, "\(put.message)")
        #expect(try await server.call("DescribeAnomalyDetectors", [:], as: wire).body["AnomalyDetectors"].elements.isEmpty)
        let found = try await server.call("DescribeAnomalyDetectors", ["AnomalyDetectorTypes": ["METRIC_MATH"]], as: wire).body["AnomalyDetectors"].elements
        let queries = found[0]["MetricMathAnomalyDetector"]["MetricDataQueries"].elements
        #expect(queries.map { $0["Id"].text } == ["a", "b", "rate"] && queries[1]["MetricStat"]["Stat"].text == "p90")
        #expect(try await server.call("DeleteAnomalyDetector", ["AnomalyDetectorId": .text(put.body["AnomalyDetectorId"].text)], as: wire).status == 200)
    }

    @Test func `wrong detectors are refused`() async throws {
        let server = try TestServer()
        func code(_ input: WireValue) async throws -> String { try await server.call("PutAnomalyDetector", input).code }
        #expect(try await code([:]) == "MissingParameter")
        #expect(try await code(["Namespace": "Shop", "MetricName": "M"]) == "MissingParameter")
        #expect(try await code(["SingleMetricAnomalyDetector": metric, "MetricMathAnomalyDetector": math]) == "InvalidParameterCombination")
        #expect(try await code(["Namespace": "Shop", "MetricName": "M", "Stat": "p101"]) == "InvalidParameterValue")
        #expect(try await code(["MetricMathAnomalyDetector": ["MetricDataQueries": [["Id": "a", "Expression": "b"]]]]) == "ValidationError")
        let range: WireValue = ["StartTime": .seconds(10), "EndTime": .seconds(5)]
        #expect(
            try await code(["SingleMetricAnomalyDetector": metric, "Configuration": ["ExcludedTimeRanges": [range]]]) == "InvalidParameterValue")
        #expect(try await code(["SingleMetricAnomalyDetector": metric, "Configuration": ["AdaptationSpeed": "NOW"]]) == "ValidationError")
        #expect(try await server.call("DescribeAnomalyDetectors", [:]).body["AnomalyDetectors"].elements.isEmpty)
        #expect(try await server.call("DescribeAnomalyDetectors", ["NextToken": "x"]).code == "InvalidNextToken")
        let both = try await server.call("DescribeAnomalyDetectors", ["AnomalyDetectorIds": ["a"], "Namespace": "Shop"])
        #expect(both.code == "InvalidParameterCombination")
    }

    @Test func `a time zone must be one, and tells the model how its days go`() async throws {
        let server = try TestServer()
        func put(_ zone: WireValue) async throws -> TestServer.Answer {
            try await server.call(
                "PutAnomalyDetector",
                [
                    "SingleMetricAnomalyDetector": metric, "Configuration": ["MetricTimezone": zone], "MetricCharacteristics": ["PeriodicSpikes": true],
                ])
        }
        let refused = try await put("Europe/Nowhere")
        #expect(refused.code == "InvalidParameterValue" && refused.message == "The value Europe/Nowhere for parameter Configuration.MetricTimezone is invalid.")
        #expect(try await put("").status == 200)
        #expect(try await put("Europe/London").status == 200)
        let found = try #require(try await server.call("DescribeAnomalyDetectors", [:]).body["AnomalyDetectors"].elements.first)
        #expect(found["Configuration"]["MetricTimezone"].text == "Europe/London" && found["MetricCharacteristics"]["PeriodicSpikes"].text == "true")

        let zone = try #require(LocalTimes().localTime(named: "Europe/London"))
        let (winter, summer): (Int64, Int64) = (1_768_478_400, 1_784_116_800)       // noon of 15 January and 15 July 2026
        #expect(zone.local(winter) == winter && zone.local(summer) == summer + 3600)
        var detector = AnomalyDetector(subject: .math(queries: []), key: "k", configuration: .init(), hasPeriodicSpikes: true)
        #expect(detector.settings(in: zone).zone == zone && detector.settings(in: zone).expectsSpikes)
        detector.hasPeriodicSpikes = nil
        #expect(!detector.settings(in: .utc).expectsSpikes)
    }

    @Test func `detectors come in pages`() async throws {
        let server = try TestServer()
        for number in 0..<7 {
            try await server.call("PutAnomalyDetector", ["Namespace": "Shop", "MetricName": .text("M\(number)"), "Stat": "Average"])
        }
        var names: Set<String> = [], token: WireValue?
        repeat {
            let body = try await server.call("DescribeAnomalyDetectors", .members(("MaxResults", 3), ("NextToken", token))).body
            #expect(body["AnomalyDetectors"].elements.count <= 3)
            names.formUnion(body["AnomalyDetectors"].elements.map { $0["MetricName"].text })
            token = body.has("NextToken") ? .text(body["NextToken"].text) : nil
        } while token != nil
        #expect(names.count == 7)
    }

    @Test(arguments: TestServer.protocols)
    func `a band comes back as two results, and what a detector excludes teaches nothing`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let start = server.now / 3600 * 3600 - 10 * 3600
        for hour in 0..<10 {
            let datums = (0..<60).map { minute -> WireValue in
                let value = (2..<9).contains(hour) ? 500.0 : 50.0 + Double(minute % 2)
                return ["MetricName": "Orders", "Timestamp": .seconds(start + Int64(hour) * 3600 + Int64(minute) * 60), "Value": .double(value)]
            }
            try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(datums)])
        }
        func upper() async throws -> Double {
            let answer = try await server.call(
                "GetMetricData",
                [
                    "StartTime": .seconds(start + 9 * 3600), "EndTime": .seconds(start + 9 * 3600 + 60), "ScanBy": "TimestampAscending",
                    "MetricDataQueries": [
                        ["Id": "m1", "ReturnData": false, "MetricStat": ["Metric": ["Namespace": "Shop", "MetricName": "Orders"], "Period": 60, "Stat": "Average"]],
                        ["Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "Label": "expected"],
                    ],
                ], as: wire)
            #expect(answer.status == 200, "\(answer.message)")
            let results = answer.body["MetricDataResults"].elements
            #expect(results.map { $0["Id"].text } == ["ad1", "ad1"])
            #expect(results.map { $0["Label"].text } == ["expected High", "expected Low"])
            return results[0]["Values"].numbers.first ?? .nan
        }
        #expect(try await upper() > 400)
        let excluded: WireValue = ["StartTime": .seconds(start + 2 * 3600), "EndTime": .seconds(start + 9 * 3600 - 1)]
        try await server.call(
            "PutAnomalyDetector",
            ["Namespace": "Shop", "MetricName": "Orders", "Stat": "Average", "Configuration": ["ExcludedTimeRanges": [excluded]]])
        #expect(try await upper() < 120)
    }
}
