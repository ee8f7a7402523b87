import AWSProtocol
import Platform
import SignalModel
import Simulation
import Synchronization
import Testing
import WireFormats

/// What clients hear of a server that has too much to do.
struct BusyServerTests {
    private let server = SampleServer()

    private func refusal(_ headers: [(String, String)], at path: String = "/") -> Answer? {
        var head = HTTPRequestHead(method: "POST", path: path, query: "")
        for (name, value) in headers { head.headers.add(name, value) }
        return server.dispatcher.refusal(of: head, "no memory").map(Answer.init)
    }

    @Test func `a request whose body is not read is refused in its own protocol`() throws {
        let json = try #require(
            refusal([("X-Amz-Target", "Logs_20140328.CreateLogGroup"), ("Content-Type", "application/x-amz-json-1.1")]))
        #expect(json.status == 400 && json.root?["__type"]?.text == "ThrottlingException" && json.root?["message"]?.text == "no memory")
        #expect(json.headers["Retry-After"] == "1")
        let cbor = try #require(
            refusal(
                [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")],
                at: "/service/GraniteServiceVersion20100801/operation/PutThing"))
        #expect(cbor.root?["__type"]?.text == "com.amazonaws.cloudwatch#ThrottlingException")
        let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", authorization(service: "monitoring"))]
        let query = try #require(refusal(form))
        #expect(query.text.contains("<Code>Throttling</Code><Message>no memory</Message>"))
        #expect(query.headers["Retry-After"] == "1")
        let rest = try #require(refusal([("Content-Type", "application/json")], at: "/Traces"))
        #expect(rest.headers["X-Amzn-ErrorType"] == "ThrottlingException")
        #expect(refusal([("Content-Type", "application/json")], at: "/ingest/logs") == nil, "it is nobody's AWS call")
    }

    /// Holds whoever calls it until the gate is seen to be full.
    private struct Reading: APIOperation {
        static let name = "Reading"
        static let readsMuch = true
        let gate: QueryGate

        func run(_ input: Empty, in context: RequestContext) async throws -> WireValue {
            #expect(gate.running == 1)
            return ["Running": .integer(Int64(gate.running))]
        }
    }

    @Test func `operations that read much pass the gate, and are throttled when it is full`() async throws {
        let gate = QueryGate(runningMax: 1, waitingMax: 0)
        let clock = ManualClock()
        let dispatcher = AWSDispatcher(
            services: [.logs([Reading(gate: gate)])], queries: gate, time: clock, random: RandomSource(SeededRandom(seed: 1)),
            log: Log(component: "aws", time: clock) { _ in })
        var head = HTTPRequestHead(method: "POST", path: "/", query: "")
        head.headers.add("X-Amz-Target", "Logs_20140328.Reading")
        head.headers.add("Content-Type", "application/x-amz-json-1.1")
        let request = head
        let answer = Answer(try #require(await dispatcher.handle(request, body: Array("{}".utf8))))
        #expect(answer.status == 200)
        let refused = try await gate.run { Answer(try #require(await dispatcher.handle(request, body: Array("{}".utf8)))) }
        #expect(refused.status == 400 && refused.root?["__type"]?.text == "ThrottlingException")
        #expect(gate.running == 0)
    }
}
