package import Platform
import Synchronization

/// A file system in memory that keeps what is synced apart from what is not, and fails where it is told to.
///
///     let disk = SimulatedFileSystem(directories: ["/data"])
///     …write through it…
///     let later = disk.afterPowerLoss(seed: 7)         // a new one: synced bytes whole, unsynced ones as luck has it
///
/// Strict as POSIX allows: a new file's name, a rename and a removal last only after `syncDirectory` of the parent, whatever was
/// done to the file itself.
package final class SimulatedFileSystem: FileSystem {
    struct State: Sendable {
        var disk = SimulatedDisk()
        var random: SeededRandom
        var capacityBytes = 1 << 40
        var fault: (kind: Fault, call: Int)?
        var calls = 0
        var callsConcerned = 0
        var hasMetFault = false
        var isOff = false

        /// Counts the call, and says which fault it is to meet.
        /// - Throws: when the power is off, or at a fault that is the same for all calls; nothing has been done then.
        mutating func meet(_ call: Fault.Call, _ verb: String, _ path: String) throws(FileError) -> Fault? {
            if isOff { throw FileError(code: .inputOutput, message: "cannot \(verb) \(path): the power is off") }
            calls += 1
            guard let fault, fault.kind.concerns(call) else { return nil }
            callsConcerned += 1
            guard callsConcerned == fault.call else { return nil }
            hasMetFault = true
            isOff = fault.kind == .powerLoss
            let isSync = call == .sync || call == .syncDirectory
            if fault.kind == .noSpace { throw FileError(code: .noSpace, message: "cannot \(verb) \(path): no space left") }
            if fault.kind == .inputOutput, !isSync { throw Self.inputOutput(verb, path) }
            return fault.kind
        }

        static func inputOutput(_ verb: String, _ path: String) -> FileError {
            FileError(code: .inputOutput, message: "cannot \(verb) \(path): input/output error")
        }

        static func powerLoss(_ verb: String, _ path: String) -> FileError {
            FileError(code: .inputOutput, message: "cannot \(verb) \(path): the power went")
        }
    }

    let state: Mutex<State>
    private let seed: UInt64

    /// - Parameter directories: there and durable from the start, with their parents.
    package convenience init(directories: [String] = [], seed: UInt64 = 1) {
        self.init(State(random: SeededRandom(seed: seed)), seed: seed)
        for directory in directories {
            do { try createDirectory(directory) } catch { preconditionFailure(error.message) }
        }
        state.withLock { $0.disk.syncEverything() }
    }

    private init(_ state: State, seed: UInt64) {
        self.state = Mutex(state)
        self.seed = seed
    }

    /// The same files, synced and unsynced, with its own counters and power. Open files stay with the original.
    package func copy(seed: UInt64 = 1, fault: Fault? = nil, atCall call: Int = 1) -> SimulatedFileSystem {
        var copied = State(random: SeededRandom(seed: seed))
        (copied.disk, copied.capacityBytes) = state.withLock { ($0.disk, $0.capacityBytes) }
        copied.fault = fault.map { ($0, call) }
        return SimulatedFileSystem(copied, seed: seed)
    }

    /// A healthy disk with what a power loss at this moment might leave. What was never synced may be whole, absent or torn.
    package func afterPowerLoss(seed: UInt64) -> SimulatedFileSystem {
        var random = SeededRandom(seed: seed)
        var left = State(random: random)
        (left.disk, left.capacityBytes) = state.withLock { ($0.disk.afterPowerLoss(using: &random), $0.capacityBytes) }
        return SimulatedFileSystem(left, seed: seed)
    }

    /// A healthy disk as the next start of the program finds it: everything written if only the program died, less if the power went.
    package func afterRestart() -> SimulatedFileSystem {
        state.withLock(\.isOff) ? afterPowerLoss(seed: seed) : copy(seed: seed)
    }

    /// Damages one bit of a file, on the medium.
    package func flipBit(_ bit: Int, ofByte offset: Int, in path: String) throws(FileError) {
        try change { state throws(FileError) in
            guard let node = state.disk.file(at: path) else { throw Self.missing("damage", path) }
            state.disk.withFile(node) { $0.flipBit(bit, ofByte: offset) }
        }
    }

    /// All files together may not grow beyond this; then writes fail with `.noSpace`.
    package func limitCapacity(to bytes: Int) { state.withLock { $0.capacityBytes = bytes } }

    /// Calls so far, apart from `exists`.
    package var calls: Int { state.withLock(\.calls) }
    /// Calls so far that the planned fault could have met.
    package var callsConcerned: Int { state.withLock(\.callsConcerned) }
    package var hasMetFault: Bool { state.withLock(\.hasMetFault) }

    package func open(_ path: String, _ mode: FileMode) throws(FileError) -> any File {
        let verb = mode == .create ? "create" : "open"
        let node = try change { state throws(FileError) -> Int in
            let fault = try state.meet(mode == .create ? .create : .open, verb, path)
            guard mode == .create else {
                guard let node = state.disk.file(at: path) else {
                    if state.disk.node(at: path) == nil { throw Self.missing(verb, path) }
                    throw FileError(code: .other(21), message: "cannot \(verb) \(path): is a directory")
                }
                return node
            }
            guard let (directory, name) = state.disk.place(of: path) else { throw Self.missing(verb, path) }
            guard state.disk.node(at: path) == nil else { throw Self.taken(verb, path) }
            let node = state.disk.createFile(name, in: directory)
            if fault == .powerLoss { throw State.powerLoss(verb, path) }
            return node
        }
        return SimulatedFile(system: self, node: node, path: path, isWritable: mode != .read)
    }

    package func createDirectory(_ path: String) throws(FileError) {
        try change { state throws(FileError) in
            let fault = try state.meet(.createDirectory, "create directory", path)
            var parent = ""
            for name in path.split(separator: "/").map(String.init) {
                let directory = state.disk.directory(at: parent)!
                parent += "/" + name
                if state.disk.file(at: parent) != nil { throw Self.taken("create directory", path) }
                if state.disk.directory(at: parent) == nil { state.disk.createDirectory(name, in: directory) }
            }
            if fault == .powerLoss { throw State.powerLoss("create directory", path) }
        }
    }

    package func list(_ directory: String) throws(FileError) -> [String] {
        try change { state throws(FileError) in
            _ = try state.meet(.list, "list", directory)
            guard let node = state.disk.directory(at: directory) else { throw Self.missing("list", directory) }
            return state.disk.entries(of: node)
        }
    }

    package func rename(_ path: String, to target: String) throws(FileError) {
        try change { state throws(FileError) in
            let fault = try state.meet(.rename, "rename", path)
            guard let node = state.disk.node(at: path), let from = state.disk.place(of: path), let to = state.disk.place(of: target)
            else { throw Self.missing("rename", "\(path) to \(target)") }
            if let replaced = state.disk.directory(at: target), !state.disk.entries(of: replaced).isEmpty {
                throw Self.taken("rename", "\(path) to \(target)")
            }
            if from != to { state.disk.rename(node, from: from, to: to) }
            if fault == .powerLoss { throw State.powerLoss("rename", path) }
        }
    }

    package func remove(_ path: String) throws(FileError) {
        try change { state throws(FileError) in
            let fault = try state.meet(.remove, "remove", path)
            guard state.disk.node(at: path) != nil, let (directory, name) = state.disk.place(of: path) else {
                throw Self.missing("remove", path)
            }
            if let node = state.disk.directory(at: path), !state.disk.entries(of: node).isEmpty {
                throw FileError(code: .exists, message: "cannot remove directory \(path): directory not empty")
            }
            state.disk.remove(name, from: directory)
            if fault == .powerLoss { throw State.powerLoss("remove", path) }
        }
    }

    package func syncDirectory(_ path: String) throws(FileError) {
        try change { state throws(FileError) in
            let fault = try state.meet(.syncDirectory, "sync directory", path)
            guard let node = state.disk.directory(at: path) else { throw Self.missing("sync directory", path) }
            switch fault {
            case .powerLoss: throw State.powerLoss("sync directory", path)
            case .lyingSync: return
            case .inputOutput:
                state.disk.failSyncDirectory(node, using: &state.random)
                throw State.inputOutput("sync directory", path)
            default: state.disk.syncDirectory(node)
            }
        }
    }

    package func exists(_ path: String) -> Bool { state.withLock { !$0.isOff && $0.disk.node(at: path) != nil } }

    package func freeBytes(at path: String) throws(FileError) -> Int {
        try change { state throws(FileError) in
            _ = try state.meet(.freeBytes, "ask for free space at", path)
            guard state.disk.node(at: path) != nil else { throw Self.missing("ask for free space at", path) }
            return max(0, state.capacityBytes - state.disk.usedBytes)
        }
    }

    func change<Result: Sendable>(_ body: (inout State) throws(FileError) -> Result) throws(FileError) -> Result {
        try state.withLock { (state) throws(FileError) in try body(&state) }
    }

    private static func missing(_ verb: String, _ path: String) -> FileError {
        FileError(code: .notFound, message: "cannot \(verb) \(path): no such file or directory")
    }

    private static func taken(_ verb: String, _ path: String) -> FileError {
        FileError(code: .exists, message: "cannot \(verb) \(path): file exists")
    }
}

extension SimulatedFileSystem: CustomStringConvertible {
    /// How to come back to this run: "powerLoss at call 17, seed 3".
    package var description: String {
        guard let fault = state.withLock(\.fault) else { return "no fault, seed \(seed)" }
        return "\(fault.kind.rawValue) at call \(fault.call), seed \(seed)"
    }
}
