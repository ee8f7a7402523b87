/// The report as a table for a terminal.
enum TextReport {
    static func text(of report: Report) -> String {
        var lines = [
            "\(report.machine.processor), \(report.machine.cores) cores, load average "
                + "\(FigureText.decimal(report.loadAverages.before, 2)) before and \(FigureText.decimal(report.loadAverages.after, 2)) after",
            "commit \(report.commit), size \(report.size.rawValue), seed \(report.seed), medians of \(report.repeats)",
        ]
        for question in report.questions {
            let rows = report.rows(of: question.name)
            guard !rows.isEmpty else { continue }
            lines += ["", question.name]
            lines += aligned(rows.map { cells($0.answer, $0.peers) })
        }
        if !report.skipped.isEmpty { lines += [""] + report.skipped.map { "skipped: \($0)" } }
        return lines.joined(separator: "\n")
    }

    private static func cells(_ own: Report.Answer, _ peers: [Report.Answer]) -> [String] {
        let spread = own.values.count > 1 ? "(\(FigureText.number(own.least)) to \(FigureText.number(own.most)))" : ""
        let aim = own.aim.map { "aim \(FigureText.aim($0))" + ($0.isMet(by: own.median) ? "" : ", missed") } ?? ""
        let others = peers.map {
            "\($0.program) \(FigureText.number($0.median)), \(FigureText.number(Report.ratio(of: own, to: $0))) x as good"
        }
        return [
            "  " + own.form, own.name, FigureText.text(own.median, own.unit), spread,
            ([aim] + others).filter { !$0.isEmpty }.joined(separator: "; "),
        ]
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
