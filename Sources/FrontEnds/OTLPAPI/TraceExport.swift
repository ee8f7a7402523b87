import Columns
import Platform
import SignalModel
import Synchronization
import WireFormats

/// `POST /v1/traces`: an ExportTraceServiceRequest, in protobuf or JSON.
///
/// Answered 200 once every span is durable and visible. Spans that cannot be kept (an id that is not one, a start before everything that
/// is kept) are counted in the answer's partial success, and the others are stored; a message that cannot be read stores nothing.
/// Source: OTLP specification 1.x; an empty request is a success.
struct TraceExport: Sendable {
    let writer: any TraceWriter
    let committer: any BatchCommitter
    /// For what requests unpack to.
    let memory: MemoryBudget
    let clock: any TimeSource
    let random: RandomSource
    let region: String
    let counters = TraceExportCounters()

    init(
        writer: any TraceWriter, committer: any BatchCommitter, memory: MemoryBudget, clock: any TimeSource, random: RandomSource,
        region: String
    ) {
        self.writer = writer
        self.committer = committer
        self.memory = memory
        self.clock = clock
        self.random = random
        self.region = region
    }

    func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse {
        let encoding = OTLPEncoding(contentType: head.headers["Content-Type"])
        do throws(OTLPError) {
            guard head.method == "POST" else { throw OTLPError(405, .unimplemented, "cannot \(head.method) \(head.path): it takes POST") }
            guard let encoding else {
                let type = head.headers["Content-Type"] ?? "none"
                throw OTLPError(
                    415, .invalidArgument, "cannot read Content-Type \(type): it must be application/x-protobuf or application/json")
            }
            guard let tenant = Tenant(named: head.headers["X-Scope-OrgID"], region: region) else {
                throw OTLPError(400, .invalidArgument, "cannot use X-Scope-OrgID: it must be up to 150 printable ASCII characters without spaces")
            }
            let spans = try await store(body, packed: head.headers["Content-Encoding"], encoding, tenant)
            counters.spans.add(spans.batch.rowCount, ordering: .relaxed)
            counters.rejectedSpans.add(spans.rejected, ordering: .relaxed)
            return HTTPResponse(status: 200, contentType: encoding.contentType, Self.success(spans, encoding))
        } catch {
            counters.refusedRequests.add(1, ordering: .relaxed)
            return error.response(in: encoding ?? .json)
        }
    }

    private func store(
        _ body: [UInt8], packed: String?, _ encoding: OTLPEncoding, _ tenant: Tenant
    ) async throws(OTLPError) -> SpanDecoding {
        let (spans, reservation) = try spans(in: body, packed: packed, encoding, tenant)
        defer { reservation.release() }
        guard spans.batch.rowCount > 0 else { return spans }
        do throws(StorageError) {
            _ = try await committer.commit(try writer.prepare(spans.batch), id: BatchID(randomFrom: random))
            return spans
        } catch { throw OTLPError(error) }
    }

    private func spans(
        in body: [UInt8], packed: String?, _ encoding: OTLPEncoding, _ tenant: Tenant
    ) throws(OTLPError) -> (SpanDecoding, MemoryReservation) {
        var message = try OTLPEncoding.unpacked(body, packed)
        let reservation: MemoryReservation
        do throws(MemoryBudget.Exhausted) {
            reservation = try memory.reserve(message.count)
        } catch {
            throw OTLPError(429, .resourceExhausted, "cannot take the request now: memory for requests is used up")
        }
        do throws(OTLPError) {
            if encoding == .json { message = try JSONMessage.protobuf(message, of: .exportTraceRequest) }
            var spans = SpanDecoding(tenant: tenant, now: clock.wallNanoseconds)
            try spans.read(message)
            return (spans, reservation)
        } catch {
            reservation.release()
            throw error
        }
    }

    /// ExportTraceServiceResponse {partial_success=1 {rejected_spans=1 error_message=2}}; empty when all spans were stored.
    private static func success(_ spans: SpanDecoding, _ encoding: OTLPEncoding) -> [UInt8] {
        switch encoding {
        case .protobuf:
            guard spans.rejected > 0 else { return [] }
            var partial = ProtobufWriter()
            partial.append(1, varint: UInt64(spans.rejected))
            partial.append(2, text: spans.reason)
            var response = ProtobufWriter()
            response.append(1, partial.bytes)
            return response.bytes
        case .json:
            guard spans.rejected > 0 else { return Array("{}".utf8) }
            // 64-bit integers are texts in protobuf's JSON.
            return JSON.encode(["partialSuccess": ["rejectedSpans": .text("\(spans.rejected)"), "errorMessage": .text(spans.reason)]])
        }
    }
}

/// What the door did so far.
final class TraceExportCounters: Sendable {
    let spans = Atomic<Int>(0)
    let rejectedSpans = Atomic<Int>(0)
    let refusedRequests = Atomic<Int>(0)
}
