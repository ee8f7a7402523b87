import AWSProtocol
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import XRayAPI

/// The three operations over a store of plain arrays, on a clock that stands at 2026-01-31.
struct XRayTests {
    private let store = ModelStore()
    private let clock = ManualClock()
    private let tenant = Tenant(account: "123456789012", region: "us-east-1")
    private var now: Timestamp { Timestamp(nanoseconds: clock.wallNanoseconds) }
    private var epochHex: String { String(now.seconds, radix: 16) }
    private var traceID: String { "1-\(epochHex)-aaaaaaaaaaaaaaaaaaaaaaaa" }

    private var intake: SegmentIntake {
        SegmentIntake(writer: store, committer: store, random: RandomSource(SeededRandom(seed: UInt64(store.spanCount))))
    }

    private func call(_ operation: some APIOperation, _ input: WireValue) async throws -> WireNode {
        let context = RequestContext(
            tenant: tenant, requestID: "r", now: now, operation: type(of: operation).name, wireProtocol: .restJSON)
        let document = try WireDocument(json: JSON.encode(input))
        let output = try await operation.answer(document, in: context, validationShape: "InvalidRequestException")
        return try WireDocument(json: JSON.encode(try #require(output))).root
    }

    private func put(_ documents: String...) async throws -> WireNode {
        try await call(PutTraceSegments(segments: intake), ["TraceSegmentDocuments": .texts(documents)])
    }

    private var queries: TraceQueries { TraceQueries(reader: store, clock: clock) }

    private func segment(_ id: String, name: String = "api", start: Double = 0, seconds: Double = 1, _ more: String = "") -> String {
        let begin = Double(now.seconds) + start
        return #"{"trace_id":"\#(traceID)","id":"\#(id)","name":"\#(name)","start_time":\#(begin),"end_time":\#(begin + seconds)\#(more)}"#
    }

    @Test func `a segment comes back as the document that was sent, byte for byte`() async throws {
        let sent = segment("00000000000000a1", ##","annotations":{"order":"o-1","n":3},"metadata":{"default":{"k":[1,null,"ü"]}}"##)
        #expect(try await put(sent)["UnprocessedTraceSegments"]?.childCount == 0)
        let answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
        let trace = try #require(answer["Traces"]?.children.first { _ in true })
        #expect(trace["Id"]?.text == traceID)
        #expect(trace["Duration"]?.double == 1)
        #expect(trace["Segments"]?.children.map { $0["Document"]?.text } == [sent])
        #expect(answer["UnprocessedTraceIds"]?.childCount == 0)
    }

    @Test func `an id that is nowhere is unprocessed`() async throws {
        let answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
        #expect(answer["Traces"]?.childCount == 0)
        #expect(answer["UnprocessedTraceIds"]?.children.map(\.text) == [traceID])
    }

    @Test(arguments: [
        ("ParseError", #"{"id":"#), ("ParseError", #"[1]"#), ("MissingId", #"{"name":"a"}"#),
        ("InvalidId", #"{"id":"xyz","name":"a"}"#), ("MissingName", #"{"id":"00000000000000a1"}"#),
        ("MissingStartTime", #"{"id":"00000000000000a1","name":"a"}"#),
        ("InvalidStartTime", #"{"id":"00000000000000a1","name":"a","start_time":"x"}"#),
        ("MissingEndTime", #"{"id":"00000000000000a1","name":"a","start_time":1}"#),
        ("InvalidEndTime", #"{"id":"00000000000000a1","name":"a","start_time":2,"end_time":1}"#),
        ("MissingTraceId", #"{"id":"00000000000000a1","name":"a","start_time":1,"end_time":2}"#),
        ("InvalidTraceId", #"{"id":"00000000000000a1","name":"a","start_time":1,"end_time":2,"trace_id":"1-00000000-aaaaaaaaaaaaaaaaaaaaaaaa"}"#),
        ("InvalidTraceId", #"{"id":"00000000000000a1","name":"a","start_time":1,"end_time":2,"trace_id":"1-ffffffff-aaaaaaaaaaaaaaaaaaaaaaaa"}"#),
        ("MissingParentId", #"{"type":"subsegment","id":"00000000000000a1","name":"a","start_time":1,"end_time":2,"trace_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#),
    ])
    func `a bad document is answered with its code, stores nothing and harms no other`(code: String, bad: String) async throws {
        let answer = try await put(bad, segment("00000000000000b1"))
        let refused = try #require(answer["UnprocessedTraceSegments"]?.children.map { $0 })
        #expect(refused.map { $0["ErrorCode"]?.text } == [code])
        #expect(refused.first?["Message"]?.text == "Invalid segment. ErrorCode: \(code)")
        #expect(store.spanCount == 1)
    }

    @Test func `a document nested without end is refused, not followed`() async throws {
        let depth = 60
        let opening = String(repeating: #","subsegments":[{"id":"00000000000000c1","name":"s","start_time":1,"end_time":2"#, count: depth)
        let answer = try await put(segment("00000000000000a1", opening + String(repeating: "}]", count: depth)))
        #expect(answer["UnprocessedTraceSegments"]?.childCount == 1)
        #expect(store.spanCount == 0)
    }

    @Test func `a complete segment replaces the one in progress, in either order of arrival`() async throws {
        let begin = Double(now.seconds)
        let open = #"{"trace_id":"\#(traceID)","id":"00000000000000a1","name":"api","start_time":\#(begin),"in_progress":true}"#
        let whole = segment("00000000000000a1")
        for order in [[open, whole], [whole, open]] {
            for document in order { _ = try await put(document) }
            let answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
            let documents = answer["Traces"]?.children.flatMap { ($0["Segments"]?.children ?? WireChildren.none).map { $0["Document"]?.text } }
            #expect(documents == [whole])
        }
    }

    @Test func `a called service that sent nothing is inferred, after the sent segments, and one that did is not`() async throws {
        let begin = Double(now.seconds)
        func sub(_ id: String, _ more: String) -> String { #"{"id":"\#(id)","name":"x","start_time":\#(begin),"end_time":\#(begin)\#(more)}"# }
        let calls = [
            sub("00000000000000d1", #","namespace":"aws","aws":{"table_name":"orders","operation":"PutItem"}"#)
                .replacing(#""name":"x""#, with: #""name":"DynamoDB""#),
            sub("00000000000000d2", #","namespace":"remote","http":{"response":{"status":502}},"fault":true"#), sub("00000000000000d3", ""),
            sub("00000000000000d4", #","namespace":"remote""#),
        ].joined(separator: ",")
        _ = try await put(segment("00000000000000a1", #","subsegments":[\#(calls)]"#))
        _ = try await put(segment("00000000000000e1", name: "payment", start: 0.5, #","parent_id":"00000000000000d4""#))
        let answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
        let texts = answer["Traces"]?.children.flatMap { ($0["Segments"]?.children ?? WireChildren.none).compactMap { $0["Document"]?.text } } ?? []
        let documents = try texts.map { try WireDocument(json: Array($0.utf8)).root }
        #expect(documents.map { $0["name"]?.text } == ["api", "payment", "orders", "x"])
        #expect(documents.map { $0["inferred"]?.bool } == [nil, nil, true, true])
        #expect(documents[2]["origin"]?.text == "AWS::DynamoDB::Table")
        #expect(documents[2]["parent_id"]?.text == "00000000000000d1")
        #expect(documents[3]["fault"]?.bool == true)
    }

    @Test func `a subsegment sent on its own stands in its parent, and by itself while the parent is not there`() async throws {
        let child = segment("00000000000000f1", name: "work", #","type":"subsegment","parent_id":"00000000000000a1""#)
        _ = try await put(child)
        var answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
        #expect(answer["Traces"]?.children.flatMap { ($0["Segments"]?.children ?? WireChildren.none).map { $0["Id"]?.text } } == ["00000000000000f1"])
        _ = try await put(segment("00000000000000a1"))
        answer = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([traceID])])
        let segments = answer["Traces"]?.children.flatMap { Array($0["Segments"]?.children ?? WireChildren.none) } ?? []
        #expect(segments.map { $0["Id"]?.text } == ["00000000000000a1"])
        let document = try WireDocument(json: Array((segments[0]["Document"]?.text ?? "").utf8)).root
        #expect(document["subsegments"]?.children.map { $0["name"]?.text } == ["work"])
    }

    @Test func `a summary tells the entry's outcome, everybody's annotations and the services`() async throws {
        let http = #","http":{"request":{"method":"POST","url":"http://shop/pay"},"response":{"status":500}},"fault":true,"annotations":{"order":"o-1"}"#
        _ = try await put(
            segment("00000000000000a1", seconds: 2, http),
            segment("00000000000000e1", name: "payment", start: 0.5, #","parent_id":"00000000000000a1","throttle":true,"annotations":{"order":"o-1","n":3}"#))
        let answer = try await call(GetTraceSummaries(queries: queries), range(-60, 60))
        let summary = try #require(answer["TraceSummaries"]?.children.first { _ in true })
        #expect(summary["Id"]?.text == traceID)
        #expect(summary["Duration"]?.double == 2)
        #expect(summary["ResponseTime"]?.double == 2)
        #expect(summary["HasFault"]?.bool == true)
        #expect(summary["HasError"]?.bool == false)
        #expect(summary["HasThrottle"]?.bool == true)
        #expect(summary["IsPartial"]?.bool == false)
        #expect(summary["Http"]?["HttpStatus"]?.integer == 500)
        #expect(summary["ServiceIds"]?.children.map { $0["Name"]?.text } == ["api", "payment"])
        #expect(summary["Annotations"]?["order"]?.childCount == 1)
        #expect(summary["Annotations"]?["n"]?.children.map { $0["AnnotationValue"]?["NumberValue"]?.double } == [3])
    }

    @Test func `a trace comes on one page only, though its spans lie on both sides of the cut or start at one instant with others`() async throws {
        for index in 0..<230 {
            let id = "1-\(epochHex)-" + String(repeating: "0", count: 16) + String(0x1000_0000 + index, radix: 16)
            let begin = Double(index / 20)
            _ = try await put(
                segment("00000000000000a1", start: begin).replacing(traceID, with: id),
                segment("00000000000000a2", start: begin - 20).replacing(traceID, with: id))
        }
        var seen: [String] = []
        var token: WireValue?
        repeat {
            var input = [("StartTime", WireValue.double(Double(now.seconds) - 60)), ("EndTime", .double(Double(now.seconds) + 60))]
            if let token { input.append(("NextToken", token)) }
            let answer = try await call(GetTraceSummaries(queries: queries), .structure(input))
            let page = answer["TraceSummaries"]?.children.compactMap { $0["Id"]?.text } ?? []
            #expect(page.count <= 100)
            seen += page
            token = answer["NextToken"]?.text.map(WireValue.text)
        } while token != nil
        #expect(seen.count == 230)
        #expect(Set(seen).count == 230)
    }

    @Test func `summaries page newest first and each trace comes once`() async throws {
        for index in 0..<250 {
            let id = "1-\(epochHex)-" + String(repeating: "0", count: 16) + String(0x1000_0000 + index, radix: 16)
            _ = try await put(segment("00000000000000a1", start: Double(index) / 1000).replacing(traceID, with: id))
        }
        var seen: [String] = []
        var token: WireValue?
        repeat {
            var input = [("StartTime", WireValue.double(Double(now.seconds) - 60)), ("EndTime", .double(Double(now.seconds) + 60))]
            if let token { input.append(("NextToken", token)) }
            let answer = try await call(GetTraceSummaries(queries: queries), .structure(input))
            seen += answer["TraceSummaries"]?.children.compactMap { $0["Id"]?.text } ?? []
            token = answer["NextToken"]?.text.map(WireValue.text)
        } while token != nil
        #expect(seen.count == 250)
        #expect(Set(seen).count == 250)
        #expect(seen.first?.hasSuffix(String(0x1000_0000 + 249, radix: 16)) == true)
    }

    @Test(arguments: [
        ["FilterExpression": "fault", "StartTime": 1, "EndTime": 2], ["StartTime": 2, "EndTime": 1], ["StartTime": 1, "EndTime": 100_000],
        ["StartTime": 1, "EndTime": 2, "NextToken": "x"], ["StartTime": 1], ["StartTime": 1, "EndTime": 2, "TimeRangeType": "Service"],
    ] as [WireValue])
    func `what summaries cannot answer is refused`(input: WireValue) async throws {
        await #expect(throws: AWSError.self) { try await call(GetTraceSummaries(queries: queries), input) }
    }

    @Test func `tenants do not see each other's traces`() async throws {
        _ = try await put(segment("00000000000000a1"))
        let other = Tenant(account: "999999999999", region: "us-east-1")
        let traces = try await queries.traces([try #require(TraceID(traceID))], of: other, budget: queries.budget())
        #expect(traces.isEmpty)
    }

    @Test func `a daemon datagram is stored, and one with another header is told off`() async throws {
        let document = segment("00000000000000a1")
        #expect(await intake.store(datagram: Array("{\"format\":\"JSON\",\"version\":1}\n\(document)".utf8), tenant: tenant, now: now) == nil)
        #expect(store.spanCount == 1)
        for bad in [document, "{\"format\":\"xml\",\"version\":1}\n\(document)", "{\"format\":\"json\",\"version\":2}\n\(document)", "", "\n"] {
            #expect(await intake.store(datagram: Array(bad.utf8), tenant: tenant, now: now) != nil)
        }
        #expect(store.spanCount == 1)
    }

    private func range(_ from: Double, _ to: Double) -> WireValue {
        ["StartTime": .double(Double(now.seconds) + from), "EndTime": .double(Double(now.seconds) + to)]
    }
}
