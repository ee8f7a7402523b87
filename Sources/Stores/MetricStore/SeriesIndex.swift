package import Bytes
import Columns
import SignalModel
import Synchronization

/// Every series of every tenant: label set → number, label → numbers, and when each had its newest sample.
///
/// A series has its number from the first `resolve` on, but nobody sees it until one of its samples is published; its definition goes
/// into every commit until one of them is, so no batch depends on a neighbour's unfinished commit.
package final class SeriesIndex: Sendable {
    private struct Entry {
        let tenant: Int
        let labels: LabelSet
        let kind: SeriesKind
        /// A definition of it is in the journal or in a part.
        var isDefined = false
        /// `Int64.min` until the first sample is published.
        var lastTime = Int64.min
    }

    private struct TenantEntries {
        let tenant: Tenant
        var numbers: [Fingerprint: SeriesID] = [:]
        /// Encoded label (one name and value in `LabelSet`'s layout) → series, ascending.
        var postings: [[UInt8]: [SeriesID]] = [:]
        var series: [SeriesID] = []
    }

    private struct State {
        var tenants: [TenantEntries] = []
        var tenantNumbers: [Tenant: Int] = [:]
        /// By series number; nil for a number that was given out before a restart and never defined.
        var entries: [Entry?] = []
    }

    private let state = Mutex(State())
    private let key: FingerprintKey
    private let seriesMax: Int

    /// - Parameters:
    ///   - key: secret and fresh for each process, so that nobody can send label sets that collide.
    ///   - seriesMax: how many series one tenant may have.
    package init(key: FingerprintKey, seriesMax: Int) {
        self.key = key
        self.seriesMax = seriesMax
    }

    package var seriesCount: Int { state.withLock { $0.entries.count } }
}

// MARK: - Writing

extension SeriesIndex {
    struct Resolution {
        /// One a label set of the batch.
        var numbers: [SeriesID]
        /// Those that no durable definition exists of yet.
        var undefined: [(number: SeriesID, kind: SeriesKind, labels: LabelSet)]
    }

    /// - Throws: `.limit` when the tenant would have more than `seriesMax` series; `.corrupt` for a label set that is not one.
    func resolve(_ batch: MetricBatch) throws(StorageError) -> Resolution {
        let result: Result<Resolution, StorageError> = state.withLock { state in
            let tenant = Self.tenantNumber(batch.tenant, in: &state)
            var resolution = Resolution(numbers: [], undefined: [])
            resolution.numbers.reserveCapacity(batch.labelSets.count)
            var listed: Set<SeriesID> = []
            for position in 0..<batch.labelSets.count {
                let encoded = batch.labelSets[position]
                let fingerprint = encoded.withUnsafeBytes { key.fingerprint(of: $0) }
                if let known = state.tenants[tenant].numbers[fingerprint] {
                    resolution.numbers.append(known)
                    if let entry = state.entries[Int(known)], !entry.isDefined, listed.insert(known).inserted {
                        resolution.undefined.append((known, entry.kind, entry.labels))
                    }
                    continue
                }
                guard let labels = LabelSet(validating: encoded) else {
                    return .failure(StorageError(code: .corrupt, message: "cannot resolve series \(position): its labels are malformed"))
                }
                guard state.tenants[tenant].series.count < seriesMax else {
                    return .failure(StorageError(
                        code: .limit,
                        message: "cannot add metric \(labels[LabelSet.metricName] ?? "?"): the tenant has \(seriesMax) series already"))
                }
                let number = SeriesID(state.entries.count)
                Self.add(number, Entry(tenant: tenant, labels: labels, kind: batch.kinds[position]), fingerprint, in: &state)
                resolution.numbers.append(number)
                listed.insert(number)
                resolution.undefined.append((number, batch.kinds[position], labels))
            }
            return .success(resolution)
        }
        return try result.get()
    }

    /// A definition is durable, found in the journal or in a part. The same one may come more than once.
    func define(_ number: SeriesID, kind: SeriesKind, labels: LabelSet, tenant: Tenant) {
        state.withLock { state in
            if Int(number) < state.entries.count, state.entries[Int(number)] != nil {
                state.entries[Int(number)]?.isDefined = true
                return
            }
            let tenantNumber = Self.tenantNumber(tenant, in: &state)
            var entry = Entry(tenant: tenantNumber, labels: labels, kind: kind)
            entry.isDefined = true
            Self.add(number, entry, key.fingerprint(of: labels.encoded), in: &state)
        }
    }

    /// - Parameter lastTimes: number and newest time of series that have samples now.
    func noteSamples(_ lastTimes: some Sequence<(SeriesID, Int64)>) {
        state.withLock { state in
            for (number, time) in lastTimes where Int(number) < state.entries.count {
                if let last = state.entries[Int(number)]?.lastTime, last < time { state.entries[Int(number)]?.lastTime = time }
            }
        }
    }

    private static func tenantNumber(_ tenant: Tenant, in state: inout State) -> Int {
        if let known = state.tenantNumbers[tenant] { return known }
        state.tenants.append(TenantEntries(tenant: tenant))
        state.tenantNumbers[tenant] = state.tenants.count - 1
        return state.tenants.count - 1
    }

    private static func add(_ number: SeriesID, _ entry: Entry, _ fingerprint: Fingerprint, in state: inout State) {
        while state.entries.count <= Int(number) { state.entries.append(nil) }
        state.entries[Int(number)] = entry
        state.tenants[entry.tenant].numbers[fingerprint] = number
        insert(number, into: &state.tenants[entry.tenant].series)
        entry.labels.forEachBytes { name, value in
            insert(number, into: &state.tenants[entry.tenant].postings[posting(name, value), default: []])
        }
    }

    /// Nearly always at the end; replay may bring definitions in another order.
    private static func insert(_ number: SeriesID, into numbers: inout [SeriesID]) {
        if let last = numbers.last, last >= number {
            let place = numbers.firstIndex { $0 >= number } ?? numbers.count
            if numbers[place] != number { numbers.insert(number, at: place) }
        } else {
            numbers.append(number)
        }
    }

    private static func posting(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) -> [UInt8] {
        var key = Array(name)
        key.append(0xff)        // not part of any UTF-8 text, so no name runs into its value
        key.append(contentsOf: value)
        return key
    }
}

// MARK: - Reading

extension SeriesIndex {
    /// The published series of a tenant that pass every matcher, by ascending number.
    func entries(matching matchers: [LabelMatcher], of tenant: Tenant, newestSampleFrom start: Timestamp) -> [SeriesEntry] {
        state.withLock { state in
            guard let number = state.tenantNumbers[tenant] else { return [] }
            return Self.candidates(matchers, state.tenants[number]).compactMap { id in
                guard let entry = state.entries[Int(id)], entry.lastTime != .min, entry.lastTime >= start.nanoseconds,
                    matchers.allSatisfy({ $0.holds(entry.labels) })
                else { return nil }
                return SeriesEntry(id: id, labels: entry.labels, kind: entry.kind, lastTime: Timestamp(nanoseconds: entry.lastTime))
            }
        }
    }

    /// The shortest list of series that an equality matcher names; all of the tenant's when there is none.
    private static func candidates(_ matchers: [LabelMatcher], _ tenant: TenantEntries) -> [SeriesID] {
        var best: [SeriesID]?
        for matcher in matchers {
            guard case .equals(let value) = matcher.condition, !value.isEmpty else { continue }
            let numbers = tenant.postings[posting(matcher.name.utf8, value.utf8)] ?? []
            if numbers.count < best?.count ?? .max { best = numbers }
        }
        return best ?? tenant.series
    }
}
