import Bytes
import Platform
import SignalModel
import Synchronization

/// The files of the journal and who may use them: the committer writes one after the other, sealing takes back those whose
/// rows all lie in parts and prepares the next. Their state is under one lock, no file is touched within it.
final class JournalFiles: Sendable {
    static let suffix = ".journal"
    private static let sparePrefix = "spare-"
    /// One to go on with, one just taken back; more would only hold space.
    private static let sparesMax = 2
    private static let zeros = [UInt8](repeating: 0, count: 1 << 20)

    private struct State {
        /// Of the file being written; 0 before the first.
        var generation: UInt64
        /// Full ones, oldest first, with the last sequence in each.
        var closed: [(generation: UInt64, last: UInt64)] = []
        /// Names of files to be used again.
        var spares: [String] = []
    }

    private let files: StoreFiles
    private let fileBytes: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - names: all files of the journal's directory.
    ///   - found: the generations among them, with the last sequence in each.
    init(_ files: StoreFiles, fileBytes: Int, names: [String], found: [(generation: UInt64, last: UInt64)]) {
        self.files = files
        self.fileBytes = fileBytes
        let spares = names.filter { $0.hasPrefix(Self.sparePrefix) }
        // A spare's name keeps the generation of its last use: none that any file still has bytes of is given again.
        let used = (names + spares.map { String($0.dropFirst(Self.sparePrefix.count)) }).compactMap(Self.generation)
        state = Mutex(State(generation: used.max() ?? 0, closed: found, spares: spares))
    }

    static func generation(_ name: String) -> UInt64? { StoreFiles.number(name, suffix: suffix) }
    static func name(_ generation: UInt64) -> String { Hex.encode(generation) + suffix }

    func path(_ generation: UInt64) -> String { files.journal + "/" + Self.name(generation) }

    /// Opens the next file to write; its name is durable.
    /// - Parameter last: the last sequence in the file written so far; nil when there is none.
    func advance(last: UInt64?) throws(FileError) -> (file: any File, generation: UInt64) {
        let (generation, spare) = state.withLock { state in
            if let last { state.closed.append((state.generation, last)) }
            state.generation += 1
            return (state.generation, state.spares.popLast())
        }
        let path = path(generation)
        let file: any File
        if let spare {
            try files.system.rename(files.journal + "/" + spare, to: path)
            file = try files.system.open(path, .update)
        } else {
            file = try files.system.open(path, .create)  // grows as it is written: slower, but there at once
        }
        try files.system.syncDirectory(files.journal)
        return (file, generation)
    }

    /// Takes back the closed files whose every record lies in a part.
    func release(sealedThrough: UInt64) throws(FileError) {
        let released = state.withLock { state in
            let released = state.closed.prefix { $0.last <= sealedThrough }.map(\.generation)
            state.closed.removeFirst(released.count)
            return released
        }
        for generation in released {
            let spare = Self.sparePrefix + Self.name(generation)
            if state.withLock({ $0.spares.count }) < Self.sparesMax {
                try files.system.rename(path(generation), to: files.journal + "/" + spare)
                state.withLock { $0.spares.append(spare) }
            } else {
                try files.system.remove(path(generation))
            }
        }
    }

    /// Files that are written no more and hold rows that lie in no part yet.
    var closedCount: Int { state.withLock { $0.closed.count } }

    /// The committer writes no more: its file is like the others.
    func close(last: UInt64) { state.withLock { $0.closed.append(($0.generation, last)) } }

    /// Something was committed, and the file after this one is not there yet.
    var wantsSpare: Bool { state.withLock { $0.generation > 0 && $0.spares.isEmpty } }

    /// Writes the next file full of zeros in advance: overwriting costs half of growing.
    /// - Returns: false when one is there already, or nothing was ever committed.
    func prepareSpare() throws(FileError) -> Bool {
        guard wantsSpare else { return false }
        let name = Self.sparePrefix + "new"
        let path = files.journal + "/" + name
        if files.system.exists(path) { try files.system.remove(path) }
        let file = try files.system.open(path, .create)
        for offset in stride(from: 0, to: fileBytes, by: Self.zeros.count) {
            let count = min(Self.zeros.count, fileBytes - offset)
            try file.write(count == Self.zeros.count ? Self.zeros : Array(Self.zeros[..<count]), at: offset)
        }
        try file.sync()
        state.withLock { $0.spares.append(name) }
        return true
    }
}
