import Bytes
package import Platform
package import SignalModel
import Synchronization

// The index as a file in the form in which it is asked, so that a start need not build it anew from a million definitions. The
// definitions in parts stay the truth: a file that is not there, or cannot be read, costs time alone.
//
// Numbers are never given twice and definitions never change, so a file of any age is right about the series that it has: what came
// later is read from parts and the journal as ever. Layout: `Documentation/Formats/series.md`.

extension SeriesIndex {
    /// "GWSERI1" and a zero.
    private static let magic: UInt64 = 0x0031_4952_4553_5747
    /// Fewer are built as quickly as they are read.
    package static let storedMin = 20_000

    var storedCount: Int { state.withLock { $0.storedCount } }

    /// Writes it, unless there are few series or the file has them all. For who stops: nothing may be added meanwhile.
    /// - Parameter countMin: fewer series are not worth a file.
    /// - Returns: whether it was written.
    /// - Throws: what the file system throws; the file that was there stays.
    @discardableResult
    package func store(at path: String, in files: any FileSystem, countMin: Int = storedMin) throws(FileError) -> Bool {
        let state = state.withLock { $0 }
        guard state.entries.count >= countMin, state.entries.count > state.storedCount else { return false }
        let draft = path + ".new"
        if files.exists(draft) { try files.remove(draft) }
        do throws(FileError) {
            var writer = try ArrayFileWriter(try files.open(draft, .create), magic: Self.magic)
            try append(state, to: &writer)
            try writer.finish()
        } catch {
            do throws(FileError) { try files.remove(draft) } catch {}  // the next attempt removes it first
            throw error
        }
        try files.rename(draft, to: path)
        return true
    }

    private func append(_ state: State, to writer: inout ArrayFileWriter) throws(FileError) {
        try writer.append(key.secret)
        var names = ByteWriter()
        for tenant in state.tenantNumbers.sorted(by: { $0.value < $1.value }).map(\.key) {
            names.append(lengthPrefixed: tenant.account.utf8)
            names.append(lengthPrefixed: tenant.region.utf8)
        }
        try writer.append(names.bytes)
        try writer.append(state.entries.map(\.firstLabel))
        try writer.append(state.entries.map(\.tenant))
        try writer.append(state.entries.map(\.metric))
        try writer.append(state.entries.map(\.labelCount))
        try writer.append(state.entries.map { $0.kind.rawValue })
        try writer.append(state.entries.map { $0.stage.rawValue })
        try writer.append(state.numbers.fingerprints)
        try writer.append(state.numbers.slots)
        for tenant in state.tenants {
            try writer.append(tenant.labelLists)
            try writer.append(tenant.series)
            try tenant.table.append(to: &writer)
        }
    }

    /// The index that was stored; nil when there is none.
    /// - Parameter seriesMax: as for a new one.
    /// - Throws: `.corrupt` when the file is damaged or of a later version, `.inputOutput`: make a new one then.
    package static func stored(at path: String, in files: any FileSystem, seriesMax: Int) throws(StorageError) -> SeriesIndex? {
        let file: any File
        do throws(FileError) { file = try files.open(path, .read) } catch {
            guard error.code == .notFound else { throw StorageError(code: .inputOutput, message: error.message) }
            return nil
        }
        var reader = try ArrayFileReader(file, magic: magic)
        guard let key = FingerprintKey(secret: try reader.next(UInt8.self)) else { throw ArrayFileReader.corrupt("its key is too short") }
        var state = State()
        for tenant in try tenants(in: try reader.next(UInt8.self)) {
            state.tenantNumbers[tenant] = state.tenants.count
            state.tenants.append(TenantSeries(fingerprint: key.fingerprint(of: Array(tenant.description.utf8))))
        }
        state.entries = try entries(&reader, tenantCount: state.tenants.count)
        guard let numbers = FingerprintTable(fingerprints: try reader.next(Fingerprint.self), slots: try reader.next(UInt32.self)) else {
            throw ArrayFileReader.corrupt("its fingerprints do not fit")
        }
        state.numbers = numbers
        for number in state.tenants.indices {
            state.tenants[number].labelLists = try reader.next(UInt32.self)
            state.tenants[number].series = try reader.next(UInt32.self)
            state.tenants[number].table = try LabelTable(&reader)
        }
        try reader.expectEnd()
        state.storedCount = state.entries.count
        return SeriesIndex(key: key, seriesMax: seriesMax, state: state)
    }

    private static func tenants(in bytes: [UInt8]) throws(StorageError) -> [Tenant] {
        try decoding("stored tenants", bytes[...]) { reader throws(BytesError) in
            var tenants: [Tenant] = []
            while !reader.isAtEnd {
                let account = String(decoding: try reader.lengthPrefixed(), as: UTF8.self)
                tenants.append(Tenant(account: account, region: String(decoding: try reader.lengthPrefixed(), as: UTF8.self)))
            }
            return tenants
        }
    }

    private static func entries(_ reader: inout ArrayFileReader, tenantCount: Int) throws(StorageError) -> [Entry] {
        let firstLabels = try reader.next(UInt32.self)
        let count = firstLabels.count
        let tenants = try reader.next(UInt32.self, count: count), metrics = try reader.next(UInt32.self, count: count)
        let labelCounts = try reader.next(UInt16.self, count: count)
        let kinds = try reader.next(UInt8.self, count: count), stages = try reader.next(UInt8.self, count: count)
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for number in 0..<count {
            guard let kind = SeriesKind(rawValue: kinds[number]), let stage = Entry.Stage(rawValue: stages[number]),
                stage == .unknown || tenants[number] < tenantCount
            else { throw ArrayFileReader.corrupt("series \(number) does not make sense") }
            entries.append(
                Entry(
                    firstLabel: firstLabels[number], tenant: tenants[number], metric: metrics[number], labelCount: labelCounts[number],
                    kind: kind, stage: stage))
        }
        return entries
    }
}
