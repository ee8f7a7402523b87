import HTTPTransport
import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct TrafficSenderTests {
    private static let stream = Traffic.Stream(group: "/aws/lambda/a", name: "one")
    private let words = Words()

    private func lines(_ count: Int, bytes: Int = 10) -> [Traffic.Line] {
        (0..<count).map {
            Traffic.Line(stream: Self.stream, time: Timestamp(milliseconds: Int64($0)), message: String(repeating: "x", count: bytes))
        }
    }

    private func sending(_ traffic: Traffic, answer: @escaping StubServer.Answer = { _, _ in StubServer.json("{}") }) async throws
        -> [StubServer.Asked]
    {
        let server = try StubServer(answer: answer), http = try HTTPClient()
        let client = AWSClient(
            endpoint: server.endpoint, credentials: .forOpenServers, http: http, time: HastyClock(), callSecondsMax: StubServer.patience, say: words.say)
        try await TrafficSender(client: client, say: words.say).send(traffic)
        await http.close()
        await server.server.closeNow()
        return server.asked
    }

    @Test func `a story arrives whole, streams before their lines`() async throws {
        var sale = TicketSale(seed: 1, start: Story.start, live: Story.start, speed: 1)
        let traffic = sale.step(to: Timestamp(seconds: Story.start.seconds + 60))
        let asked = try await sending(traffic)
        let firstLines = try #require(asked.firstIndex { $0.operation == "PutLogEvents" })
        #expect(asked.lastIndex { $0.operation == "CreateLogStream" }.map { $0 < firstLines } ?? false)
        #expect(asked.count { $0.operation == "CreateLogStream" } == traffic.newStreams.count)

        let events = asked.filter { $0.operation == "PutLogEvents" }.flatMap {
            $0.json?["logEvents"]?.children.compactMap { $0["message"]?.text } ?? []
        }
        #expect(events.sorted() == traffic.lines.map(\.message).sorted())
        let data = asked.filter { $0.operation == "PutMetricData" }
        #expect(
            Set(data.compactMap { $0.json?["Namespace"]?.text }) == ["EventPro", "AWS/ApiGateway", "AWS/Lambda", "AWS/SQS", "AWS/DynamoDB"])
        #expect(data.reduce(0) { $0 + ($1.json?["MetricData"]?.childCount ?? 0) } == traffic.data.count)
        let documents = asked.filter { $0.head.path == "/TraceSegments" }
        #expect(documents.reduce(0) { $0 + ($1.json?["TraceSegmentDocuments"]?.childCount ?? 0) } == traffic.documents.count)
        #expect(words.all.isEmpty)
    }

    @Test func `a datum says what CloudWatch needs`() async throws {
        let metric = Metric(namespace: "N", name: "M", unit: "Count", dimension: Metric.Dimension(name: "D", value: "V"))
        let datum = Traffic.Datum(metric: metric, time: Timestamp(seconds: 1_795_161_600), values: [(1.5, 2), (3, 1)])
        let asked = try await sending(Traffic(data: [datum]))
        #expect(
            asked.map { String(decoding: $0.body, as: UTF8.self) } == [
                #"{"Namespace":"N","MetricData":[{"MetricName":"M","Dimensions":[{"Name":"D","Value":"V"}],"Timestamp":1795161600,"Unit":"Count","StorageResolution":1,"Values":[1.5,3.0],"Counts":[2.0,1.0]}]}"#
            ])
    }

    @Test func `calls stay within the limits of their APIs`() {
        let datum = Traffic.Datum(metric: .apiCount, time: Story.start, values: [(1, 1)])
        let document = Traffic.Document(time: Story.start, value: [:])
        let traffic = Traffic(
            lines: lines(12_000) + lines(20, bytes: 200_000), data: Array(repeating: datum, count: 950),
            documents: Array(repeating: document, count: 120))
        #expect(traffic.metricCalls.count == 4)
        #expect(traffic.documentCalls.count == 3)
        let calls = traffic.lineCalls.flatMap(\.calls)
        #expect(calls.count >= 7 && calls.allSatisfy { $0.body.count < 1_400_000 })
        #expect(Traffic().metricCalls.isEmpty && Traffic().documentCalls.isEmpty && Traffic().lineCalls.isEmpty)
    }

    @Test func `a server that has lost the group is given it again`() async throws {
        let asked = try await sending(Traffic(lines: lines(3))) { _, earlier in
            earlier.isEmpty ? StubServer.error("ResourceNotFoundException") : StubServer.json("{}")
        }
        #expect(asked.map(\.operation) == ["PutLogEvents", "CreateLogGroup", "CreateLogStream", "PutLogEvents"])
        #expect(asked[0].body == asked[3].body)
    }

    @Test func `what is there already is no trouble, and a refusal is said once`() async throws {
        let streams = (0..<20).map { Traffic.Stream(group: "/aws/lambda/a", name: "\($0)") }
        _ = try await sending(Traffic(newStreams: streams)) { _, _ in StubServer.error("ResourceAlreadyExistsException") }
        #expect(words.all.isEmpty)
        _ = try await sending(Traffic(newStreams: streams)) { _, _ in StubServer.error("LimitExceededException") }
        #expect(words.all == ["cannot call CreateLogStream: LimitExceededException because"])
    }
}
