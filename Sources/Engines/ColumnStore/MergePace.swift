import Platform
import SignalModel
import Synchronization

/// Keeps merges within their share of the disk, and out of the way when sealing falls behind.
///
/// What a merge writes is what it reads, give or take the dead rows; so only its writes are counted.
final class MergePace: Sendable {
    /// A merge may run ahead of its rate by so much time: small ones never rest.
    private static let burst: Int64 = 200_000_000
    /// Rests are taken in pieces, so that a stop is noticed.
    private static let pieceMax: Int64 = 20_000_000
    /// How long one block of a merge waits for a seal at most: then it goes on, because merging, too, must get somewhere.
    private static let pressureRestMax: Int64 = 2_000_000_000

    private let bytesPerSecond: Int
    /// When everything written so far is paid for, monotonic.
    private let paidAt = Mutex<Int64>(.min)

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    /// How long to rest after having written `bytes`.
    func rest(after bytes: Int, now: Int64) -> Int64 {
        paidAt.withLock { paidAt in
            paidAt = max(paidAt, now - Self.burst) + Int64(Double(bytes) / Double(bytesPerSecond) * 1e9)
            return max(0, paidAt - now)
        }
    }

    /// Called by a merge after each block.
    /// - Throws: `.closed` when the store stops: the merge is given up, it can be made again.
    func pause(after bytes: Int, _ context: StoreContext, isPressed: () -> Bool) throws(StorageError) {
        guard let sleep = context.sleep else { return }  // a simulation has no time to lose
        var left = rest(after: bytes, now: context.clock.monotonicNanoseconds)
        var pressed: Int64 = 0
        while true {
            guard !context.isStopping else { throw StorageError(code: .closed, message: "cannot merge: the store stops") }
            let mustWait = pressed < Self.pressureRestMax && isPressed()
            guard left > 0 || mustWait else { return }
            let piece = mustWait ? Self.pieceMax : min(left, Self.pieceMax)
            sleep(piece)
            left -= piece
            if mustWait { pressed += piece }
        }
    }
}
