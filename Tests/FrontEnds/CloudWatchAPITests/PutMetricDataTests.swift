import AWSProtocol
import CloudWatchAPI
import SignalModel
import Simulation
import Testing
import WireFormats

struct PutMetricDataTests {
    private func put(_ datum: WireValue..., namespace: String = "Shop", to server: TestServer, as wire: WireProtocol = .json10) async throws -> TestServer.Answer {
        try await server.call("PutMetricData", ["Namespace": .text(namespace), "MetricData": .list(datum)], as: wire)
    }

    private func statistics(_ server: TestServer, name: String = "M", _ extra: (String, WireValue)..., as wire: WireProtocol = .json10) async throws -> Tree {
        let answer = try await server.call("GetMetricStatistics", .structure([
            ("Namespace", "Shop"), ("MetricName", .text(name)), ("StartTime", .seconds(server.now - 3600)), ("EndTime", .seconds(server.now + 7200)),
            ("Period", 60), ("Statistics", ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]),
        ] + extra), as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        return answer.body
    }

    @Test(arguments: TestServer.protocols)
    func `every form of value is stored, whatever the protocol`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let answer = try await put(
            ["MetricName": "M", "Value": 4.5, "Unit": "Seconds"],
            ["MetricName": "M", "Values": [1.0, 2.0, 3.0], "Counts": [2.0, 1.0, 1.0], "Unit": "Seconds"],
            ["MetricName": "M", "Values": [10.0], "Unit": "Seconds"],
            ["MetricName": "M", "StatisticValues": ["SampleCount": 3.0, "Sum": 30.0, "Minimum": 5.0, "Maximum": 20.0], "Unit": "Seconds"],
            ["MetricName": "Old", "Value": 1.0, "Timestamp": .seconds(server.now - 600), "Dimensions": [["Name": "Service", "Value": "cart & co"]]],
            to: server, as: wire)
        #expect(answer.status == 200, "\(answer.message)")
        let point = try await statistics(server, as: wire)["Datapoints"].elements
        #expect(point.count == 1)
        #expect(point[0]["SampleCount"].number == 9 && point[0]["Sum"].number == 51.5 && point[0]["Minimum"].number == 1)
        #expect(point[0]["Maximum"].number == 20 && point[0]["Average"].number == 51.5 / 9 && point[0]["Unit"].text == "Seconds")
        let old = try await statistics(server, name: "Old", ("Dimensions", [["Name": "Service", "Value": "cart & co"]]), as: wire)
        #expect(old["Label"].text == "Old" && old["Datapoints"].elements.count == 1)
        #expect(try await statistics(server, name: "Old", as: wire)["Datapoints"].elements.isEmpty, "another set of dimensions is another metric")
    }

    @Test func `times are kept to the minute, or to the second where the sample says so`() async throws {
        let server = try TestServer()
        #expect(try await put(
            ["MetricName": "M", "Value": 1.0, "Timestamp": .seconds(server.now - 7)],
            ["MetricName": "Fine", "Value": 1.0, "Timestamp": .timestamp((server.now - 7) * 1_000_000_000 + 900_000_000), "StorageResolution": 1],
            to: server).status == 200)
        func time(_ name: String) async throws -> Double {
            let answer = try await server.call("GetMetricStatistics", [
                "Namespace": "Shop", "MetricName": .text(name), "StartTime": .seconds(server.now - 120), "EndTime": .seconds(server.now), "Period": 1,
                "Statistics": ["Sum"],
            ])
            return try #require(answer.body["Datapoints"].elements.first)["Timestamp"].number
        }
        #expect(try await time("M") == Double(server.now - 60))
        #expect(try await time("Fine") == Double(server.now - 7))
    }

    @Test func `a set with equal extremes is a repeated value, and keeps its sum when that says otherwise`() async throws {
        let server = try TestServer()
        #expect(try await put(
            ["MetricName": "M", "StatisticValues": ["SampleCount": 4.0, "Sum": 20.0, "Minimum": 5.0, "Maximum": 5.0]],
            ["MetricName": "Odd", "StatisticValues": ["SampleCount": 123.0, "Sum": 123.0, "Minimum": 123.0, "Maximum": 123.0]], to: server).status == 200)
        let even = try await statistics(server, ("ExtendedStatistics", ["p50"]))["Datapoints"].elements[0]
        #expect(even["Sum"].number == 20 && even["ExtendedStatistics"]["p50"].number == 5)
        let odd = try await statistics(server, name: "Odd", ("ExtendedStatistics", ["p50"]))["Datapoints"].elements[0]
        #expect(odd["Sum"].number == 123 && odd["Minimum"].number == 123 && odd["Maximum"].number == 123 && !odd.has("ExtendedStatistics"))
    }

    @Test func `samples of an entity are samples`() async throws {
        let server = try TestServer()
        let entity: WireValue = ["Entity": ["KeyAttributes": ["Type": "Service"]], "MetricData": [["MetricName": "M", "Value": 2.0]]]
        #expect(try await server.call("PutMetricData", ["Namespace": "Shop", "EntityMetricData": [entity]]).status == 200)
        #expect(try await statistics(server)["Datapoints"].elements[0]["Sum"].number == 2)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let datum: WireValue
        let code: String
        let message: String

        init(_ what: String, _ datum: WireValue, _ code: String, _ message: String) {
            (testDescription, self.datum, self.code, self.message) = (what, datum, code, message)
        }
    }

    private static let now: Int64 = 1_795_248_000
    private static let first = "MetricData.member.1"

    static let bad: [Bad] = [
        Bad("no name", ["Value": 1.0], "MissingParameter", "The parameter \(first).MetricName is required."),
        Bad("empty name", ["MetricName": " ", "Value": 1.0], "InvalidParameterValue", "\(first).MetricName"),
        Bad("long name", ["MetricName": .text(String(repeating: "x", count: 256)), "Value": 1.0], "InvalidParameterValue", "255"),
        Bad("name not ASCII", ["MetricName": "Größe", "Value": 1.0], "InvalidParameterValue", "ASCII"),
        Bad("control character", ["MetricName": "a\u{1}b", "Value": 1.0], "InvalidParameterValue", "ASCII"),
        Bad("no value", ["MetricName": "M"], "MissingParameter", "The parameter \(first).Value is required."),
        Bad("unknown unit", ["MetricName": "M", "Value": 1.0, "Unit": "Furlongs"], "InvalidParameterValue",
            "The parameter \(first).Unit must be a value in the set [Seconds, Microseconds,"),
        Bad("NaN", ["MetricName": "M", "Value": .double(.nan)], "InvalidParameterValue", "for parameter \(first).Value is invalid."),
        Bad("infinite", ["MetricName": "M", "Value": .double(.infinity)], "InvalidParameterValue", "\(first).Value"),
        Bad("too large", ["MetricName": "M", "Value": 1e109], "InvalidParameterValue", "\(first).Value"),
        Bad("too small", ["MetricName": "M", "Value": 1e-109], "InvalidParameterValue", "\(first).Value"),
        Bad("31 dimensions", ["MetricName": "M", "Value": 1.0, "Dimensions": .list((0..<31).map { ["Name": .text("d\($0)"), "Value": "v"] })],
            "InvalidParameterValue", "The collection \(first).Dimensions must not have a size greater than 30."),
        Bad("dimension without value", ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": "d"]]], "MissingParameter",
            "The parameter \(first).Dimensions.member.1.Value is required."),
        Bad("empty dimension value", ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": "d", "Value": ""]]], "InvalidParameterValue",
            "\(first).Dimensions.member.1.Value"),
        Bad("dimension with colon", ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": ":d", "Value": "v"]]], "InvalidParameterValue", ":d"),
        Bad("reserved dimension", ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": "__unit__", "Value": "v"]]], "InvalidParameterValue", "__unit__"),
        Bad("dimension twice", ["MetricName": "M", "Value": 1.0, "Dimensions": [["Name": "d", "Value": "1"], ["Name": "d", "Value": "2"]]],
            "InvalidParameterValue", "twice"),
        Bad("two weeks ahead", ["MetricName": "M", "Value": 1.0, "Timestamp": .seconds(now + 14 * 86_400)], "InvalidParameterValue",
            "The parameter \(first).Timestamp must specify a time no more than two hours in the future."),
        Bad("three weeks old", ["MetricName": "M", "Value": 1.0, "Timestamp": .seconds(now - 21 * 86_400)], "InvalidParameterValue",
            "The parameter \(first).Timestamp must specify a time within the past two weeks."),
        Bad("both values", ["MetricName": "M", "Value": 1.0, "Values": [1.0]], "InvalidParameterCombination",
            "The parameters \(first).Value and \(first).Values are mutually exclusive and you have specified both."),
        Bad("value and set", ["MetricName": "M", "Value": 1.0, "StatisticValues": ["SampleCount": 1.0, "Sum": 1.0, "Minimum": 1.0, "Maximum": 1.0]],
            "InvalidParameterCombination", "StatisticValues are mutually exclusive"),
        Bad("counts of another size", ["MetricName": "M", "Values": [1.0, 2.0], "Counts": [1.0]], "InvalidParameterValue",
            "The parameters \(first).Values and \(first).Counts must be of the same size."),
        Bad("151 values", ["MetricName": "M", "Values": .doubles(Array(repeating: 1, count: 151))], "InvalidParameterValue", "150"),
        Bad("negative count", ["MetricName": "M", "Values": [1.0], "Counts": [-1.0]], "InvalidParameterValue", "Counts.member.1"),
        Bad("bad value in a list", ["MetricName": "M", "Values": [1.0, .double(.nan)]], "InvalidParameterValue", "Values.member.2"),
        Bad("set without sum", ["MetricName": "M", "StatisticValues": ["SampleCount": 1.0, "Minimum": 1.0, "Maximum": 1.0]], "MissingParameter",
            "The parameter \(first).StatisticValues.Sum is required."),
        Bad("set upside down", ["MetricName": "M", "StatisticValues": ["SampleCount": 2.0, "Sum": 3.0, "Minimum": 2.0, "Maximum": 1.0]],
            "InvalidParameterValue", "Minimum must be less than or equal"),
        Bad("empty set", ["MetricName": "M", "StatisticValues": ["SampleCount": 0.0, "Sum": 0.0, "Minimum": 0.0, "Maximum": 0.0]],
            "InvalidParameterValue", "SampleCount"),
        Bad("resolution", ["MetricName": "M", "Value": 1.0, "StorageResolution": 5], "InvalidParameterValue", "StorageResolution"),
    ]

    @Test(arguments: bad)
    func `bad datums are refused with AWS's code and stored by no protocol`(bad: Bad) async throws {
        for wire in TestServer.protocols {
            let server = try TestServer()
            var list: [WireValue] = [bad.datum]
            var answer = try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(list)], as: wire)
            #expect(answer.status == 400 && answer.code == bad.code, "\(wire): \(answer.code) \(answer.message)")
            #expect(answer.message.contains(bad.message), "\(wire): \(answer.message)")
            list.insert(["MetricName": "Good", "Value": 1.0], at: 0)
            answer = try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(list)], as: wire)
            #expect(answer.message.contains("member.2") || !bad.message.contains("member.1"), "\(answer.message)")
            #expect(server.store.sampleCount == 0, "all or nothing")
        }
    }

    @Test(arguments: [
        (#"{"Namespace": "Shop", "MetricData": [{"MetricName": 5, "Value": 1}]}"#, "MetricName"),
        (#"{"Namespace": "Shop", "MetricData": [{"MetricName": "M", "Value": "x"}]}"#, "Value"),
        (#"{"Namespace": "Shop", "MetricData": [{"MetricName": "M", "Value": 1, "Timestamp": {}}]}"#, "Timestamp"),
        (#"{"Namespace": "Shop", "MetricData": [5]}"#, "MetricData.member.1"),
        (#"{"Namespace": "Shop", "MetricData": [{"MetricName": "M", "Value": 1, "Dimensions": [1]}]}"#, "Dimensions.member.1"),
        (#"{"Namespace": "Shop", "MetricData": "x"}"#, "metricData"), (#"{"Namespace": 1, "MetricData": []}"#, "namespace"), ("[", ""),
    ])
    func `wrong types and broken bodies are serialization errors`(body: String, place: String) async throws {
        let server = try TestServer()
        let answer = try await server.send(Array(body.utf8), "PutMetricData")
        #expect(answer.status == 400 && answer.body["__type"].text.hasSuffix("SerializationException"), "\(answer.code)")
        #expect(answer.message.contains(place), "\(answer.message)")
        #expect(server.store.sampleCount == 0)
    }

    @Test func `namespaces, counts and the missing list are checked`() async throws {
        let server = try TestServer(configuration: CloudWatchConfiguration(acceptsServiceNamespaces: false))
        let datum: WireValue = ["MetricName": "M", "Value": 1.0]
        #expect(try await put(datum, namespace: "AWS/Lambda", to: server).code == "InvalidParameterValue")
        #expect(try await put(datum, namespace: ":x", to: server).code == "ValidationError")
        #expect(try await put(datum, namespace: "", to: server).code == "ValidationError")
        #expect(try await server.call("PutMetricData", ["Namespace": "Shop"]).code == "MissingParameter")
        let many = try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": .list(Array(repeating: datum, count: 1001))])
        #expect(many.code == "InvalidParameterValue" && many.message == "The collection MetricData must not have a size greater than 1000.")
        #expect(server.store.sampleCount == 0)
        #expect(try await put(datum, namespace: "AWS/Lambda", to: try TestServer()).status == 200)
        let none = try await server.call("PutMetricData", ["Namespace": "Shop", "MetricData": []])
        #expect(none.status == 200)
    }

    @Test func `a store that cannot commit answers no success`() async throws {
        let server = try TestServer()
        server.store.failNextCommit(with: StorageError(code: .busy, message: "cannot commit: the test says so"))
        let answer = try await put(["MetricName": "M", "Value": 1.0], to: server)
        #expect(answer.status >= 400 && answer.code.hasPrefix("Throttling"), "\(answer.code)")
    }

    @Test(arguments: [.json10, .cbor] as [WireProtocol])
    func `an entity is held against its rules where that is asked for`(wire: WireProtocol) async throws {
        let server = try TestServer()
        func put(_ entity: WireValue, strict: Bool) async throws -> TestServer.Answer {
            try await server.call(
                "PutMetricData",
                [
                    "Namespace": "Shop", "StrictEntityValidation": .bool(strict),
                    "EntityMetricData": [["Entity": entity, "MetricData": [["MetricName": "M", "Value": 1]]]],
                ], as: wire)
        }
        let good: WireValue = ["KeyAttributes": .textMap([("Type", "Service"), ("Name", "cart")])]
        #expect(try await put(good, strict: true).status == 200)
        let bad: [WireValue] = [
            ["KeyAttributes": .textMap([("Type", "Service")])], ["KeyAttributes": .textMap([("Kind", "x"), ("Type", "Service")])],
            ["KeyAttributes": .textMap([("Name", "x"), ("Environment", "y")])],
        ]
        for entity in bad {
            #expect(try await put(entity, strict: false).status == 200)
            let answer = try await put(entity, strict: true)
            #expect(answer.status == 400 && (answer.code == "InvalidParameterValue" || answer.code == "MissingParameter"), "\(answer.message)")
        }
    }
}
