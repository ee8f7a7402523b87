import Access
import Catalog
import GroundwatchServer
import Platform
import SignalModel
import WireFormats

/// What `groundwatch user` and `groundwatch key` share: the options, and the book of a data directory.
///
/// They write to the catalog itself, whether a server runs on it or not: who may write the directory's files may say who comes in, and
/// SQLite keeps two processes apart. A server that runs notices within a second.
struct AccessCommand {
    private var options: [String: String] = [:]
    private(set) var words: [String] = []
    private(set) var showsJSON = false

    /// - Parameter known: option to whether it has a value.
    init(_ arguments: [String], known: Set<String>) throws(AccessError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                words.append(argument)
                continue
            }
            if argument == "--json" {
                showsJSON = true
                continue
            }
            let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard known.contains(halves[0]) || halves[0] == "--data" else {
                let nearest = Settings.nearest(to: halves[0], among: known.sorted() + ["--data", "--json"])
                throw AccessError(code: .invalid, message: "cannot read \(halves[0]): there is no such option here; did you mean \(nearest)?")
            }
            guard let value = halves.count == 2 ? halves[1] : rest.popFirst() else {
                throw AccessError(code: .invalid, message: "cannot read \(halves[0]): it needs a value")
            }
            options[halves[0]] = value
        }
    }

    subscript(option: String) -> String? { options[option] }

    /// - Throws: `.invalid` unless there is exactly one word.
    func only(_ what: String) throws(AccessError) -> String {
        guard words.count == 1 else { throw AccessError(code: .invalid, message: "cannot go on: name one \(what)") }
        return words[0]
    }

    func role(default standard: Role) throws(AccessError) -> Role {
        guard let text = options["--role"] else { return standard }
        guard let role = Role(rawValue: text) else {
            throw AccessError(code: .invalid, message: "cannot read --role: \"\(text)\" is none of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }

    func account() throws(AccessError) -> String { try User.checked(account: options["--account"] ?? Tenant.openAccount) }

    /// Typed twice by a person, or the first line of standard input; never an argument, which every process can read.
    func password(for name: String) throws(AccessError) -> String {
        guard let password = Terminal.secretLine(prompt: "Password for \(name): ") else {
            throw AccessError(code: .invalid, message: "cannot read the password: standard input has no line of text")
        }
        if Terminal.isPresent, Terminal.secretLine(prompt: "Once more: ") != password {
            throw AccessError(code: .invalid, message: "cannot use the password: the two are not the same")
        }
        return try User.checked(password: password)
    }

    func withBook<Result>(_ body: (AccessBook) async throws -> Result) async throws -> Result {
        let directory = options["--data"] ?? Machine.environment["GROUNDWATCH_DATA"] ?? ServerConfiguration().dataDirectory
        try LinuxFileSystem().createDirectory(directory)
        let catalog = try Catalog.open(directory + "/catalog.db")
        defer { catalog.close() }
        return try await body(
            AccessBook(catalog: catalog, keyFile: SealingKeyFile(directory: directory), random: RandomSource()))
    }

    static var now: Timestamp { Timestamp(nanoseconds: SystemTime().wallNanoseconds) }

    /// A table for people, or one JSON object a line.
    func show(_ rows: [[(String, String)]]) {
        for row in rows {
            if showsJSON {
                print(String(decoding: JSON.encode(.textMap(row.map { ($0.0, $0.1) })), as: UTF8.self))
            } else {
                print(row.map(\.1).joined(separator: "\t"))
            }
        }
    }

    /// Runs a command and ends with what went wrong, if anything did.
    static func run(_ command: () async throws -> Void) async {
        do { try await command() } catch let error as AccessError {
            Command.fail(error.message, status: error.code == .invalid ? 2 : 1)
        } catch let error as CatalogError {
            Command.fail(error.message)
        } catch let error as FileError {
            Command.fail(error.message)
        } catch {
            Command.fail("\(error)")
        }
    }
}
