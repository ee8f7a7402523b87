import WireFormats

/// A dashboard's body, read once: what validation says about it, and the widgets that images and checks are made from.
///
///     let body = try DashboardBody(json: bytes)
///     guard body.errors.isEmpty else { … }
///     for widget in body.widgets { … }
///
/// Source: CloudWatch API reference, "Dashboard body structure and syntax".
package struct DashboardBody: Sendable {
    /// The body is not a JSON object at all.
    package struct NotAnObject: Error, Sendable {}

    package enum PeriodOverride: String, CaseIterable, Sendable { case auto, inherit }

    package let widgets: [Widget]
    /// As written: `-PT3H` or an instant.
    package let start, end: String?
    package let periodOverride: PeriodOverride?
    package let findings: [Finding]

    package var errors: [Finding] { findings.filter(\.isError) }

    package init(json: [UInt8]) throws(NotAnObject) {
        guard let document = try? WireDocument(json: json), document.root.kind == .map else { throw NotAnObject() }
        let findings = Findings()
        let root = PartReader(node: document.root, path: "", findings: findings)
        root.expect(only: ["widgets", "start", "end", "periodOverride", "variables"])
        root.require("widgets")
        start = root.text("start")
        end = root.text("end")
        if let start, WidgetTime(start) == nil { root.note("Should be an ISO 8601 time or duration", at: "start") }
        if let end, WidgetTime(end) == nil { root.note("Should be an ISO 8601 time", at: "end") }
        if end != nil, start == nil { root.note("Should have property start when property end is present") }
        periodOverride = root.word("periodOverride")
        for variable in root.list("variables", countMax: DashboardLimits.variablesMax) ?? [] { DashboardVariable.check(variable) }
        widgets = (root.list("widgets", countMax: DashboardLimits.widgetsMax) ?? []).compactMap(Widget.init(reading:))
        let metrics = widgets.reduce(0) { $0 + ($1.metricWidget?.metrics.count ?? 0) }
        if metrics > DashboardLimits.metricsMax { root.note("A dashboard has at most \(DashboardLimits.metricsMax) metrics", at: "widgets") }
        self.findings = findings.all
    }
}

/// What CloudWatch allows. Source: CloudWatch quotas and the API reference.
package enum DashboardLimits {
    package static let bodyBytesMax = 1 << 20
    package static let widgetsMax = 500
    package static let variablesMax = 25
    package static let metricsMax = 2_500
    package static let metricsOfWidgetMax = 500
    package static let dashboardsMax = 5_000
    package static let tagsMax = 50
    /// The grid's columns.
    package static let columns = 24
}
