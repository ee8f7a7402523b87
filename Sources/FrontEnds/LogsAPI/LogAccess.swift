import AWSProtocol
package import Platform
package import SignalModel

/// What the operations on logs need from the rest of the server.
package struct LogAccess: Sendable {
    let directory: any LogDirectory
    let reader: any LogReader
    let writer: any LogWriter
    let committer: any BatchCommitter
    let clock: any TimeSource
    let random: RandomSource
    let configuration: LogsConfiguration
    let streamNames: StreamNames

    package init(
        directory: any LogDirectory, reader: any LogReader, writer: any LogWriter, committer: any BatchCommitter, clock: any TimeSource,
        random: RandomSource, configuration: LogsConfiguration = LogsConfiguration()
    ) {
        self.directory = directory
        self.reader = reader
        self.writer = writer
        self.committer = committer
        self.clock = clock
        self.random = random
        self.configuration = configuration
        streamNames = StreamNames(directory: directory)
    }

    func readBudget() -> QueryBudget {
        QueryBudget(clock: clock, seconds: configuration.readSeconds, bytesMax: configuration.readBytesMax, memory: configuration.memory)
    }

    func group(_ name: String, of tenant: Tenant) async throws -> LogGroup {
        guard let group = try await directory.group(named: name, of: tenant) else { throw AWSError.missingGroup() }
        return group
    }

    func stream(_ name: String, in group: LogGroup, of tenant: Tenant) async throws -> LogStreamEntry {
        guard let stream = try await directory.stream(named: name, in: group, of: tenant) else { throw AWSError.missingStream() }
        return stream
    }

    /// Every stream of a group whose name begins with `prefix`, by name.
    func streams(in group: LogGroup, of tenant: Tenant, prefix: String = "") async throws -> [LogStreamEntry] {
        var all: [LogStreamEntry] = []
        while true {
            let page = try await directory.streams(
                in: group, of: tenant, prefix: prefix, after: all.last?.name, limit: Limits.directoryPage)
            all += page
            if page.count < Limits.directoryPage { return all }
        }
    }
}
