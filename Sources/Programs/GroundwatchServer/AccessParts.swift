import Access
import Catalog
import ConsoleAPI
import Platform

/// Everything that knows who may come in, made once at start.
struct AccessParts: Sendable {
    let gate: Gate
    let session: SessionAPI
    let upkeep: AccessUpkeep
    let passwords: PasswordChecker

    /// - Throws: `Settings.Invalid` for an address that others reach while there are no credentials; what the catalog and the key file say.
    init(
        _ configuration: ServerConfiguration, storage: Storage, time: any TimeSource, random: RandomSource, log: Log
    ) async throws {
        let exposed = configuration.exposedAddresses
        let book = AccessBook(
            catalog: storage.catalog, keyFile: SealingKeyFile(directory: configuration.dataDirectory), random: random)
        let credentials = try await Credentials(book: book, isAlwaysGuarded: configuration.isAlwaysGuarded || !exposed.isEmpty)
        if let address = exposed.first, credentials.isEmpty { throw Self.refusal(address, configuration.dataDirectory) }
        let sessions = try await SessionBook(
            catalog: storage.catalog, credentials: credentials, lengths: configuration.sessionLengths, random: random)
        passwords = PasswordChecker()
        gate = Gate(credentials: credentials, sessions: sessions)
        session = SessionAPI(
            credentials: credentials, sessions: sessions,
            signIn: SignIn(credentials: credentials, book: book, sessions: sessions, passwords: passwords), authentication: gate,
            secondsMax: configuration.sessionLengths.secondsMax, region: configuration.region, time: time, log: log.named("access"))
        upkeep = AccessUpkeep(credentials: credentials, sessions: sessions, time: time, log: log.named("access"))
    }

    private static func refusal(_ address: ServerConfiguration.Address, _ directory: String) -> Settings.Invalid {
        Settings.Invalid(
            message: """
                cannot listen on \(address): others could reach it, and there are no credentials to ask them for. Make some first:
                  groundwatch user add NAME --role admin --data \(directory)     somebody who signs in at the console
                  groundwatch key create --data \(directory)                     a key for AWS clients, Prometheus and other programs
                or listen on 127.0.0.1 only.
                """)
    }
}

extension ServerConfiguration {
    /// Every door has its line here, so that none is opened to others unnoticed.
    private func address(of door: Door) -> Address {
        switch door {
        case .edge: edge
        case .xray: xray
        case .prometheus: prometheus
        }
    }

    /// Those that are opened and that other machines may reach.
    var exposedAddresses: [Address] {
        Door.allCases.filter { $0 == .edge || doors.contains($0) }.map(address(of:)).filter { !$0.isLoopback }
    }
}
