package import MetricMath
import WireFormats

/// A row of a metric widget: a metric, or an expression over the others.
package struct WidgetMetric: Sendable {
    package enum Source: Sendable, Equatable {
        case metric(MetricIdentity)
        case expression(String)
    }

    package enum Axis: String, CaseIterable, Sendable { case left, right }

    package var source: Source
    package var id, label, stat: String?
    package var periodSeconds: Int64?
    package var axis: Axis
    package var color: WidgetColor?
    package var isVisible: Bool
    package var region, accountID: String?
}

/// Reads a widget's rows one after the other: a row may repeat what stands in the one before.
struct RowReader {
    /// Namespace, name, and dimensions of the last row that named a metric.
    private var before: [String] = []

    /// Nil when the row is wrong; the findings say why.
    mutating func metric(_ row: PartReader) -> WidgetMetric? {
        guard row.node.kind == .list else {
            row.note("Should be array")
            row.note(#"Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element"#)
            return nil
        }
        var cells = row.elements
        let options = cells.last?.node.kind == .map ? cells.removeLast() : nil
        var texts: [String] = []
        for cell in cells {
            guard let text = cell.node.text else {
                cell.note("Should be string")
                return nil
            }
            texts.append(text)
        }
        let source: WidgetMetric.Source
        if let expression = options?.text("expression") {
            guard texts.isEmpty else {
                row.note("Should have either a metric or an expression, not both")
                return nil
            }
            source = .expression(expression)
        } else {
            guard let metric = named(texts, row) else { return nil }
            source = .metric(metric)
        }
        return WidgetMetric(source, options: options)
    }

    private mutating func named(_ texts: [String], _ row: PartReader) -> MetricIdentity? {
        guard let whole = expanded(texts) else {
            row.note("Should repeat only what stands in the metric before")
            return nil
        }
        guard whole.count >= 2 else {
            row.note("Should NOT have less than 2 items")
            return nil
        }
        guard whole.count % 2 == 0 else {
            row.note("Should have a value for each dimension")
            return nil
        }
        guard whole.count <= 62 else {
            row.note("Should NOT have more than 62 items")
            return nil
        }
        before = whole
        let dimensions = stride(from: 2, to: whole.count, by: 2).map { (whole[$0], whole[$0 + 1]) }
        return MetricIdentity(namespace: whole[0], name: whole[1], dimensions: dimensions)
    }

    /// `.` is what stands at the same place of the row before, `...` everything of it up to the values that follow.
    private func expanded(_ texts: [String]) -> [String]? {
        var whole: [String] = []
        for (index, text) in texts.enumerated() {
            switch text {
            case "...":
                let kept = before.count - (texts.count - 1 - index)
                guard index == 0 || whole.count <= kept, kept >= 0, !before.isEmpty else { return nil }
                whole += before[min(whole.count, kept)..<kept]
            case ".":
                guard whole.count < before.count else { return nil }
                whole.append(before[whole.count])
            default: whole.append(text)
            }
        }
        return whole
    }
}

extension WidgetMetric {
    fileprivate init(_ source: Source, options: PartReader?) {
        self.source = source
        options?.expect(only: ["expression", "id", "label", "stat", "period", "yAxis", "color", "visible", "region", "accountId", "type"])
        id = options?.text("id")
        if let id, !Self.isID(id) {
            options?.note("Should match pattern \"^[a-z][a-zA-Z0-9_]*$\"", at: "id")
        }
        label = options?.text("label")
        stat = options?.text("stat")
        if let stat, (try? Statistic(stat)) == nil { options?.note("Should be a statistic", at: "stat") }
        periodSeconds = options?.integer("period", in: 1...Int(Int32.max)).map(Int64.init)
        if let seconds = periodSeconds, !PeriodAlignment.isAllowed(seconds: seconds) {
            options?.note("Should be 1, 5, 10, 20, 30 or a multiple of 60", at: "period")
        }
        axis = options?.word("yAxis") ?? .left
        color = options?.color("color")
        isVisible = options?.bool("visible") ?? true
        region = options?.text("region")
        accountID = options?.text("accountId")
    }

    static func isID(_ text: String) -> Bool {
        guard let first = text.utf8.first, first &- 97 < 26, text.utf8.count <= 255 else { return false }
        return text.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 95 }
    }
}
