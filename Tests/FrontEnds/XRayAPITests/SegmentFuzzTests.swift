import AWSProtocol
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import XRayAPI

/// Segment documents with something wrong in them: refused by their code, or stored so that they can be read back.
struct SegmentFuzzTests {
    private static let tenant = Tenant(account: "123456789012", region: "us-east-1")

    @Test(arguments: fuzzSeeds(3)) func `a damaged document is refused, or stored and read`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let clock = ManualClock()
        let now = Double(Timestamp(nanoseconds: clock.wallNanoseconds).seconds)
        let trace = "1-\(String(Int(now), radix: 16))-aaaaaaaaaaaaaaaaaaaaaaaa"
        let whole = #"{"trace_id":"\#(trace)","id":"00000000000000a1","parent_id":"00000000000000b2","name":"shop \u00e9","start_time":\#(now),"end_time":\#(now + 1.25),"fault":true,"http":{"request":{"method":"GET","url":"http://x/y?z"},"response":{"status":500,"content_length":12}},"annotations":{"order":"o-1","n":3,"b":false},"metadata":{"d":{"k":[1,null,"ü",1e3]}},"aws":{"operation":"PutItem","queue_url":"q"},"cause":{"exceptions":[{"id":"1","message":"m","stack":[{"path":"p","line":1}]}]},"subsegments":[{"id":"00000000000000c3","name":"db","start_time":\#(now),"end_time":\#(now + 1),"namespace":"aws","sql":{"sanitized_query":"select"},"subsegments":[{"id":"00000000000000c4","name":"in","start_time":\#(now),"in_progress":true}]}]}"#
        for round in 0..<150 {
            let store = ModelStore()
            let intake = SegmentIntake(writer: store, committer: store, random: RandomSource(SeededRandom(seed: seed)))
            var text = Array(whole.utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) { text.mutate(using: &random) }
            let put = try await call(
                PutTraceSegments(segments: intake), ["TraceSegmentDocuments": .texts([String(decoding: text, as: UTF8.self)])], clock)
            let refused = put["UnprocessedTraceSegments"]?.childCount ?? 0
            #expect(refused == 1 ? store.spanCount == 0 : store.spanCount > 0, "seed \(seed), round \(round)")
            let queries = TraceQueries(reader: store, clock: clock)
            _ = try await call(BatchGetTraces(queries: queries), ["TraceIds": .texts([trace])], clock)
            let summaries = try await call(
                GetTraceSummaries(queries: queries), ["StartTime": .timestamp(clock.wallNanoseconds - 1_000_000_000), "EndTime": .timestamp(clock.wallNanoseconds + 10_000_000_000)], clock)
            #expect(summaries["TraceSummaries"] != nil, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged datagram is stored or told why not`(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let clock = ManualClock()
        let now = Timestamp(nanoseconds: clock.wallNanoseconds)
        let trace = "1-\(String(now.seconds, radix: 16))-aaaaaaaaaaaaaaaaaaaaaaaa"
        let whole = #"{"format": "json", "version": 1}"# + "\n"
            + #"{"trace_id":"\#(trace)","id":"00000000000000a1","name":"shop","start_time":\#(now.seconds),"end_time":\#(now.seconds + 1)}"#
        var stored = 0
        for round in 0..<400 {
            let store = ModelStore()
            let intake = SegmentIntake(writer: store, committer: store, random: RandomSource(SeededRandom(seed: seed)))
            var datagram = Array(whole.utf8)
            if !random.oneIn(6) { datagram.mutate(using: &random) }
            let refusal = await intake.store(datagram: datagram, tenant: Self.tenant, now: now)
            #expect((refusal == nil) == (store.spanCount > 0), "seed \(seed), round \(round): \(refusal ?? "")")
            stored += store.spanCount > 0 ? 1 : 0
        }
        #expect(stored > 20, "the noise must hold sense too")
    }

    /// - Throws: what an operation throws that is no answer to the caller.
    private func call(_ operation: some APIOperation, _ input: WireValue, _ clock: ManualClock) async throws -> WireNode {
        let context = RequestContext(
            tenant: Self.tenant, requestID: "r", now: Timestamp(nanoseconds: clock.wallNanoseconds), operation: type(of: operation).name,
            wireProtocol: .restJSON)
        let output = try await operation.answer(
            try WireDocument(json: JSON.encode(input)), in: context, validationShape: "InvalidRequestException")
        return try WireDocument(json: JSON.encode(try #require(output))).root
    }
}
