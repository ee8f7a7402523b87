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
        let client = AWSClient(endpoint: options.endpoint, credentials: options.credentials, http: http, time: time, say: say)
        let stage = Stage(client: client, say: say)
        say("setting up EventPro at \(options.endpoint.url("/"))")
        try await stage.makeGroups()
        try await stage.makeDashboard()
        let topicARN = try await stage.makeTopic()
        let sender = TrafficSender(client: client, say: say)
        guard let receiver = try pager(by: http) else {
            return try await tell(on: stage, topicARN, by: sender)
        }
        let outcome: Result<Void, any Error>
        do {
            try await stage.subscribe(receiver.url, to: topicARN)
            outcome = .success(try await tell(on: stage, topicARN, by: sender))
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
            } catch let error as DemonstrationError where error.code == .unavailable {
                // A server that has ended as well calls nobody; the next run finds its subscription again.
            } catch {
                say("the subscription to alarms stays behind: \(error)")
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

    /// The alarms are made when the history is there, so that they never judge a part of it.
    private func tell(on stage: Stage, _ topicARN: String, by sender: TrafficSender) async throws {
        let start = try await beginning(on: stage)
        let live = Timestamp(nanoseconds: time.wallNanoseconds)
        var sale = TicketSale(seed: options.seed, start: start, live: live, speed: options.speed)
        let history = live.seconds(since: start)
        if history > 60 { say("sending the last \(Int(history / 60)) minutes") }
        try await catchUp(&sale, by: sender)
        try await stage.makeAlarms(notifying: topicARN)

        let nextSale = Int(sale.demand.secondsToNextSale(from: sale.now).rounded())
        say("live; the next flash sale opens in \(nextSale) s; see it at \(options.endpoint.url("/ui/"))")
        let end = options.seconds.map { sale.now.nanoseconds + $0 * 1_000_000_000 } ?? .max
        while sale.now.nanoseconds < end {
            try await time.sleep(untilWall: sale.now.nanoseconds + Self.pauseNanoseconds)
            try await catchUp(&sale, by: sender)
        }
        say("done")
    }

    /// Plays and sends on to the present, in pieces.
    private func catchUp(_ sale: inout TicketSale, by sender: TrafficSender) async throws {
        while case let now = time.wallNanoseconds, sale.now.nanoseconds < now {
            let target = min(now, sale.now.nanoseconds + Self.pieceNanoseconds)
            try await sender.send(sale.step(to: Timestamp(nanoseconds: target)))
            if target == now { return }
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
