import HTTPTransport
package import Platform
import SignalModel

/// `groundwatch demo eventpro`: the stage, then the story, told as it happens until the time is up or the task is cancelled.
package struct EventProDemo: Sendable {
    /// How often what happened is sent.
    private static let pauseNanoseconds: Int64 = 1_000_000_000
    /// No more than this is told at once, so that catching up after a long silence stays within bounds.
    private static let pieceNanoseconds: Int64 = 30_000_000_000

    private let options: Options
    private let time: any TimeSource
    private let say: @Sendable (String) -> Void

    package init(_ options: Options, time: any TimeSource, say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.time = time
        self.say = say
    }

    /// - Throws: `DemonstrationError` when the stage cannot be set.
    package func run() async throws {
        let http: HTTPClient
        do throws(HTTPTransportError) {
            http = try HTTPClient()
        } catch {
            throw DemonstrationError(code: .machine, message: error.message, cause: error)
        }
        do {
            try await perform(by: http)
        } catch is CancellationError {
            say("stopped")
        }
        await http.close()
    }

    private func perform(by http: HTTPClient) async throws {
        let client = AWSClient(endpoint: options.endpoint, http: http, time: time, say: say)
        let stage = Stage(client: client, say: say)
        say("setting up EventPro at \(options.endpoint.url("/"))")
        try await stage.makeGroups()
        let topicARN = try await stage.makeTopic()
        try await stage.makeAlarms(notifying: topicARN)
        guard let receiver = try pager(by: http) else {
            return try await tell(from: try await beginning(on: stage), by: TrafficSender(client: client, say: say))
        }
        let outcome: Result<Void, any Error>
        do {
            try await stage.subscribe(receiver.url, to: topicARN)
            outcome = .success(try await tell(from: try await beginning(on: stage), by: TrafficSender(client: client, say: say)))
        } catch {
            outcome = .failure(error)
        }
        await leave(stage, receiver, topicARN)
        try outcome.get()
    }

    /// Nobody is to be called when nobody is there any more. In a task of its own, which a cancelled one does not take along.
    private func leave(_ stage: Stage, _ receiver: AlarmReceiver, _ topicARN: String) async {
        await Task { [say] in
            do {
                try await stage.unsubscribe(receiver.url, from: topicARN)
            } catch {
                say("the subscription to alarms stays behind: \((error as? DemonstrationError)?.message ?? "\(error)")")
            }
        }.value
        await receiver.close()
    }

    /// Where the last run's story ends, or as far back as the history is to reach.
    private func beginning(on stage: Stage) async throws -> Timestamp {
        let now = time.wallNanoseconds
        let earliest = Timestamp(nanoseconds: now - options.historyMinutes * 60_000_000_000)
        guard let last = try await stage.lastEvent() else { return earliest }
        return min(max(earliest, last), Timestamp(nanoseconds: now))
    }

    private func tell(from start: Timestamp, by sender: TrafficSender) async throws {
        let live = Timestamp(nanoseconds: time.wallNanoseconds)
        var simulation = Simulation(seed: options.seed, start: start, live: live, speed: options.speed)
        let history = live.seconds(since: start)
        if history > 60 { say("sending the last \(Int(history / 60)) minutes") }
        var end: Int64?
        var isLive = false
        while true {
            let now = time.wallNanoseconds
            let target = min(now, simulation.now.nanoseconds + Self.pieceNanoseconds)
            try await sender.send(simulation.step(to: Timestamp(nanoseconds: target)))
            guard target == now else { continue }
            if !isLive {
                isLive = true
                end = options.seconds.map { now + $0 * 1_000_000_000 }
                say("live: a flash sale opens within \(Int(Demand.saleEverySeconds / 60)) minutes; see \(options.endpoint.url("/ui/"))")
            }
            if let end, now >= end { return say("done") }
            try await time.sleep(untilWall: now + Self.pauseNanoseconds)
        }
    }

    /// Nil when the server is elsewhere: it could not reach this machine's loopback.
    private func pager(by http: HTTPClient) throws(DemonstrationError) -> AlarmReceiver? {
        guard options.endpoint.isLoopback else {
            say("alarms are shown in the console only: the server is not on this machine")
            return nil
        }
        return try AlarmReceiver(endpoint: options.endpoint, time: time, say: say) { [say] url in
            do throws(HTTPTransportError) {
                let answer = try await http.send(HTTPClientRequest(url: url))
                if answer.status >= 300 { say("cannot confirm the subscription to alarms: the server answered \(answer.status)") }
            } catch {
                say("cannot confirm the subscription to alarms: \(error.message)")
            }
        }
    }
}
