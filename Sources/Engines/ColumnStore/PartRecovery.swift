import Platform
import SignalModel

/// Opens the parts that the manifest lists and tells the layouts about their blocks. What cannot be read is set aside.
struct PartRecovery {
    private let context: StoreContext
    private var files: StoreFiles { context.files }

    init(_ context: StoreContext) { self.context = context }

    /// - Returns: the parts that can be read; `manifest` lists only these afterwards.
    func open(_ manifest: inout ManifestFile) throws(StorageError) -> [Part] {
        var parts: [Part] = []
        for entry in manifest.current.parts {
            do throws(StorageError) {
                let part = try open(entry)
                try announce(part)
                parts.append(part)
            } catch {
                guard error.code == .corrupt else { throw error }
                try setAside(entry, why: error.message)
            }
        }
        if parts.count < manifest.current.parts.count {
            var next = manifest.current
            let readable = Set(parts.map(\.number))
            next.parts.removeAll { !readable.contains($0.number) }
            try manifest.replace(by: next)
        }
        return parts
    }

    private func open(_ entry: Manifest.Entry) throws(StorageError) -> Part {
        let file: any File
        do throws(FileError) {
            file = try files.system.open(files.part(entry.number), .read)
        } catch {
            guard error.code == .notFound else { throw StorageError(error) }
            throw .corrupt("part \(entry.number)", "its file is not there")
        }
        let index = try PartFormats.index(of: entry.number, file: file, cipher: context.cipher)
        guard index.table == entry.table, index.partition == entry.partition else {
            throw .corrupt("part \(entry.number)", "it is of another table or partition than the manifest says")
        }
        return Part(index, order: entry.order, damaged: Set(entry.damaged.map(Int.init)), context: context)
    }

    private func announce(_ part: Part) throws(StorageError) {
        let layout = try context.layout(of: part.table)
        let damaged = part.damagedBlocks
        for place in part.headers.indices where !damaged.contains(place) && !part.headers.isKeyGone(place) {
            do throws(StorageError) {
                try layout.didFind(part.block(at: place, memory: nil))
            } catch {
                switch error.code {
                case .corrupt: part.setAside(place, why: error.message)
                case .keyGone: break
                default: throw error
                }
            }
        }
    }

    /// Moves the file, if there is one, to where a person can look at it, before the manifest forgets it.
    private func setAside(_ entry: Manifest.Entry, why: String) throws(StorageError) {
        let (path, target) = (files.part(entry.number), files.damagedPart(entry.number))
        try onDisk { () throws(FileError) in
            guard files.system.exists(path) else { return }
            try files.system.rename(path, to: target)
            try files.system.syncDirectory(files.damaged)
            try files.system.syncDirectory(files.parts)
        }
        context.report(.partDamaged(part: entry.number, why: why))
    }
}
