/// A server program that can be measured: ours, or a peer that speaks some of the same protocols.
struct Program: Sendable {
    enum Kind: Sendable { case groundwatch, moto }

    let kind: Kind
    let executable: String
    /// Answers 200 once the program serves.
    let readyPath: String

    var name: String {
        switch kind {
        case .groundwatch: "groundwatch"
        case .moto: "moto"
        }
    }

    static func groundwatch(_ executable: String) -> Program {
        Program(kind: .groundwatch, executable: executable, readyPath: "/health/ready")
    }

    /// The AWS emulator of PyPI's `moto[server]`. It keeps everything in memory.
    static func moto(_ executable: String) -> Program {
        Program(kind: .moto, executable: executable, readyPath: "/moto-api/data.json")
    }

    func arguments(folder: String, port: UInt16) -> [String] {
        switch kind {
        case .groundwatch: ["serve", "--data", folder + "/data", "--edge", "127.0.0.1:\(port)", "--doors", "edge"]
        case .moto: ["-H", "127.0.0.1", "-p", "\(port)"]
        }
    }

    /// Whether it ends with 0 when asked to, as a program should.
    var endsCleanly: Bool { kind == .groundwatch }

    /// Whether what it is sent is on disk.
    var keepsFiles: Bool { kind == .groundwatch }
}
