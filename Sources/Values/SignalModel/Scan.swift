package import Columns
package import Platform
import Synchronization

/// Hands out rows chunk by chunk. Dropping it ends the scan.
package protocol ScanCursor: Sendable {
    /// Replaces `chunk` by the next rows, up to 8,192, in the plan's order.
    ///
    /// - Returns: false when there are no more; `chunk` is then empty.
    /// - Throws: `.corrupt` if a block fails its checksum (it is set aside, scan again); `.budget`, `.cancelled` at the query's limits.
    mutating func next(into chunk: inout ColumnChunk) async throws(StorageError) -> Bool
}

/// Why a store could not do what it was asked.
package struct StorageError: Error, Sendable {
    package enum Code: Sendable, Equatable {
        /// It stops, or must be restarted after a failed sync.
        case closed
        /// Stored bytes fail their checksum or do not make sense.
        case corrupt
        /// The query read or held more than it may.
        case budget
        case cancelled
        /// Memory for writes is used up: the client should slow down.
        case busy
        /// A tenant's limit (series, streams) is reached.
        case limit
        case noSpace
        /// The file system or the catalog failed.
        case inputOutput
        /// A key is not there or was destroyed.
        case keyGone
    }

    package let code: Code
    /// "cannot <verb> <thing>: <why>"
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

/// What one query may still spend. Shared by everyone who works for it; checked once a chunk and inside long loops.
package final class QueryBudget: Sendable {
    private let clock: any TimeSource
    private let deadline: Int64
    private let bytesMax: Int
    private let memory: MemoryBudget?
    /// What `keep` took.
    private let kept: MemoryReservation?
    private let bytesRead = Atomic<Int>(0)
    private let rowsRead = Atomic<Int>(0)
    private let isCancelled = Atomic<Bool>(false)

    /// - Parameters:
    ///   - seconds: how long it may run from now.
    ///   - bytesMax: how many bytes of decoded columns it may look at.
    ///   - memory: what all queries share for what they hold; nil counts nothing.
    package init(clock: any TimeSource, seconds: Double, bytesMax: Int, memory: MemoryBudget? = nil) {
        self.clock = clock
        self.memory = memory
        kept = memory?.reserveRegardless(0)
        deadline = clock.monotonicNanoseconds + Int64(seconds * 1e9)
        self.bytesMax = bytesMax
    }

    /// What all queries share for what they hold; nil: as much as they like.
    package var memoryMax: Int? { memory?.bytesMax }
    package var bytesSoFar: Int { bytesRead.load(ordering: .relaxed) }
    /// Rows that stores have tested so far, also those that did not pass.
    package var rowsSoFar: Int { rowsRead.load(ordering: .relaxed) }

    /// Rows of the plan's range, tested or about to be.
    package func note(rows: Int) { rowsRead.add(rows, ordering: .relaxed) }

    /// The client left, or StopQuery came.
    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Takes memory for something that the query holds for a while, until the reservation is let go.
    /// - Throws: `.budget` when the queries' share has less left.
    package func hold(_ bytes: Int) throws(StorageError) -> MemoryReservation? {
        do throws(MemoryBudget.Exhausted) { return try memory?.reserve(bytes) } catch { throw Self.exhausted(error) }
    }

    /// The same for what it holds to its end: given back with the budget itself.
    package func keep(_ bytes: Int) throws(StorageError) {
        do throws(MemoryBudget.Exhausted) { try kept?.grow(by: bytes) } catch { throw Self.exhausted(error) }
    }

    private static func exhausted(_ error: MemoryBudget.Exhausted) -> StorageError {
        StorageError(code: .budget, message: "cannot go on with the query: \(error.message)")
    }

    /// - Parameter bytes: decoded bytes looked at since the last call.
    /// - Throws: `.cancelled`, also when the current task is; or `.budget` past the deadline or the bytes.
    package func spend(bytes: Int = 0) throws(StorageError) {
        let total = bytesRead.add(bytes, ordering: .relaxed).newValue
        // A request's task is cancelled when its client has left; a query that outlives its request runs in a task of its own.
        if isCancelled.load(ordering: .relaxed) || Task.isCancelled { throw StorageError(code: .cancelled, message: "cannot go on with the query: it was cancelled") }
        guard total <= bytesMax else {
            throw StorageError(code: .budget, message: "cannot go on with the query: it has read \(total) bytes and may read \(bytesMax)")
        }
        guard clock.monotonicNanoseconds < deadline else {
            throw StorageError(code: .budget, message: "cannot go on with the query: its time is over")
        }
    }
}
