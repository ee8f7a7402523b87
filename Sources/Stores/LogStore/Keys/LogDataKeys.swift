package import Bytes
package import ColumnStore
package import Platform
package import SignalModel
import Synchronization

/// The data keys of log groups, each sealed under its group's key, and opened when it is first needed.
///
/// `keys/<number>.data`: `[8 B magic][8 B number][4 B group][varint length][name of the group's key][varint length][sealed data key]
/// [8 B XXH3 of all before]`. Rotation writes the file anew; a deleted group's file is overwritten and removed, and nothing that was
/// sealed with its key can be read again by anybody.
package final class LogDataKeys: DataKeyRing {
    private static let magic = "GWDKEY01"
    private static let suffix = ".data"

    private struct Entry {
        let group: UInt32
        var keyName: String
        var sealed: [UInt8]
        var opened: SecretKey?
    }

    private let folder: KeyFolder
    private let provider: any GroupKeyProvider
    private let random: RandomSource
    /// By the key's number.
    private let entries = Mutex<[UInt64: Entry]>([:])

    package init(directory: String, files: any FileSystem, provider: any GroupKeyProvider, random: RandomSource) throws(StorageError) {
        folder = try KeyFolder(directory: directory, files: files)
        self.provider = provider
        self.random = random
        var loaded: [UInt64: Entry] = [:]
        for (name, bytes) in try folder.contents(suffix: Self.suffix) {
            let (number, entry) = try KeyFile.read(bytes, magic: Self.magic, name) { reader throws(BytesError) in
                let number = try reader.uint64()
                let group = try reader.uint32()
                let keyName = try reader.text()
                return (number, Entry(group: group, keyName: keyName, sealed: Array(try reader.lengthPrefixed())))
            }
            loaded[number] = entry
        }
        entries.withLock { $0 = loaded }
    }

    // MARK: The engine asks

    package func key(_ id: DataKeyID) throws(StorageError) -> SecretKey {
        guard let entry = entries.withLock({ $0[id.number] }) else {
            throw StorageError(code: .keyGone, message: "cannot find data key \(id.number): its log group was deleted")
        }
        if let opened = entry.opened { return opened }
        let opened = try provider.open(entry.sealed, under: entry.keyName, context: Self.context(id.number, entry.group))
        entries.withLock { $0[id.number]?.opened = opened }
        return opened
    }

    // MARK: The directory of groups asks

    /// A new data key for a group. Durable when it returns.
    func make(for group: UInt32, under keyName: String) throws(StorageError) -> DataKeyID {
        guard let key = SecretKey(random.bytes(SecretKey.byteCount)) else { preconditionFailure("a key has 32 bytes") }
        // Drawn, not counted: the number of a key that was erased must not come again, or its rows would look damaged and not erased.
        var number = random.next()
        while entries.withLock({ $0[number] != nil }) { number = random.next() }
        let sealed = try provider.seal(key, under: keyName, context: Self.context(number, group))
        let entry = Entry(group: group, keyName: keyName, sealed: sealed, opened: key)
        try write(entry, number)
        entries.withLock { $0[number] = entry }
        return DataKeyID(number: number)
    }

    /// The data keys that a group has had, in no order.
    func all(ofGroup group: UInt32) -> [DataKeyID] {
        entries.withLock { $0.filter { $0.value.group == group }.map { DataKeyID(number: $0.key) } }
    }

    /// Seals a group's data keys again, under the newest version of its key or under another. Rows are not touched.
    func reseal(group: UInt32, under keyName: String? = nil) throws(StorageError) {
        for (number, entry) in entries.withLock({ $0.filter { $0.value.group == group } }) {
            let key = try self.key(DataKeyID(number: number))
            var changed = entry
            changed.keyName = keyName ?? entry.keyName
            changed.sealed = try provider.seal(key, under: changed.keyName, context: Self.context(number, group))
            changed.opened = key
            try write(changed, number)
            entries.withLock { $0[number] = changed }
        }
    }

    /// Forgets a group's data keys for ever. From here on nobody reads what they sealed, whatever the disk still holds.
    func erase(group: UInt32) throws(StorageError) {
        for number in entries.withLock({ $0.filter { $0.value.group == group }.map(\.key) }) {
            entries.withLock { $0[number] = nil }
            try folder.erase(Self.file(of: number))
        }
    }

    /// Erases what a crash left of groups that were deleted.
    func keepOnly(groups: Set<UInt32>) throws(StorageError) {
        for group in entries.withLock({ Set($0.values.map(\.group)) }).subtracting(groups) { try erase(group: group) }
    }

    // MARK: Files

    private func write(_ entry: Entry, _ number: UInt64) throws(StorageError) {
        var writer = ByteWriter()
        writer.append(uint64: number)
        writer.append(uint32: entry.group)
        writer.append(lengthPrefixed: entry.keyName.utf8)
        writer.append(lengthPrefixed: entry.sealed)
        try folder.write(KeyFile.bytes(writer.bytes, magic: Self.magic), as: Self.file(of: number))
    }

    private static func context(_ number: UInt64, _ group: UInt32) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(bytes: "groundwatch log data key".utf8)
        writer.append(uint64: number)
        writer.append(uint32: group)
        return writer.bytes
    }

    private static func file(of number: UInt64) -> String { String(number, radix: 16) + suffix }
}
