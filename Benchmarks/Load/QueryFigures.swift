/// What a query costs: how long its answer takes, and the server's processor time for it.
struct QueryFigures {
    let form: String
    /// How many, one after another on one connection.
    let count: Int
    var latencyAim: Figure.Aim?

    func measured(
        on server: ServerProcess, make: @escaping @Sendable (Int) -> Request, check: @escaping @Sendable (Int, Response) throws -> Void
    ) throws -> [Figure] {
        try measured(on: server) { number, conversation in
            let request = make(number)
            try check(number, try conversation.ask(request))
        }
    }

    func measured(on server: ServerProcess, _ body: @escaping @Sendable (Int, Conversation) throws -> Void) throws -> [Figure] {
        let before = try server.account
        let outcome = try Sender(port: server.port, connections: 1).hold(count, body)
        let seconds = try server.account.cpuSeconds - before.cpuSeconds
        return [
            Figure(form, "median", outcome.milliseconds(share: 0.5), .milliseconds, aim: latencyAim),
            Figure(form, "99 of 100", outcome.milliseconds(share: 0.99), .milliseconds),
            Figure(form, "processor time a query", seconds * 1_000 / Double(count), .milliseconds),
        ]
    }
}
