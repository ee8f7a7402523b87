package import Bytes
import Columns
import SignalModel
import Synchronization

/// Every series of every tenant: label set → number, label → numbers, and when each had its newest sample.
///
/// A series has its number from the first `numbers` on, but nobody sees it until one of its samples is published; its definition goes
/// into every commit until one of them is, so no batch depends on a neighbour's unfinished commit.
///
/// A series of ten shared labels costs about 150 bytes: 24 its entry, 28 its fingerprint, 40 its list of labels, 50 its postings.
package final class SeriesIndex: Sendable {
    struct Entry {
        enum Stage: UInt8 {
            /// A number that was given out before a restart and never defined.
            case unknown
            case given
            /// A definition of it is in the journal or in a part.
            case defined
        }

        /// `Int64.min` until the first sample is published.
        var lastTime = Int64.min
        /// Its labels in the tenant's `labelLists`.
        var firstLabel: UInt32 = 0
        var tenant: UInt32 = 0
        /// Of its metric's name: where it stands among other series in parts, see `SeriesRank`.
        var metric: UInt32 = 0
        var labelCount: UInt16 = 0
        var kind = SeriesKind.sampled
        var stage = Stage.unknown
    }

    struct TenantSeries {
        /// Of the tenant's name: keeps equal label sets of two tenants apart.
        let fingerprint: Fingerprint
        var table = LabelTable()
        /// Label numbers, one series after the other.
        var labelLists: [UInt32] = []
        /// Where in it the series added last has its own: the next one shares most of them, in the same places.
        var lastLabels = 0..<0
        /// Ascending.
        var series: [SeriesID] = []
        /// Time of the newest sample of all.
        var newest = Int64.min
        /// What its newest series come of, once it had to be said: at the limit there are no newer ones.
        var growth: SeriesGrowth?
    }

    struct State {
        var tenants: [TenantSeries] = []
        var tenantNumbers: [Tenant: Int] = [:]
        /// By series number.
        var entries: [Entry] = []
        var numbers = FingerprintTable()
        /// So many of the entries were read from a file: their definitions need not be read.
        var storedCount = 0
    }

    private static let metricName = Array(LabelSet.metricName.utf8)

    let state: Mutex<State>
    let key: FingerprintKey
    private let seriesMax: Int
    /// Series that were not taken because their tenant had too many.
    let refusedSeries = Atomic<Int>(0)

    /// - Parameters:
    ///   - key: secret and fresh for each process, so that nobody can send label sets that collide.
    ///   - seriesMax: how many series one tenant may have.
    package convenience init(key: FingerprintKey, seriesMax: Int) { self.init(key: key, seriesMax: seriesMax, state: State()) }

    init(key: FingerprintKey, seriesMax: Int, state: State) {
        self.key = key
        self.seriesMax = seriesMax
        self.state = Mutex(state)
    }

    package var seriesCount: Int { state.withLock { $0.entries.count } }
}

// MARK: - Writing

extension SeriesIndex {
    /// - Throws: `.limit` when the tenant would have more than `seriesMax` series; `.corrupt` for a label set that is not one.
    func numbers(of labelSets: BytesVector, kinds: [SeriesKind], tenant: Tenant) throws(StorageError) -> [SeriesID] {
        let result: Result<[SeriesID], StorageError> = state.withLock { state in
            let tenant = tenantNumber(tenant, in: &state)
            var numbers: [SeriesID] = []
            numbers.reserveCapacity(labelSets.count)
            return labelSets.bytes.withUnsafeBytes { bytes in
                for position in 0..<labelSets.count {
                    let encoded = UnsafeRawBufferPointer(rebasing: bytes[labelSets.range(at: position)])
                    let fingerprint = fingerprint(of: encoded, tenant, state)
                    if let known = state.numbers[fingerprint] {
                        numbers.append(SeriesID(known))
                        continue
                    }
                    let number = SeriesID(state.entries.count)
                    if let refusal = refusal(of: encoded, tenant, &state) { return .failure(refusal) }
                    add(number, kind: kinds[position], encoded, fingerprint, tenant, .given, in: &state)
                    numbers.append(number)
                }
                return .success(numbers)
            }
        }
        return try result.get()
    }

