import Glibc

/// What the server costs when nobody asks it anything.
struct IdleServer: Question {
    let name = "IdleServer"
    let meaning = """
        The program is started on an empty folder: time from exec to the first 200 of its readiness check, and what it holds of memory \
        after some seconds without work.
        """

    func suits(_ program: Program) -> Bool { true }

    func measure(_ bench: Bench) throws -> [Figure] {
        let server = try bench.startedServer()
        let form = "an empty folder"
        let atStart = try server.account
        var figures = [
            Figure(form, "start to ready", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(100)),
            Figure(form, "processor time until ready", atStart.cpuSeconds * 1_000, .milliseconds),
        ]
        usleep(bench.size.pick(small: 500_000, usual: 2_000_000, full: 2_000_000))
        let idle = try server.account
        figures += [
            Figure(form, "resident memory, idle", Double(idle.residentBytes) / 0x1p20, .mebibytes, aim: .atMost(40)),
            Figure(form, "of it not pages of files", Double(idle.anonymousBytes) / 0x1p20, .mebibytes),
            Figure(form, "threads", Double(idle.threads), .count),
            Figure(form, "stop", try server.stop().seconds * 1_000, .milliseconds),
        ]
        try server.start()
        figures.append(Figure("a folder that is there", "start to ready", server.secondsToReady * 1_000, .milliseconds, aim: .atMost(100)))
        return figures
    }
}
