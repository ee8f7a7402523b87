import Platform
import WireFormats

/// The report as JSON to be kept and compared: one figure a line, so that a difference shows.
enum JSONReport {
    static func text(of report: Report) -> String {
        let head: [(String, WireValue)] = [
            (
                "machine",
                [
                    "processor": .text(report.machine.processor), "cores": .integer(Int64(report.machine.cores)),
                    "memoryBytes": .integer(Int64(report.machine.memoryBytes)), "kernel": .text(report.machine.kernel),
                ]
            ),
            ("commit", .text(report.commit)), ("time", .text(UTCText.milliseconds(report.wallNanoseconds))),
            ("size", .text(report.size.rawValue)), ("seed", .integer(Int64(bitPattern: report.seed))),
            ("repeats", .integer(Int64(report.repeats))),
            ("loadAverages", .doubles([report.loadAverages.before, report.loadAverages.after])), ("skipped", .texts(report.skipped)),
        ]
        let fields = head.map { "  \(text($0.0)): \(encoded($0.1))," }
        let figures = report.answers.map { "    " + encoded(value(of: $0)) }
        return (["{"] + fields + ["  \"figures\": ["]).joined(separator: "\n") + "\n" + figures.joined(separator: ",\n") + "\n  ]\n}\n"
    }

    private static func value(of answer: Report.Answer) -> WireValue {
        [
            "question": .text(answer.question), "program": .text(answer.program), "form": .text(answer.form), "figure": .text(answer.name),
            "unit": .text(answer.unit.rawValue), "median": .double(answer.median), "values": .doubles(answer.values),
        ]
    }

    private static func text(_ text: String) -> String { encoded(.text(text)) }

    private static func encoded(_ value: WireValue) -> String { String(decoding: JSON.encode(value), as: UTF8.self) }
}
