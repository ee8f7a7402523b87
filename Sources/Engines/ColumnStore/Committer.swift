import Platform
import SignalModel

/// Makes commits durable and visible: takes what waits, writes and syncs it at once, shows the rows, then answers. There is no timer:
/// what comes while a sync runs is the next group.
struct Committer {
    private let context: StoreContext
    private let queue: CommitQueue
    private let tables: Tables
    private var journal: Journal
    private var watermark: DiskWatermark
    /// Why nothing can be stored any more.
    private(set) var broken: StorageError?

    init(context: StoreContext, queue: CommitQueue, tables: Tables, journal: Journal) {
        self.context = context
        self.queue = queue
        self.tables = tables
        self.journal = journal
        watermark = DiskWatermark(freeBytesMin: context.configuration.freeBytesMin)
    }

    /// One group.
    mutating func step() -> NextStep {
        let group = queue.take(bytesMax: context.configuration.groupBytesMax)
        guard !group.isEmpty else { return .whenWoken }
        commit(group)
        return .atOnce
    }

    /// After the last step.
    mutating func close() { journal.close() }

    /// A group's requests, those with one id together.
    private struct Group {
        /// To be stored, in order; each id once.
        var new: [CommitQueue.Request] = []
        /// More requests with the id of `new[index]`.
        var repeats: [(request: CommitQueue.Request, index: Int)] = []
        /// Stored before, and under which sequence.
        var known: [(request: CommitQueue.Request, sequence: UInt64)] = []

        init(_ requests: [CommitQueue.Request], known sequences: [UInt64?]) {
            var places: [BatchID: Int] = [:]
            for (request, sequence) in zip(requests, sequences) {
                if let sequence {
                    known.append((request, sequence))
                } else if let place = places[request.entry.id] {
                    repeats.append((request, place))
                } else {
                    places[request.entry.id] = new.count
                    new.append(request)
                }
            }
        }
    }

    private mutating func commit(_ requests: [CommitQueue.Request]) {
        let group = Group(requests, known: tables.sequences(of: requests.map(\.entry.id)))
        for one in group.known { one.request.reply(.success(JournalPosition(sequence: one.sequence))) }
        context.counters.add(to: \.repeatedCommits, group.known.count + group.repeats.count)
        guard !group.new.isEmpty else { return }
        let outcome = Result { () throws(StorageError) in try store(group.new) }
        if case .failure = outcome { context.counters.add(to: \.refusedCommits, group.new.count + group.repeats.count) }
        for (index, request) in group.new.enumerated() { request.reply(outcome.map { position($0, index) }) }
        for one in group.repeats { one.request.reply(outcome.map { position($0, one.index) }) }
    }

    private func position(_ first: UInt64, _ index: Int) -> JournalPosition { JournalPosition(sequence: first + UInt64(index)) }

    /// - Returns: the first request's sequence.
    private mutating func store(_ requests: [CommitQueue.Request]) throws(StorageError) -> UInt64 {
        if let broken { throw broken }
        try checkSpace(writing: requests.reduce(0) { $0 + $1.entry.storedBytes })
        do throws(FileError) {
            try journal.append(requests.map(\.entry))
        } catch {
            throw breakOff(error)
        }
        context.counters.add(to: \.syncs)
        context.counters.add(to: \.commits, requests.count)
        let records = requests.map { (id: $0.entry.id, batches: $0.batches) }
        tables.publish(records, through: journal.lastSequence, now: context.clock.monotonicNanoseconds)
        for record in records {
            for batch in record.batches {
                context.layouts[batch.table]?.didPublish(batch)
                context.configuration.didPublish(batch)
            }
        }
        return journal.lastSequence + 1 - UInt64(requests.count)
    }

    /// What of the group is on disk is unknown now: only a restart finds out.
    private mutating func breakOff(_ error: FileError) -> StorageError {
        let closed = StorageError(code: .closed, message: "cannot commit before a restart: \(error.message)")
        broken = closed
        queue.close(closed)
        context.report(.closed(error: StorageError(error)))
        return StorageError(error)
    }

    private mutating func checkSpace(writing bytes: Int) throws(StorageError) {
        let now = context.clock.monotonicNanoseconds
        if watermark.shouldAsk(now: now, writing: bytes) {
            let files = context.files
            watermark.answer(freeBytes: try onDisk { () throws(FileError) in try files.system.freeBytes(at: files.root) }, now: now)
        }
        guard !watermark.isLow else {
            throw StorageError(code: .noSpace, message: "cannot commit: the disk has less than \(context.configuration.freeBytesMin) bytes free")
        }
        watermark.wrote(bytes)
    }
}
