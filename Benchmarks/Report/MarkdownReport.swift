import Platform

/// The report as a page of the documentation.
enum MarkdownReport {
    static func text(of report: Report) -> String {
        var lines = introduction(report)
        for question in report.questions {
            let rows = report.rows(of: question.name)
            guard !rows.isEmpty else { continue }
            lines += ["", "## \(question.name)", "", question.meaning, ""] + table(rows)
        }
        if !report.skipped.isEmpty { lines += ["", "## Not measured", ""] + report.skipped.map { "- \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func introduction(_ report: Report) -> [String] {
        let machine = report.machine
        let memory = FigureText.number(Double(machine.memoryBytes) / 0x1p30)
        let (before, after) = (FigureText.decimal(report.loadAverages.before, 2), FigureText.decimal(report.loadAverages.after, 2))
        return [
            "# Benchmarks", "",
            "Written by `Scripts/bench`, which anyone can run; what is measured, and how, stands in `Benchmarks/README.md`. The server is the",
            "real program on this machine's loopback address, durability on: every row is synced to disk before its request is answered. A",
            "core-second is a second of the server's processor time; the sender's is not counted, though it runs on the same cores. A figure",
            "is the median of its turns, with the least and the most in parentheses. Aims are those of the full size; a missed one is marked.",
            "",
            "| | |", "|---|---|",
            "| processor | \(machine.processor), \(machine.cores) cores |", "| memory | \(memory) GiB |", "| kernel | \(machine.kernel) |",
            "| commit | \(report.commit) |", "| taken | \(UTCText.milliseconds(report.wallNanoseconds).prefix(10)) |",
            "| size, seed, turns | \(report.size.rawValue), \(report.seed), \(report.repeats) |",
            "| load average | \(before) before, \(after) after\(remark(report)) |",
        ]
    }

    /// The load includes the benchmark's own: server and sender. More than that is somebody else's work, which costs us 10 to 30 %.
    private static func remark(_ report: Report) -> String {
        report.loadAverages.before > 0.5 * Double(report.machine.cores)
            ? ": taken beside other work, so every figure is worse than in quiet" : ""
    }

    private static func table(_ rows: [(answer: Report.Answer, peers: [Report.Answer])]) -> [String] {
        let hasPeers = rows.contains { !$0.peers.isEmpty }
        let head = hasPeers ? ["", "", "", "aim", "peer", "as good"] : ["", "", "", "aim"]
        var form = ""
        var lines = ["| " + head.joined(separator: " | ") + " |", "|---|---|---:|---|" + (hasPeers ? "---|---:|" : "")]
        for (own, peers) in rows {
            var cells = [own.form == form ? "" : own.form, own.name, value(own), aim(own)]
            form = own.form
            if hasPeers {
                cells.append(peers.map { "\($0.program) \(FigureText.text($0.median, $0.unit))" }.joined(separator: ", "))
                cells.append(peers.map { FigureText.number(Report.ratio(of: own, to: $0)) + " x" }.joined(separator: ", "))
            }
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines
    }

    private static func value(_ answer: Report.Answer) -> String {
        let median = "**\(FigureText.text(answer.median, answer.unit))**"
        return answer.values.count > 1 ? "\(median) (\(FigureText.number(answer.least)) to \(FigureText.number(answer.most)))" : median
    }

    private static func aim(_ answer: Report.Answer) -> String {
        guard let aim = answer.aim else { return "" }
        return FigureText.aim(aim) + (aim.isMet(by: answer.median) ? "" : ", missed")
    }
}
