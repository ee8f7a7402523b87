import AWSProtocol
import Testing
import WireFormats

/// Labels with values in them.
struct DynamicLabelTests {
    /// Minute `i` back from now holds the value `i`, for i in 1...5: newest 1, oldest 5.
    private func labels(_ label: String, zone: String? = nil, expression: String? = nil) async throws -> [String] {
        let server = try TestServer()
        let datums = (1...5).map { minute -> WireValue in
            [
                "MetricName": "M", "Value": .double(Double(minute) + 0.125), "Timestamp": .seconds(server.now - Int64(minute) * 60),
                "Dimensions": [["Name": "Host", "Value": "a"]],
            ]
        }
        try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(datums)])
        let stat: WireValue = [
            "Metric": ["Namespace": "Shop", "MetricName": "M", "Dimensions": [["Name": "Host", "Value": "a"]]], "Period": 60, "Stat": "Average",
        ]
        let query: WireValue =
            if let expression { ["Id": "e1", "Expression": .text(expression), "Label": .text(label), "Period": 60] } else { ["Id": "m1", "MetricStat": stat, "Label": .text(label)] }
        let answer = try await server.call(
            "GetMetricData",
            .members(
                ("MetricDataQueries", .list([query])), ("StartTime", .seconds(server.now - 3600)), ("EndTime", .seconds(server.now)),
                ("LabelOptions", zone.map { ["Timezone": .text($0)] })))
        guard answer.status == 200 else { return ["\(answer.code): \(answer.message)"] }
        return answer.body["MetricDataResults"].elements.map { $0["Label"].text }
    }

    @Test(arguments: [
        ("${LABEL}", "M"), ("cpu ${AVG}!", "cpu 3.125!"), ("${MAX}/${MIN}", "5.125/1.125"), ("${SUM}", "15.63"), ("${FIRST} ${LAST}", "5.125 1.125"),
        ("${DATAPOINT_COUNT}", "5"), ("${FIRST_LAST_RANGE} ${MIN_MAX_RANGE}", "4 4"), ("${FIRST_LAST_TIME_RANGE}", "4m"), ("${MIN_MAX_TIME_RANGE}", "4m"),
        ("${MIN_TIME}", "2026-11-21 07:59 UTC"), ("${MAX_TIME}", "2026-11-21 07:55 UTC"), ("${LAST_TIME_RELATIVE}", "1m"),
        ("${FIRST_LAST_TIME_RELATIVE}", "5m to 1m"), ("${PROP('Dim.Host')}", "a"), ("${PROP(\"Dim.Host\")}", "a"), ("${PROP('Dim.None')}", ""),
        ("${PROP('MetricName')} ${PROP('Namespace')}", "M Shop"), ("${PROP('Stat')} ${PROP('Period')}", "Average 60"),
        ("${PROP('Region')} ${PROP('AccountId')}", "us-east-1 123456789012"), ("${NOBODY} ${AVG", "${NOBODY} ${AVG"), ("${NOBODY} ${MAX}", "${NOBODY} 5.125"),
        ("plain", "plain"), ("$ {AVG} }", "$ {AVG} }"),
    ])
    func `values stand where their names were`(label: String, expected: String) async throws {
        #expect(try await labels(label) == [expected])
    }

    @Test func `times are of the zone that is asked for`() async throws {
        #expect(try await labels("${LAST_TIME}", zone: "+0530") == ["2026-11-21 13:29 +0530"])
        #expect(try await labels("${LAST_TIME}", zone: "-0800") == ["2026-11-20 23:59 -0800"])
        #expect(try await labels("x", zone: "CET")[0].hasPrefix("ValidationError"))
    }

    @Test func `what was found by a search tells of its metric, what was calculated only of its values`() async throws {
        #expect(try await labels("${PROP('Dim.Host')}: ${MAX} of ${LABEL}", expression: "SEARCH('{Shop,Host} M', 'Maximum', 60)") == ["a: 5.125 of M"])
        #expect(try await labels("${LABEL} ${PROP('MetricName')}${DATAPOINT_COUNT}", expression: "TIME_SERIES(7)") == ["e1 60"])
    }

    @Test func `a group of a Metrics Insights query tells of its labels and its metric`() async throws {
        let query = "SELECT MAX(M) FROM Shop GROUP BY Host"
        #expect(try await labels("${PROP('Dim.Host')}|${PROP('Dim.Zone')}|${LABEL}|${MAX}", expression: query) == ["a||a|5.125"])
        #expect(try await labels("${PROP('MetricName')} ${PROP('Namespace')} ${PROP('Stat')} ${PROP('Period')}", expression: query) == ["M Shop MAX 60"])
    }

    @Test func `without a datapoint there is no value`() async throws {
        #expect(try await labels("${MAX} ${DATAPOINT_COUNT}", expression: "SEARCH('{Shop,Host} M', 'Maximum', 60) / 0") == ["-- 0"])
    }
}
