import Synchronization
import WireFormats

/// Sends what a system tells, several calls at a time, each until it is taken.
struct TrafficSender: Sendable {
    private static let callsAtOnce = 8

    private let client: AWSClient
    private let say: @Sendable (String) -> Void
    /// What was refused already, so that each refusal is said once.
    private let refusals = Refusals()

    init(client: AWSClient, say: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.say = say
    }

    /// Returns when all of it is with the server. What the server refuses is left out, and said once a reason.
    /// - Throws: `CancellationError` only.
    func send(_ traffic: Traffic) async throws {
        try await inParallel(traffic.newStreams) { try await makeStream($0) }
        try await inParallel(traffic.metricCalls + traffic.documentCalls) { try await deliver($0) }
        try await inParallel(traffic.lineCalls) { stream, calls in
            for call in calls { try await deliver(call, to: stream) }
        }
    }

    private func makeStream(_ stream: Traffic.Stream) async throws {
        try await deliver(.logs("CreateLogStream", ["logGroupName": .text(stream.group), "logStreamName": .text(stream.name)]), to: stream)
    }

    /// - Parameter stream: where the call goes; it is made when it is not there, as when the server was given another directory.
    private func deliver(_ call: AWSCall, to stream: Traffic.Stream? = nil) async throws {
        do {
            do {
                try await client.send(call)
            } catch let error as DemonstrationError where error.code == .refused(reason: "ResourceNotFoundException") && stream != nil {
                guard let stream else { return }
                try await make(.logs("CreateLogGroup", ["logGroupName": .text(stream.group)]))
                try await make(.logs("CreateLogStream", ["logGroupName": .text(stream.group), "logStreamName": .text(stream.name)]))
                if call.operation != "CreateLogStream" { try await client.send(call) }
            }
        } catch let error as DemonstrationError {
            guard error.code != .refused(reason: "ResourceAlreadyExistsException") else { return }
            if refusals.isNew("\(call.operation) \(error.code)") { say(error.message) }
        }
    }

    /// Makes what may be there already.
    private func make(_ call: AWSCall) async throws {
        do {
            try await client.send(call)
        } catch let error as DemonstrationError where error.code == .refused(reason: "ResourceAlreadyExistsException") {}
    }

    /// A bounded number of tasks over all of `items`.
    private func inParallel<Item: Sendable>(_ items: [Item], _ work: @escaping @Sendable (Item) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, item) in items.enumerated() {
                if number >= Self.callsAtOnce { try await group.next() }
                group.addTask { try await work(item) }
            }
            try await group.waitForAll()
        }
    }
}

/// Which refusals were said.
private final class Refusals: Sendable {
    private let said = Mutex<Set<String>>([])
    func isNew(_ refusal: String) -> Bool { said.withLock { $0.insert(refusal).inserted } }
}
