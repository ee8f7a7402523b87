import Bytes
package import HTTPTransport
package import Platform
package import SignalModel
import WireFormats

/// Sends the minutes of running streams to their endpoints, each when it has settled, until its task is cancelled. At least once: a crash
/// between an endpoint's answer and our note of it sends the minute again.
///
/// Requests are those of Firehose's HTTP endpoint delivery, so what receives from Firehose receives from here:
/// `{"requestId": …, "timestamp": …, "records": [{"data": base64 of lines, or of messages}]}`.
package struct StreamLoop: Sendable {
    package struct Configuration: Sendable {
        /// A minute is sent so long after its end, for the samples that come late.
        package var settleSeconds: Int64 = 60
        /// Of one request's body before base64; about what Firehose sends at once.
        package var batchBytesMax = 1 << 20
        /// A stream that was away catches up by so many minutes a turn.
        package var minutesMax = 30
        package var readSeconds = 30.0
        package var readBytesMax = 512 << 20

        package init() {}
    }

    private let book: StreamBook
    private let reader: any MetricReader
    private let client: HTTPClient
    private let endpoint: StreamEndpoint
    private let time: any TimeSource
    private let random: RandomSource
    private let configuration: Configuration
    private let log: Log
    private let logLimit = LogLimit()

    package init(
        book: StreamBook, reader: any MetricReader, client: HTTPClient, endpoint: StreamEndpoint, time: any TimeSource, random: RandomSource, log: Log,
        configuration: Configuration = Configuration()
    ) {
        self.book = book
        self.reader = reader
        self.client = client
        self.endpoint = endpoint
        self.time = time
        self.random = random
        self.log = log
        self.configuration = configuration
    }

    package func run() async {
        while !Task.isCancelled {
            do {
                try await step()
                try await time.sleep(untilWall: time.wallNanoseconds + 1_000_000_000)
            } catch is CancellationError {
                return
            } catch {
                log.error("metric streams cannot go on", ["error": "\(error)"])
                do { try await time.sleep(untilWall: time.wallNanoseconds + 5_000_000_000) } catch { return }
            }
        }
    }

    /// Sends what is due, streams side by side.
    package func step() async throws {
        let now = time.wallNanoseconds
        let settled = (now / 1_000_000_000 - configuration.settleSeconds) / 60
        let due = try await book.running().filter { $0.progress.next < settled && $0.progress.pausedUntil <= now }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for running in due { group.addTask { try await advance(running, to: settled) } }
            try await group.waitForAll()
        }
    }

    private func advance(_ running: StreamBook.Running, to settled: Int64) async throws {
        var progress = running.progress
        let last = min(settled, progress.next + Int64(configuration.minutesMax))
        while progress.next < last {
            try Task.checkCancellation()
            do {
                let minute = progress.next
                let read = try await send(minute, of: running)
                progress.sent(read)
                try await book.save(progress, of: running)
                for age in StreamProgress.rechecks { try await recheck(minute - Int64(age), &progress, running) }
            } catch let error as CancellationError {
                throw error
            } catch {
                progress.failed((error as? Refusal)?.message ?? "\(error)", at: time.wallNanoseconds)
                log.warning(
                    "a metric stream cannot be delivered", limit: logLimit,
                    ["stream": MetricStream.arn(of: running.stream.name, running.tenant), "error": progress.lastError ?? ""])
                return try await book.save(progress, of: running)
            }
        }
    }

    /// More samples have come for a minute that was sent: it is sent again, whole.
    private func recheck(_ minute: Int64, _ progress: inout StreamProgress, _ running: StreamBook.Running) async throws {
        guard let known = progress.count(of: minute) else { return }
        let now = try await read(minute, of: running)
        guard now.count > known else { return }
        try await send(now, of: running)
        progress.correct(minute, now.count)
        try await book.save(progress, of: running)
    }

    private func read(_ minute: Int64, of running: StreamBook.Running) async throws -> StreamMinute {
        let budget = QueryBudget(clock: time, seconds: configuration.readSeconds, bytesMax: configuration.readBytesMax)
        return try await StreamMinute.read(minute, of: running, from: reader, budget)
    }

    /// - Returns: how many samples there were.
    private func send(_ minute: Int64, of running: StreamBook.Running) async throws -> Double {
        let read = try await read(minute, of: running)
        try await send(read, of: running)
        return read.count
    }

    private struct Refusal: Error {
        let message: String
    }

    private func send(_ minute: StreamMinute, of running: StreamBook.Running) async throws {
        var batch: [UInt8] = []
        for piece in minute.pieces {
            if !batch.isEmpty, batch.count + piece.count > configuration.batchBytesMax {
                try await post(batch, of: running)
                batch.removeAll(keepingCapacity: true)
            }
            batch += piece
        }
        if !batch.isEmpty { try await post(batch, of: running) }
    }

    private func post(_ data: [UInt8], of running: StreamBook.Running) async throws {
        guard let url = endpoint.url(of: running.stream.firehoseARN) else {
            throw Refusal(message: "\(running.stream.firehoseARN) leads nowhere: the server has no address for Firehose streams")
        }
        let id = RandomID(randomBits: random.next(), random.next()).description
        let body: WireValue = [
            "requestId": .text(id), "timestamp": .integer(time.wallNanoseconds / 1_000_000), "records": [["data": .text(Base64.encode(data))]],
        ]
        var request = HTTPClientRequest(method: "POST", url: url)
        request.headers = [
            "Content-Type": "application/json", "X-Amz-Firehose-Protocol-Version": "1.0", "X-Amz-Firehose-Request-Id": id,
            "X-Amz-Firehose-Source-Arn": running.stream.firehoseARN, "User-Agent": "Amazon Kinesis Data Firehose Agent/1.0",
        ]
        request.body = JSON.encode(body)
        let response: HTTPClientResponse
        do throws(HTTPTransportError) { response = try await client.send(request) } catch { throw Refusal(message: error.message) }
        guard (200..<300).contains(response.status) else { throw Refusal(message: "the endpoint answered \(response.status)") }
    }
}