    /// Those of the series that no durable definition exists of yet, each once; nil when there are none.
    func definitions(of numbers: [SeriesID], tenant: Tenant) -> TableBatch? {
        state.withLock { state in
            var undefined: [SeriesID] = []
            for number in numbers where state.entries[Int(number)].stage == .given { undefined.append(number) }
            guard !undefined.isEmpty else { return nil }
            undefined.sort()
            var labels = BytesVector()
            var kinds: [UInt8] = []
            var kept: [SeriesID] = []
            for number in undefined where kept.last != number {
                kept.append(number)
                kinds.append(state.entries[Int(number)].kind.rawValue)
                labels.append(Self.encodedLabels(of: state.entries[Int(number)], state))
            }
            return SeriesDefinitionLayout.batch(numbers: kept, kinds: kinds, labels: labels, tenant: tenant)
        }
    }

    /// Definitions are durable, found in the journal or in a part. The same one may come more than once.
    /// - Throws: `.corrupt` for a label set that is not one; those before it are defined then.
    func define(_ numbers: [SeriesID], kinds: [UInt8], labels: BytesVector, tenant: Tenant) throws(StorageError) {
        let failure: StorageError? = state.withLock { state in
            let tenant = tenantNumber(tenant, in: &state)
            return labels.bytes.withUnsafeBytes { bytes in
                for (row, number) in numbers.enumerated() {
                    if Int(number) < state.entries.count, state.entries[Int(number)].stage != .unknown {
                        state.entries[Int(number)].stage = .defined
                        continue
                    }
                    let encoded = UnsafeRawBufferPointer(rebasing: bytes[labels.range(at: row)])
                    guard let kind = SeriesKind(rawValue: kinds[row]), CanonicalLabels.count(encoded) ?? .max <= Int(UInt16.max),
                        number < .max - 1, state.tenants[tenant].table.hasRoom(for: encoded.count)
                    else { return StorageError(code: .corrupt, message: "cannot define series \(number): its definition is malformed") }
                    add(number, kind: kind, encoded, fingerprint(of: encoded, tenant, state), tenant, .defined, in: &state)
                }
                return nil
            }
        }
        if let failure { throw failure }
    }

    /// Series of a tenant have samples now. At start that may be known before their definitions are.
    /// - Parameters: one a sample each; any order.
    func noteSamples(_ series: [SeriesID], _ times: [Int64], tenant: Tenant) {
        guard let largest = series.max() else { return }
        state.withLock { state in
            while state.entries.count <= Int(largest) { state.entries.append(Entry()) }
            var newest = Int64.min
            state.entries.withUnsafeMutableBufferPointer { entries in
                for row in 0..<min(series.count, times.count) {
                    let number = Int(series[row])
                    if entries[number].lastTime < times[row] { entries[number].lastTime = times[row] }
                    newest = max(newest, times[row])
                }
            }
            let number = tenantNumber(tenant, in: &state)
            state.tenants[number].newest = max(state.tenants[number].newest, newest)
        }
    }

    /// Time of the tenant's newest sample; nil when there is none.
    func newestSample(of tenant: Tenant) -> Int64? {
        state.withLock { state in
            guard let number = state.tenantNumbers[tenant], state.tenants[number].newest != .min else { return nil }
            return state.tenants[number].newest
        }
    }

    /// What a series means where many are read: its place in parts, and whether the last of several rows at one time stands for all.
    func traits(of numbers: some Collection<SeriesID>) -> [(rank: SeriesRank, isSampled: Bool)] {
        state.withLock { state in
            numbers.map { number in
                guard Int(number) < state.entries.count else { return (SeriesRank(metric: 0, series: number), false) }
                let entry = state.entries[Int(number)]
                return (SeriesRank(metric: entry.metric, series: number), entry.kind == .sampled && entry.stage != .unknown)
            }
        }
    }

    private func tenantNumber(_ tenant: Tenant, in state: inout State) -> Int {
        if let known = state.tenantNumbers[tenant] { return known }
        state.tenants.append(TenantSeries(fingerprint: key.fingerprint(of: Array(tenant.description.utf8))))
        state.tenantNumbers[tenant] = state.tenants.count - 1
        return state.tenants.count - 1
    }

