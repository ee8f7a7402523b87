import Platform

/// A handle; like a real one it outlives the file's name.
final class SimulatedFile: File {
    private let system: SimulatedFileSystem
    private let node: Int
    private let path: String
    private let isWritable: Bool

    init(system: SimulatedFileSystem, node: Int, path: String, isWritable: Bool) {
        (self.system, self.node, self.path, self.isWritable) = (system, node, path, isWritable)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        nonisolated(unsafe) let buffer = buffer     // used within this call only
        return try system.change { state throws(FileError) in
            let fault = try state.meet(.read, "read", path)
            let bytes = state.disk.files[node]!.current.dropFirst(max(0, offset)).prefix(buffer.count)
            buffer.copyBytes(from: bytes)
            if fault == .bitFlip, !bytes.isEmpty {
                buffer[Int.random(in: 0..<bytes.count, using: &state.random)] ^= 1 << UInt8.random(in: 0..<8, using: &state.random)
            }
            return bytes.count
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        let bytes = Array(bytes)
        try system.change { state throws(FileError) in
            try checkWritable("write")
            let fault = try state.meet(.write, "write", path)
            let room = state.capacityBytes - state.disk.usedBytes
            let growth = offset + bytes.count - state.disk.files[node]!.current.count
            let isShort = fault == .shortWrite || growth > room
            let count = isShort ? Int.random(in: 0..<max(1, bytes.count), using: &state.random) : bytes.count
            state.disk.withFile(node) { $0.write(bytes.prefix(count), at: offset) }
            if isShort { throw FileError(code: .noSpace, message: "cannot write \(path): no space left") }
            if fault == .powerLoss { throw SimulatedFileSystem.State.powerLoss("write", path) }
        }
    }

    func sync() throws(FileError) {
        try system.change { state throws(FileError) in
            let fault = try state.meet(.sync, "sync", path)
            switch fault {
            case .powerLoss: throw SimulatedFileSystem.State.powerLoss("sync", path)
            case .lyingSync: return
            case .inputOutput:
                var random = state.random
                state.disk.withFile(node) { $0.failSync(using: &random) }
                state.random = random
                throw SimulatedFileSystem.State.inputOutput("sync", path)
            default: state.disk.withFile(node) { $0.sync() }
            }
        }
    }

    func size() throws(FileError) -> Int {
        try system.change { state throws(FileError) in
            _ = try state.meet(.size, "ask for the size of", path)
            return state.disk.files[node]!.current.count
        }
    }

    func truncate(to size: Int) throws(FileError) {
        try system.change { state throws(FileError) in
            try checkWritable("truncate")
            let fault = try state.meet(.truncate, "truncate", path)
            state.disk.withFile(node) { $0.truncate(to: size) }
            if fault == .powerLoss { throw SimulatedFileSystem.State.powerLoss("truncate", path) }
        }
    }

    private func checkWritable(_ verb: String) throws(FileError) {
        guard isWritable else { throw FileError(code: .other(9), message: "cannot \(verb) \(path): opened for reading") }
    }
}
