/// How long the search for one id in all events takes.
struct FilterLogEvents: Question {
    let name = "FilterLogEvents"
    let meaning = """
        A correlation id that eight events hold, and one that none does, each time another, searched by FilterLogEvents from the files of \
        a server that was stopped and started again; all pages until the end.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let load = bench.logs()
        let server = try bench.startedServer()
        _ = try server.sendLines(load)
        try server.stop()
        try server.start()
        let events = "\(FigureText.number(Double(load.count))) events"
        return try QueryFigures(form: "a needle in \(events)", count: bench.longQueries, latencyAim: .atMost(5)).measured(on: server) {
            try load.filter(load.needle($0), finds: load.needleCount($0), in: $1)
        }
            + QueryFigures(form: "an id that is not in \(events)", count: bench.longQueries, latencyAim: .atMost(1)).measured(on: server) {
                try load.filter(String(load.needle($0).reversed()), finds: 0, in: $1)
            }
    }
}