    private func fingerprint(of encoded: UnsafeRawBufferPointer, _ tenant: Int, _ state: State) -> Fingerprint {
        let labels = key.fingerprint(of: encoded)
        let name = state.tenants[tenant].fingerprint
        return Fingerprint(high: labels.high ^ name.high, low: labels.low ^ name.low)
    }

    private func refusal(of encoded: UnsafeRawBufferPointer, _ tenant: Int, _ state: inout State) -> StorageError? {
        guard let count = CanonicalLabels.count(encoded), count <= Int(UInt16.max) else {
            return StorageError(code: .corrupt, message: "cannot add a series: its labels are malformed")
        }
        guard state.tenants[tenant].series.count < seriesMax, state.entries.count < Int(SeriesID.max) - 1,
            state.tenants[tenant].table.hasRoom(for: encoded.count)
        else {
            refusedSeries.add(1, ordering: .relaxed)
            let name = LabelSet(validating: encoded)?[LabelSet.metricName] ?? "?"
            let growth = state.tenants[tenant].growth ?? SeriesGrowth(ofTenant: tenant, state)
            state.tenants[tenant].growth = growth
            return StorageError(
                code: .limit, message: "cannot add metric \(name): the tenant has \(state.tenants[tenant].series.count) series already; \(growth.text)")
        }
        return nil
    }

    /// - Precondition: the labels are well formed and no more than 65,535.
    private func add(
        _ number: SeriesID, kind: SeriesKind, _ encoded: UnsafeRawBufferPointer, _ fingerprint: Fingerprint, _ tenant: Int,
        _ stage: Entry.Stage, in state: inout State
    ) {
        while state.entries.count <= Int(number) { state.entries.append(Entry()) }
        let (labels, metric) = addLabels(encoded, of: number, to: &state.tenants[tenant])
        state.entries[Int(number)] = Entry(
            lastTime: state.entries[Int(number)].lastTime, firstLabel: UInt32(labels.lowerBound), tenant: UInt32(tenant), metric: metric,
            labelCount: UInt16(labels.count), kind: kind, stage: stage)
        if state.numbers[fingerprint] == nil { state.numbers.insert(fingerprint, as: Int(number)) }
    }

    /// The tenant comes as one `inout`, because reaching into it label by label costs a fifth of all.
    /// - Returns: where in its label lists the series has its own, and the hash of its metric's name.
    private func addLabels(
        _ encoded: UnsafeRawBufferPointer, of number: SeriesID, to series: inout TenantSeries
    ) -> (labels: Range<Int>, metric: UInt32) {
        let firstLabel = series.labelLists.count
        var walk = CanonicalLabels(encoded)
        var metric: UInt32 = 0
        var guesses = series.lastLabels
        while let label = walk.next() {
            if label.name.count == Self.metricName.count, label.name.elementsEqual(Self.metricName) {
                metric = UInt32(truncatingIfNeeded: Checksum.xxh3(label.value))
            }
            let guess = guesses.isEmpty ? nil : series.labelLists[guesses.removeFirst()]
            let id: UInt32
            if let guess, series.table.isText(label.whole, of: guess) {
                id = guess
            } else {
                let hash = UInt32(truncatingIfNeeded: key.fingerprint(of: label.whole).low)
                id = series.table.number(of: label, hash: hash, like: guess)
            }
            series.table.add(number, to: id)
            series.labelLists.append(id)
        }
        series.lastLabels = firstLabel..<series.labelLists.count
        LabelTable.insert(number, into: &series.series)
        return (series.lastLabels, metric)
    }

    static func labelIDs(of entry: Entry, _ state: State) -> ArraySlice<UInt32> {
        let first = Int(entry.firstLabel)
        return state.tenants[Int(entry.tenant)].labelLists[first..<first + Int(entry.labelCount)]
    }

    static func encodedLabels(of entry: Entry, _ state: State) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(Int(entry.labelCount) * 24)
        for label in labelIDs(of: entry, state) { encoded.append(contentsOf: state.tenants[Int(entry.tenant)].table.text(of: label)) }
        return encoded
    }
}
