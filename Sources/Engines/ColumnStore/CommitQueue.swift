import SignalModel
import Synchronization

/// What waits for the committer, bounded by bytes.
final class CommitQueue: Sendable {
    /// One request, encoded by whoever sent it.
    struct Request: Sendable {
        let batches: [TableBatch]
        let entry: Journal.Entry
        let reply: @Sendable (Result<JournalPosition, StorageError>) -> Void
    }

    private struct State {
        var waiting: [Request] = []
        var bytes = 0
        /// Set when nothing is taken any more.
        var closed: StorageError?
    }

    private let bytesMax: Int
    private let state = Mutex(State())

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var bytes: Int { state.withLock { $0.bytes } }
    var closed: StorageError? { state.withLock { $0.closed } }
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// - Throws: `.busy` when it is full; `.closed`.
    func put(_ request: Request) throws(StorageError) {
        let refusal: StorageError? = state.withLock { state in
            if let closed = state.closed { return closed }
            let bytes = state.bytes + request.entry.storedBytes
            // An empty queue takes any request: its own limit bounds it.
            guard state.waiting.isEmpty || bytes <= bytesMax else {
                return StorageError(code: .busy, message: "cannot commit: \(state.bytes) bytes wait already")
            }
            state.waiting.append(request)
            state.bytes = bytes
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The oldest requests, together at most `bytesMax`, or the first alone.
    func take(bytesMax: Int) -> [Request] {
        state.withLock { state in
            var bytes = 0
            var count = 0
            for request in state.waiting {
                guard count == 0 || bytes + request.entry.storedBytes <= bytesMax else { break }
                bytes += request.entry.storedBytes
                count += 1
            }
            let group = Array(state.waiting[..<count])
            state.waiting.removeFirst(count)
            state.bytes -= bytes
            return group
        }
    }

    /// Takes nothing any more; what waits stays. The first reason counts.
    func close(_ reason: StorageError) { state.withLock { $0.closed = $0.closed ?? reason } }
}
