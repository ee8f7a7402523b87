import Bytes
package import Platform
package import SignalModel
import Synchronization
package import WireFormats

/// `POST /ingest/logs?group=G&stream=service,host&time=timestamp`: newline-delimited JSON from plain log shippers.
///
///     let door = JSONLinesDoor(logs: access, memory: ingest, region: "us-east-1")
///     if let answer = await door.answer(head, body: bytes) { return answer }
///
/// A line is stored as it was sent. `stream` names the members whose values make its stream, `time` the one that holds its time; without
/// `stream` all lines are of one stream, without `time` they are of now. The group and its streams are made where they are missing. Every
/// line is stored or none is, and an error names the line. The body may be compressed with gzip, deflate or zstd.
package struct JSONLinesDoor: Sendable {
    package static let path = "/ingest/logs"

    private let logs: LogAccess
    private let memory: MemoryBudget
    private let region: String
    private let shapes = ShapePool()
    private let numbers: StreamNumbers
    private let counters = Counters()

    private final class Counters: Sendable {
        let lines = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
    }

    /// - Parameter memory: what bodies unpack to is reserved here.
    package init(logs: LogAccess, memory: MemoryBudget, region: String) {
        self.logs = logs
        self.memory = memory
        self.region = region
        numbers = StreamNumbers(directory: logs.directory)
    }

    /// - Returns: nil when the path is another.
    package func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse? {
        guard head.path == Self.path else { return nil }
        do throws(JSONLinesError) {
            let request = try LinesRequest(head, region: region)
            let count = try await store(request, body)
            counters.lines.add(count, ordering: .relaxed)
            return HTTPResponse(status: 200, contentType: "application/json", JSON.encode(["stored": .integer(Int64(count))]))
        } catch {
            counters.refused.add(1, ordering: .relaxed)
            return error.response
        }
    }

    /// Name, help, value; for the server's own figures.
    package var figures: [(name: String, help: String, value: Int)] {
        [
            ("groundwatch_log_lines_stored_total", "Lines stored by /ingest/logs.", counters.lines.load(ordering: .relaxed)),
            ("groundwatch_log_lines_refused_requests_total", "Requests to /ingest/logs refused.", counters.refused.load(ordering: .relaxed)),
        ]
    }

    /// - Returns: how many lines were stored.
    private func store(_ request: LinesRequest, _ body: [UInt8]) async throws(JSONLinesError) -> Int {
        let (text, reservation) = try unpacked(body, request.encoding)
        defer { reservation?.release() }
        let now = Timestamp(nanoseconds: logs.clock.wallNanoseconds)
        var decoder = LineDecoder(request, now: now, shapes: shapes.take())
        try decoder.read(text)
        shapes.give(back: decoder.shapes)
        guard decoder.lineCount > 0 else { return 0 }
        do {
            let group = try await group(request, at: now)
            if let floor = group.retentionDays.map({ now.nanoseconds - Int64($0) * 86_400_000_000_000 }) { try decoder.expect(after: floor) }
            let streams = try await numbers.numbers(of: decoder.streamNames, in: group, of: request.tenant, at: now)
            let batch = decoder.batch(group: group, streams: streams, of: request.tenant)
            _ = try await logs.committer.commit(try logs.writer.prepare(batch), id: BatchID(randomFrom: logs.random))
            return batch.times.count
        } catch let error as JSONLinesError { throw error } catch let error as StorageError {
            throw JSONLinesError(error)
        } catch {
            throw JSONLinesError(status: 500, "cannot store the lines")
        }
    }

    private func group(_ request: LinesRequest, at now: Timestamp) async throws -> LogGroup {
        if let known = try await logs.directory.group(named: request.group, of: request.tenant) { return known }
        if let made = try await logs.directory.createGroup(
            named: request.group, logClass: CreateLogGroup.LogClass.STANDARD.rawValue, tags: [], of: request.tenant, at: now)
        {
            return made
        }
        // Somebody else made it meanwhile.
        guard let group = try await logs.directory.group(named: request.group, of: request.tenant) else {
            throw JSONLinesError(status: 503, "cannot store the lines: their group was deleted meanwhile")
        }
        return group
    }

    private func unpacked(
        _ body: [UInt8], _ encoding: LinesRequest.Encoding
    ) throws(JSONLinesError) -> ([UInt8], MemoryReservation?) {
        // A compressed body may unpack to much more than it took; its memory is asked for before.
        let reservation: MemoryReservation?
        do throws(MemoryBudget.Exhausted) {
            reservation = encoding == .none ? nil : try memory.reserve(min(Limits.linesBytesMax, body.count * LinesRequest.expansionMax))
        } catch { throw JSONLinesError(status: 429, "cannot take the request now: memory for requests is used up") }
        let limit = reservation.map { min($0.bytes, Limits.linesBytesMax) } ?? Limits.linesBytesMax
        do throws(BytesError) {
            switch encoding {
            case .none:
                guard body.count <= limit else { throw BytesError(code: .tooLarge, message: "") }
                return (body, nil)
            case .gzip: return (try Gzip.decompress(body, atMost: limit), reservation)
            case .zstd: return (try Zstd.decompress(body, atMost: limit), reservation)
            }
        } catch {
            guard error.code == .tooLarge else { throw JSONLinesError(status: 400, error.message) }
            throw JSONLinesError(
                status: 413, "cannot store the lines: a request may hold \(Limits.linesBytesMax) bytes, and unpack to \(LinesRequest.expansionMax) times its size")
        }
    }
}

/// What learnt the shapes of lines in one request serves the next one.
private final class ShapePool: Sendable {
    private static let keptMax = 8
    private let kept = Mutex<[MessageShapes]>([])

    func take() -> MessageShapes { kept.withLock { $0.popLast() } ?? MessageShapes() }

    /// One that has learnt much was fed lines of ever new shapes; the next request begins anew.
    func give(back shapes: MessageShapes) {
        guard shapes.shapes.count < MessageShapes.shapesMax / 4 else { return }
        kept.withLock { if $0.count < Self.keptMax { $0.append(shapes) } }
    }
}
