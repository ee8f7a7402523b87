/// What a load cost the server that took it, in figures a row: processor time, latency, memory, disk.
struct IngestFigures {
    let form: String
    /// In the plural: "datums".
    let rows: String
    let rowCount: Int
    var rateAim: Figure.Aim?
    var diskAim: Figure.Aim?

    /// Sends the load, waits until the server has done what follows by itself, stops it and looks at its folder.
    ///
    /// - Parameter load: sends everything; called once.
    func measured(on server: ServerProcess, _ load: () throws -> Sender.Outcome) throws -> [Figure] {
        try server.settle(secondsMax: 10)  // what a start leaves to do is not the load's
        let before = try server.account
        let outcome = try load()
        let acknowledged = try server.account
        try server.settle(secondsMax: 60)
        let settled = try server.account
        let end = try server.stop()
        var figures = [
            rate("\(rows) a core-second", acknowledged.cpuSeconds - before.cpuSeconds, aim: rateAim),
            rate("\(rows) a core-second, until sealed and stopped", end.cpuSeconds - before.cpuSeconds),
            Figure(form, "request, median", outcome.milliseconds(share: 0.5), .milliseconds),
            Figure(form, "request, 99 of 100", outcome.milliseconds(share: 0.99), .milliseconds),
            Figure(form, "peak resident memory", Double(settled.residentBytesMax) / 0x1p20, .mebibytes),
        ]
        if outcome.throttled > 0 {
            figures.append(Figure(form, "requests sent again: the server was too busy", Double(outcome.throttled), .count))
        }
        if server.program.keepsFiles { figures += try disk(of: server, written: settled.writtenBytes - before.writtenBytes) }
        return figures
    }

    private func rate(_ name: String, _ seconds: Double, aim: Figure.Aim? = nil) -> Figure {
        Figure(form, name, Double(rowCount) / seconds, .perCoreSecond, aim: aim)
    }

    /// After a stop, which seals: the journal's files hold nothing then that is not in the parts too.
    /// - Parameter written: what was handed to the kernel before the stop.
    private func disk(of server: ServerProcess, written: Int) throws -> [Figure] {
        let kept = try Folder(server.dataFolder.path + server.program.kept.folder).bytes(without: server.program.kept.without)
        return [
            Figure(form, "bytes on disk a row", Double(kept) / Double(rowCount), .bytes, aim: diskAim),
            Figure(form, "bytes written a row before the stop", Double(written) / Double(rowCount), .bytes),
        ]
    }
}
