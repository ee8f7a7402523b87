import Platform

/// What a question gets to work with: the program to ask, how much to send, and a place for its data.
struct Bench: Sendable {
    let program: Program
    let size: Size
    let seed: UInt64
    /// Of the soak, where it is not its size that says.
    let soakSeconds: Int?
    /// Empty at first; removed when the question is answered.
    let folder: String
    /// Where the load's time ends: a full minute, a few minutes ago, so that nothing of it is in the future.
    let end: Int64

    /// A server on a fresh folder, ready.
    func startedServer() throws -> ServerProcess {
        try ServerProcess(program, folder: folder)
    }

    /// The same, for one form of several.
    func startedServer(for form: String) throws -> ServerProcess {
        try ServerProcess(program, folder: folder + "/" + String(form.map { $0.isLetter || $0.isNumber ? $0 : "-" }))
    }
}
