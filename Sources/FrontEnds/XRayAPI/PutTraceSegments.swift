import AWSProtocol
package import Platform
package import SignalModel
import WireFormats

/// Takes segment documents; what is wrong with one is answered beside the others.
/// Source: X-Ray API reference, PutTraceSegments.
struct PutTraceSegments: APIOperation {
    static let name = "PutTraceSegments"
    let segments: SegmentIntake

    struct Input: APIInput {
        let documents: [String]
        init(from reader: inout InputReader) throws { documents = reader.requiredTexts("TraceSegmentDocuments", count: 0...1000) }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let refused = try await segments.store(input.documents.map { Array($0.utf8) }, tenant: context.tenant, now: context.now)
        return ["UnprocessedTraceSegments": .list(refused.map { error in
            .members(("Id", error.id.map(WireValue.text)), ("ErrorCode", .text(error.code)), ("Message", .text(error.message)))
        })]
    }
}

/// From documents to durable spans, for the API and for the daemon's datagrams.
package struct SegmentIntake: Sendable {
    private let writer: any TraceWriter
    private let committer: any BatchCommitter
    private let random: RandomSource

    package init(writer: any TraceWriter, committer: any BatchCommitter, random: RandomSource) {
        self.writer = writer
        self.committer = committer
        self.random = random
    }

    /// Returns when the good documents are durable.
    /// - Returns: why the others were not taken, in their order.
    func store(_ documents: [[UInt8]], tenant: Tenant, now: Timestamp) async throws -> [SegmentError] {
        var batch = SpanBatch(tenant: tenant)
        var refused: [SegmentError] = []
        for text in documents {
            do throws(SegmentError) {
                var spans = SpanBatch(tenant: tenant)
                try SegmentDocument(text, now: now).append(to: &spans, text: text)
                batch.append(contentsOf: spans)
            } catch {
                refused.append(error)
            }
        }
        let batches = try writer.prepare(batch)
        if !batches.isEmpty { _ = try await committer.commit(batches, id: BatchID(randomFrom: random)) }
        return refused
    }

    /// One datagram of the X-Ray daemon's protocol: a header line `{"format":"json","version":1}`, a newline, one document.
    /// - Returns: nil when it was stored, else why not.
    package func store(datagram: [UInt8], tenant: Tenant, now: Timestamp) async -> String? {
        guard let newline = datagram.firstIndex(of: UInt8(ascii: "\n")) else { return "no header line" }
        guard let header = try? WireDocument(json: Array(datagram[..<newline])).root, header["format"]?.text?.lowercased() == "json",
            header["version"]?.integer == 1
        else { return "the header is not {\"format\":\"json\",\"version\":1}" }
        do {
            return try await store([Array(datagram[(newline + 1)...])], tenant: tenant, now: now).first?.message
        } catch {
            return "\(error)"
        }
    }
}
