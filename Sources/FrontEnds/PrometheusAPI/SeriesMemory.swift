import Bytes
import SignalModel
import Synchronization

/// Remembers which series label bytes from the wire meant, so that labels are sorted, checked and looked up once and not with every
/// sample. Bounded: when it is full it forgets everything and begins anew.
final class SeriesMemory: Sendable {
    private struct Known: Sendable {
        var places = FingerprintTable()
        /// By place.
        var numbers: [SeriesID] = []
    }

    private struct State {
        var tenants: [Tenant: Known] = [:]
        var count = 0
    }

    private let state = Mutex(State())
    private let countMax: Int

    init(countMax: Int) { self.countMax = countMax }

    var count: Int { state.withLock { $0.count } }

    /// - Returns: a number for each fingerprint, 0 at the positions that are `missing`.
    func numbers(of fingerprints: [Fingerprint], tenant: Tenant) -> (numbers: [SeriesID], missing: [Int]) {
        state.withLock { state in
            guard let place = state.tenants.index(forKey: tenant) else {
                return ([SeriesID](repeating: 0, count: fingerprints.count), Array(fingerprints.indices))
            }
            return Self.look(fingerprints, state.tenants.values[place])
        }
    }

    private static func look(_ fingerprints: [Fingerprint], _ known: borrowing Known) -> (numbers: [SeriesID], missing: [Int]) {
        var missing: [Int] = []
        var next = 0
        let numbers = [SeriesID](unsafeUninitializedCapacity: fingerprints.count) { numbers, count in
            for (position, fingerprint) in fingerprints.enumerated() {
                if let place = known.places.number(of: fingerprint, guess: next) {
                    numbers[position] = known.numbers[place]
                    next = place + 1
                } else {
                    numbers[position] = 0
                    missing.append(position)
                }
            }
            count = fingerprints.count
        }
        return (numbers, missing)
    }

    func remember(_ fingerprints: [Fingerprint], as numbers: [SeriesID], tenant: Tenant) {
        state.withLock { state in
            if state.count + fingerprints.count > countMax { state = State() }
            var known = state.tenants.removeValue(forKey: tenant) ?? Known()        // taken out, so that nothing is copied
            let before = known.numbers.count
            for (fingerprint, number) in zip(fingerprints, numbers) where known.places[fingerprint] == nil {
                known.places.insert(fingerprint, as: known.numbers.count)
                known.numbers.append(number)
            }
            state.count += known.numbers.count - before
            state.tenants[tenant] = known
        }
    }
}
