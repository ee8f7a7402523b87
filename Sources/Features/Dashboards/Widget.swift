import WireFormats

/// A widget of a dashboard: where it is, and what it shows.
package struct Widget: Sendable {
    package enum Content: Sendable {
        case metric(MetricWidget)
        case text(TextWidget)
        case log(LogWidget)
        case alarm(AlarmWidget)
        /// Metrics by tags of resources, which only AWS has.
        case explorer
        /// Whatever a function returns.
        case custom(endpoint: String)
        /// Charts over PromQL.
        case chart
    }

    /// Nil: below what is there already.
    package let x, y: Int?
    package let width, height: Int
    package let content: Content

    package var metricWidget: MetricWidget? {
        if case .metric(let widget) = content { widget } else { nil }
    }

    private enum Kind: String, CaseIterable { case metric, text, log, alarm, explorer, custom, chart }

    /// Nil when nothing can be made of it; the findings say why.
    init?(reading part: PartReader) {
        guard part.isObject() else { return nil }
        part.expect(only: ["type", "x", "y", "width", "height", "properties"])
        part.require("type", "properties")
        x = part.integer("x", in: 0...DashboardLimits.columns - 1)
        y = part.integer("y")
        width = part.integer("width", in: 1...DashboardLimits.columns) ?? 6
        height = part.integer("height", in: 1...1000) ?? 6
        if (part.node["x"] == nil) != (part.node["y"] == nil) { part.note("Should have both x and y, or neither of them") }
        if let x, x + width > DashboardLimits.columns { part.note("The sum of x and width should be <= \(DashboardLimits.columns)") }
        guard let kind = part.word("type", Kind.self), let properties = part.object("properties") else { return nil }
        content = Self.content(kind, properties)
    }

    private static func content(_ kind: Kind, _ properties: PartReader) -> Content {
        switch kind {
        case .metric: return .metric(MetricWidget(reading: properties, as: .widget))
        case .text: return .text(TextWidget(reading: properties))
        case .log: return .log(LogWidget(reading: properties))
        case .alarm: return .alarm(AlarmWidget(reading: properties))
        case .explorer:
            properties.require("metrics", "labels")
            return .explorer
        case .custom:
            properties.require("endpoint")
            return .custom(endpoint: properties.text("endpoint") ?? "")
        case .chart:
            properties.require("data")
            return .chart
        }
    }
}

package struct TextWidget: Sendable {
    package let markdown: String

    init(reading part: PartReader) {
        part.expect(only: ["markdown", "background"])
        part.require("markdown")
        markdown = part.text("markdown") ?? ""
        enum Background: String, CaseIterable { case solid, transparent }
        _ = part.word("background", Background.self)
    }
}

package struct LogWidget: Sendable {
    package enum View: String, CaseIterable, Sendable { case table, timeSeries, bar, pie }

    /// It names its groups by `SOURCE`.
    package let query: String
    package let title: String?
    package let view: View
    package let isStacked: Bool

    init(reading part: PartReader) {
        part.expect(only: ["query", "queryLanguage", "queryBy", "logGroupPrefixes", "region", "accountId", "title", "view", "stacked", "yAxis", "table", "legend"])
        part.require("query", "region")
        query = part.text("query") ?? ""
        title = part.text("title")
        view = part.word("view") ?? .table
        isStacked = part.bool("stacked") ?? false
        _ = part.text("region")
    }
}

package struct AlarmWidget: Sendable {
    package enum Sorting: String, CaseIterable, Sendable { case `default`, stateUpdatedTimestamp, timestamp }
    package enum State: String, CaseIterable, Sendable { case ALARM, OK, INSUFFICIENT_DATA }

    package let alarms: [String]
    package let title: String?

    init(reading part: PartReader) {
        part.expect(only: ["alarms", "sortBy", "states", "title"])
        part.require("alarms")
        alarms = part.texts("alarms", countMax: 100) ?? []
        title = part.text("title")
        _ = part.word("sortBy", Sorting.self)
        for state in part.list("states") ?? [] where State(rawValue: state.node.text ?? "") == nil {
            state.note("Should be equal to one of the allowed values")
        }
    }
}
