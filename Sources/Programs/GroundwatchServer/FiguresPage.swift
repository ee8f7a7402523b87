import Columns
import WireFormats

/// What the server says of itself, in the Prometheus exposition format.
struct FiguresPage: Sendable {
    /// One figure; names end in the unit, totals in `_total`, as Prometheus' naming asks.
    struct Figure: Sendable {
        let name: String
        let help: String
        let value: Double
        let labels: [(String, String)]

        init(_ name: String, _ help: String, _ value: Double, labels: [(String, String)] = []) {
            self.name = name
            self.help = help
            self.value = value
            self.labels = labels
        }
    }

    private let figures: @Sendable () -> [Figure]

    init(figures: @escaping @Sendable () -> [Figure]) { self.figures = figures }

    var response: HTTPResponse {
        HTTPResponse(status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }

    private var text: String {
        var lines: [String] = []
        var last = ""
        for figure in figures() {
            if figure.name != last {
                lines.append("# HELP \(figure.name) \(figure.help)")
                lines.append("# TYPE \(figure.name) \(figure.name.hasSuffix("_total") ? "counter" : "gauge")")
                last = figure.name
            }
            let labels = figure.labels.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
            lines.append("\(figure.name)\(labels.isEmpty ? "" : "{\(labels)}") \(NumberText.format(figure.value))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
