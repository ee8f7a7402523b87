package import Bytes
package import SignalModel
import Platform
import Synchronization

/// Gives the keys that rows are sealed with. The engine asks at each use, so that a key that is destroyed stops working at once.
package protocol DataKeyRing: Sendable {
    /// - Throws: `.keyGone` when the key was destroyed or never existed: its rows are then lost on purpose, and merged away.
    ///   Any other code means "not now".
    func key(_ id: DataKeyID) throws(StorageError) -> SecretKey
}

/// No keys at all.
struct EmptyKeyRing: DataKeyRing {
    func key(_ id: DataKeyID) throws(StorageError) -> SecretKey {
        throw StorageError(code: .keyGone, message: "cannot find data key \(id.number): this store has no key ring")
    }
}

/// Keys and fresh nonces for everything one store writes.
final class Cipher: Sendable {
    private let ring: any DataKeyRing
    /// Starts at a random place of the 96-bit space at every start of the store and counts on: two runs of 2^40 seals each meet
    /// with a chance below 2^-50.
    private let writer: UInt32
    private let counter: Atomic<UInt64>

    init(ring: any DataKeyRing, random: RandomSource) {
        self.ring = ring
        writer = UInt32(truncatingIfNeeded: random.next())
        counter = Atomic(random.next())
    }

    func key(_ id: DataKeyID?) throws(StorageError) -> SecretKey? {
        guard let id else { return nil }
        return try ring.key(id)
    }

    func nonce() -> AESGCM.Nonce {
        AESGCM.Nonce(writer: writer, counter: counter.wrappingAdd(1, ordering: .relaxed).oldValue)
    }
}
