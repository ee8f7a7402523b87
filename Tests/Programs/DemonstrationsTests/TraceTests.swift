import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct TraceTests {
    /// A document with all that is nested in it.
    private func spans(of segment: WireNode) -> [WireNode] { [segment] + (segment["subsegments"]?.children ?? .none).flatMap(spans) }

    private func journeys() throws -> [String: [WireDocument]] {
        let segments = try Story.usualSegments.get()
        return Dictionary(grouping: segments) { $0.root["trace_id"]?.text ?? "" }
    }

    @Test func `every document is a segment as X-Ray takes it`() throws {
        let segments = try Story.usualSegments.get().map(\.root)
        #expect(segments.count > 500)
        for segment in segments {
            #expect(segment["trace_id"]?.text?.wholeMatch(of: #/1-[0-9a-f]{8}-[0-9a-f]{24}/#) != nil)
            #expect(segment["origin"]?.text != nil)
            for span in spans(of: segment) {
                #expect(span["id"]?.text?.wholeMatch(of: #/[0-9a-f]{16}/#) != nil)
                let start = try #require(span["start_time"]?.double), end = try #require(span["end_time"]?.double)
                #expect(start <= end)
                #expect((1...200).contains(span["name"]?.text?.utf8.count ?? 0))
            }
        }
        #expect(Story.usual.documents.allSatisfy { JSON.encode($0.value).count < 64 << 10 })
    }

    @Test func `in every trace ids are unique, one segment is the root, and every parent is there before its child ends`() throws {
        // What happens at the story's very end is told only in part.
        let end = Double(Story.start.seconds + 12 * 60 - 90)
        var complete = 0
        for (id, segments) in try journeys() {
            let roots = segments.map(\.root), all = roots.flatMap(spans)
            let byID = Dictionary(grouping: all) { $0["id"]?.text ?? "" }
            #expect(byID.values.allSatisfy { $0.count == 1 }, "\(id)")
            guard roots.allSatisfy({ ($0["end_time"]?.double ?? 0) < end }) else { continue }
            complete += 1
            #expect(roots.count { $0["parent_id"] == nil } == 1, "\(id)")
            for segment in roots {
                guard let parent = segment["parent_id"]?.text else { continue }
                let found = try #require(byID[parent]?.first, "\(id): \(segment["name"]?.text ?? "") has no parent")
                #expect(try #require(found["start_time"]?.double) <= (try #require(segment["start_time"]?.double)) + 1e-5)
            }
            for span in all {
                for child in span["subsegments"]?.children ?? .none {
                    #expect((child["start_time"]?.double ?? 0) >= (span["start_time"]?.double ?? 0) - 1e-5)
                    #expect((child["end_time"]?.double ?? 0) <= (span["end_time"]?.double ?? 0) + 1e-5)
                }
            }
        }
        #expect(complete > 100)
    }

    @Test func `a sold order's trace goes from the gateway over the queue and the saga to the push service`() throws {
        let services = try journeys().values.map { segments in Set(segments.compactMap { $0.root["name"]?.text }) }
        let whole: Set = [
            "eventpro-api", "eventpro-checkout", "eventpro-orders.fifo", "eventpro-order-processor", "eventpro-order-saga",
            "eventpro-payment",
            "eventpro-ticket-issuer", "eventpro-notifier",
        ]
        #expect(services.contains { $0 == whole })
        let names = Set(try Story.usualSegments.get().flatMap { spans(of: $0.root) }.compactMap { $0["name"]?.text })
        #expect(names.isSuperset(of: ["DynamoDB", "SQS", "SNS", "S3", "StepFunctions", "payments.example", "ntfy.sh", "Initialization"]))
    }

    @Test func `failures carry a cause, throttles their flag, cold starts and orders their annotations`() throws {
        let all = try Story.usualSegments.get().map(\.root)
        let everything = all.flatMap(spans)
        let causes = everything.compactMap { $0["cause"]?["exceptions"]?.children.first(where: { _ in true })?["type"]?.text }
        #expect(Set(causes).isSuperset(of: ["PaymentDeclined", "PaymentTimeout", "ConditionalCheckFailedException"]))
        #expect(
            everything.contains {
                $0["throttle"]?.bool == true && $0["error"]?.bool == true && $0["aws"]?["table_name"]?.isText("eventpro-inventory") == true
            })
        let functions = all.filter { $0["origin"]?.isText("AWS::Lambda::Function") == true }
        #expect(functions.allSatisfy { $0["annotations"]?["cold_start"]?.bool != nil })
        #expect(functions.contains { $0["annotations"]?["cold_start"]?.bool == true })
        #expect(
            functions.contains { $0["annotations"]?["order_id"]?.text?.hasPrefix("ORD-") == true && $0["annotations"]?["event_id"] != nil })
        let gateways = all.filter { $0["name"]?.isText("eventpro-api") == true }
        #expect(gateways.allSatisfy { $0["http"]?["request"]?["url"] != nil && $0["http"]?["response"]?["status"]?.integer != nil })
        #expect(gateways.contains { $0["fault"]?.bool == true } && gateways.contains { $0["error"]?.bool == true && $0["throttle"] == nil })
    }

    @Test func `a failed order is traced whether it was sampled or not`() throws {
        let story = Story.usual
        let traced = Set(try journeys().keys)
        let failed = try Story.usualRecords.get().map(\.root).filter { $0["event_type"]?.isText("order_failed") == true }
        #expect(failed.count > 20)
        #expect(failed.allSatisfy { traced.contains($0["trace_id"]?.text ?? "") })
        let requests = Set(try Story.usualRecords.get().compactMap { $0.root["trace_id"]?.text })
        #expect(traced.count < requests.count / 2, "not all the others are")
        #expect(traced.count < 12 * 40, "half an hour's fit into the 1,200 that the console looks at")
    }
}
