import Bytes
import Columns
import Platform
import SignalModel
import Synchronization
import WireFormats

/// `POST /api/v1/write`: samples from Prometheus and everything that speaks its remote-write protocol, version 1.0.
///
/// Answered 204 once every sample and native histogram is durable and visible. Of samples of one series at one time the last to arrive counts; order does not
/// matter otherwise. Exemplars and metadata are not kept: they are counted, and logged once. A request is stored whole or not at all.
struct RemoteWrite: Sendable {
    let writer: any MetricWriter
    let committer: any BatchCommitter
    /// For what requests unpack to.
    let memory: MemoryBudget
    let random: RandomSource
    let region: String
    let log: Log
    let counters = RemoteWriteCounters()
    private let memoryOfSeries = SeriesMemory(countMax: Limits.rememberedSeriesMax)
    private let key: FingerprintKey

    init(
        writer: any MetricWriter, committer: any BatchCommitter, memory: MemoryBudget, random: RandomSource, region: String, log: Log
    ) {
        self.writer = writer
        self.committer = committer
        self.memory = memory
        self.random = random
        self.region = region
        self.log = log
        key = FingerprintKey(seed: random.bytes(32))
    }

    func answer(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse {
        do throws(RemoteWriteError) {
            try Self.check(head)
            let tenant = try TenantHeader.tenant(of: head, region: region)
            let count = try await store(body, tenant)
            counters.samples.add(count, ordering: .relaxed)
            return HTTPResponse(status: 204)
        } catch {
            counters.refusedRequests.add(1, ordering: .relaxed)
            return error.response
        }
    }

    /// - Returns: how many samples were stored.
    private func store(_ body: [UInt8], _ tenant: Tenant) async throws(RemoteWriteError) -> Int {
        let (samples, reservation) = try samples(in: body, tenant)
        defer { reservation.release() }
        do throws(StorageError) {
            _ = try await committer.commit(try writer.prepare(samples), id: BatchID(randomFrom: random))
            return samples.rowCount
        } catch { throw RemoteWriteError(error) }
    }

    private func samples(in body: [UInt8], _ tenant: Tenant) throws(RemoteWriteError) -> (SampleBatch, MemoryReservation) {
        let (message, reservation) = try unpack(body)
        let samples = try message.withRawBytes { raw throws(RemoteWriteError) in
            let request = try WriteRequest(raw, key: key)
            noteSkipped(request)
            let numbers = try numbers(of: request, tenant)
            var samples = SampleBatch(tenant: tenant)
            samples.series = request.series.map { numbers[Int($0)] }
            samples.times = request.times
            samples.values = request.values
            for histogram in request.histograms {
                // Its extremes are not known.
                samples.append(
                    series: numbers[Int(histogram.series)], time: histogram.time, sum: histogram.sum, count: histogram.count, minimum: .nan,
                    maximum: .nan, detail: .histogram(histogram.message))
            }
            return samples
        }
        return (samples, reservation)
    }

    private func unpack(_ body: [UInt8]) throws(RemoteWriteError) -> ([UInt8], MemoryReservation) {
        let declared: Int
        do throws(BytesError) {
            declared = try body.withRawBytes { raw throws(BytesError) in try Snappy.declaredCount(raw) }
        } catch { throw RemoteWriteError(error) }
        let reservation: MemoryReservation
        do throws(MemoryBudget.Exhausted) {
            reservation = try memory.reserve(min(declared, Limits.messageBytesMax))
        } catch {
            throw RemoteWriteError(status: 429, "cannot take the request now: memory for requests is used up")
        }
        do throws(BytesError) {
            return (try Snappy.decompress(body, atMost: Limits.messageBytesMax), reservation)
        } catch { throw RemoteWriteError(error) }
    }

    /// The series' numbers by position; those seen for the first time are canonicalised, numbered and remembered.
    private func numbers(of request: WriteRequest, _ tenant: Tenant) throws(RemoteWriteError) -> [SeriesID] {
        var (numbers, missing) = memoryOfSeries.numbers(of: request.fingerprints, tenant: tenant)
        guard !missing.isEmpty else { return numbers }
        var labels = WireLabels()
        var labelSets = BytesVector()
        for position in missing {
            do throws(RemoteWriteError) {
                try request.withLabels(at: position) { fields throws(RemoteWriteError) in try labels.read(fields) }
            } catch {
                throw RemoteWriteError(status: error.status, "\(error.message) (labels at byte \(request.position(ofLabelsAt: position)))")
            }
            labelSets.append(labels.encoded)
        }
        let new: [SeriesID]
        do throws(StorageError) {
            new = try writer.numbers(of: labelSets, kinds: [SeriesKind](repeating: .sampled, count: missing.count), tenant: tenant)
        } catch { throw RemoteWriteError(error) }
        memoryOfSeries.remember(missing.map { request.fingerprints[$0] }, as: new, tenant: tenant)
        for (position, number) in zip(missing, new) { numbers[position] = number }
        return numbers
    }

    private func noteSkipped(_ request: WriteRequest) {
        guard request.exemplarCount + request.metadataCount > 0 else { return }
        counters.skippedExemplars.add(request.exemplarCount, ordering: .relaxed)
        counters.skippedMetadata.add(request.metadataCount, ordering: .relaxed)
        guard !counters.hasToldOfSkipped.exchange(true, ordering: .relaxed) else { return }
        log.warning(
            "remote write: exemplars and metadata are not kept; counted from here on without a word",
            ["exemplars": request.exemplarCount, "metadata": request.metadataCount])
    }

    /// Header fields that are missing are taken for those of version 1.0, as Prometheus itself does.
    private static func check(_ head: HTTPRequestHead) throws(RemoteWriteError) {
        guard head.method == "POST" else { throw RemoteWriteError(status: 405, "cannot \(head.method) \(head.path): it takes POST") }
        if let encoding = head.headers["Content-Encoding"], encoding.lowercased() != "snappy" {
            throw RemoteWriteError(status: 415, "cannot read Content-Encoding \(encoding): it must be snappy")
        }
        if let type = head.headers["Content-Type"] { try check(contentType: type) }
        if let version = head.headers["X-Prometheus-Remote-Write-Version"], !version.hasPrefix("0."), !version.hasPrefix("1.") {
            throw RemoteWriteError(status: 415, "cannot read remote write \(version): this server speaks 1.0 (0.1.0)")
        }
    }

    private static func check(contentType: String) throws(RemoteWriteError) {
        let parts = contentType.lowercased().split(separator: ";").map { $0.filter { $0 != " " } }
        guard parts.first == "application/x-protobuf" else {
            throw RemoteWriteError(status: 415, "cannot read Content-Type \(contentType): it must be application/x-protobuf")
        }
        for part in parts.dropFirst() where part.hasPrefix("proto=") && part != "proto=prometheus.writerequest" {
            throw RemoteWriteError(status: 415, "cannot read \(part): this server takes proto=prometheus.WriteRequest")
        }
    }
}

/// What remote write did so far.
final class RemoteWriteCounters: Sendable {
    let samples = Atomic<Int>(0)
    let refusedRequests = Atomic<Int>(0)
    let skippedExemplars = Atomic<Int>(0)
    let skippedMetadata = Atomic<Int>(0)
    let hasToldOfSkipped = Atomic<Bool>(false)
}
