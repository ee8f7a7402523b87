import Glibc
import Platform
import Synchronization

/// The program under test, running: a process of its own, on a folder and a free port of its own.
///
///     let server = try ServerProcess(program, folder: folder)     // returns when it is ready
///     …
///     let before = server.account; …; let cost = server.account - before
///     try server.kill()                                           // or stop()
///     try server.start()
final class ServerProcess {
    private static let readySecondsMax = 60.0
    private static let stopSecondsMax = 60.0

    /// Those that run now, so that none outlives this program.
    private static let running = Mutex<Set<pid_t>>([])

    let program: Program
    let folder: String
    let port: UInt16
    private(set) var process: pid_t? {
        didSet {
            Self.running.withLock { running in
                if let oldValue { running.remove(oldValue) }
                if let process { running.insert(process) }
            }
        }
    }
    /// From the call that made the process to the first answer that it is ready.
    private(set) var secondsToReady = 0.0
    private let time = SystemTime()

    init(_ program: Program, folder: String) throws {
        self.program = program
        self.folder = folder
        port = try Self.freePort()
        try LinuxFileSystem().createDirectory(folder)
        try program.prepare(folder)
        try start()
    }

    deinit { try? kill() }  // a question that throws leaves no process behind

    var dataFolder: Folder { Folder(folder + "/data") }

    /// What the process has used until now.
    var account: ProcessAccount {
        get throws {
            guard let process else { throw BenchmarkError(.server, "cannot measure \(program.name): it does not run") }
            return try ProcessAccount(of: process)
        }
    }

    func start() throws {
        let begun = time.monotonicNanoseconds
        process = try spawn()
        while !isReady {
            try checkRunning()
            guard time.monotonicNanoseconds - begun < Int64(Self.readySecondsMax * 1e9) else {
                throw BenchmarkError(.server, "cannot use \(program.name): it was not ready within \(Self.readySecondsMax) s\n\(logTail)")
            }
            usleep(500)
        }
        secondsToReady = Double(time.monotonicNanoseconds - begun) / 1e9
    }

    /// How it ended when it was asked to.
    struct End {
        /// From the signal on.
        let seconds: Double
        /// Of its whole life, the ending included.
        let cpuSeconds: Double
    }

    /// Asks it to end and waits until it has.
    @discardableResult func stop() throws -> End {
        guard let process else { throw BenchmarkError(.server, "cannot stop \(program.name): it does not run") }
        let begun = time.monotonicNanoseconds
        Glibc.kill(process, SIGTERM)
        var status: Int32 = 0
        var used = rusage()
        while wait4(process, &status, WNOHANG, &used) == 0 {
            guard time.monotonicNanoseconds - begun < Int64(Self.stopSecondsMax * 1e9) else {
                throw BenchmarkError(.server, "cannot stop \(program.name): it ignores SIGTERM\n\(logTail)")
            }
            usleep(500)
        }
        self.process = nil
        guard status == 0 || !program.endsCleanly else {
            throw BenchmarkError(.server, "cannot trust \(program.name): it ended with status \(status)\n\(logTail)")
        }
        let cpuSeconds = [used.ru_utime, used.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return End(seconds: Double(time.monotonicNanoseconds - begun) / 1e9, cpuSeconds: cpuSeconds)
    }

    /// The plug is pulled: no handler of its own runs.
    func kill() throws {
        guard let process else { return }
        self.process = nil
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        guard waitpid(process, &status, 0) == process else { throw BenchmarkError(.machine, "cannot wait for \(program.name): \(errno)") }
    }

    /// For a program that was asked to end itself.
    static func killAll() {
        running.withLock { for process in $0 { Glibc.kill(process, SIGKILL) } }
    }

    /// Waits until it does nothing any more: what was sent is written out and merged.
    /// - Parameter secondsMax: after so long the rest is left uncounted.
    func settle(secondsMax: Double) throws {
        let deadline = time.monotonicNanoseconds + Int64(secondsMax * 1e9)
        var quiet = 0
        var last = try account.cpuSeconds
        while quiet < 2, time.monotonicNanoseconds < deadline {
            usleep(200_000)
            let now = try account.cpuSeconds
            quiet = now - last < 0.01 ? quiet + 1 : 0
            last = now
        }
    }

    private var isReady: Bool {
        guard let connection = try? Connection(port: port) else { return false }
        return (try? connection.exchange(Request(get: program.readyPath)))?.status == 200
    }

    private func checkRunning() throws {
        guard let process else { return }
        var status: Int32 = 0
        guard waitpid(process, &status, WNOHANG) == process else { return }
        self.process = nil
        throw BenchmarkError(.server, "cannot use \(program.name): it ended with status \(status) before it was ready\n\(logTail)")
    }

    // MARK: The process

    private var logPath: String { folder + "/server.log" }

    private func spawn() throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // No setting of the user's own may leak in.
        let environment = Machine.environment.filter { !$0.key.hasPrefix("GROUNDWATCH_") }.map { "\($0.key)=\($0.value)" }
        var process = pid_t()
        let failure = Self.withStrings([program.executable] + program.arguments(folder: folder, port: port)) { arguments in
            Self.withStrings(environment) { posix_spawn(&process, program.executable, &actions, nil, arguments, $0) }
        }
        guard failure == 0 else {
            throw BenchmarkError(.machine, "cannot start \(program.executable): \(String(cString: strerror(failure)))")
        }
        return process
    }

    /// The texts as C has them: an array of strings with a null at its end.
    private static func withStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let strings = texts.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        return strings.withUnsafeBufferPointer { body($0.baseAddress!) }
    }

    /// A port that nobody listens on now. Another program could take it before ours does; then the server says so.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failure = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) != 0 || getsockname(descriptor, $0, &length) != 0
            }
        }
        guard !failure else { throw BenchmarkError(.machine, "cannot find a free port: \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    private var logTail: String {
        guard let bytes = try? Folder.contents(of: logPath) else { return "" }
        return String(decoding: bytes.suffix(2_000), as: UTF8.self)
    }
}
