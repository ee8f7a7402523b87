package import WireFormats

extension MetricWidget {
    /// Where the description stands.
    enum Place { case widget, image }

    private static let names: Set<String> = [
        "metrics", "title", "view", "stacked", "stat", "period", "region", "accountId", "yAxis", "legend", "annotations", "sparkline",
        "setPeriodToTimeRange", "singleValueFullPrecision", "liveData", "trend", "labels", "table", "start", "end", "timezone", "timeZone",
        "width", "height", "theme", "warnings", "copilot",
    ]

    init(reading part: PartReader, as place: Place) {
        part.expect(only: Self.names)
        var rows = RowReader()
        metrics = (part.list("metrics", countMax: DashboardLimits.metricsOfWidgetMax) ?? []).compactMap { rows.metric($0) }
        annotations = WidgetAnnotations(reading: part.object("annotations"))
        title = part.text("title")
        view = part.word("view") ?? .timeSeries
        isStacked = part.bool("stacked") ?? false
        stat = part.text("stat") ?? "Average"
        periodSeconds = part.integer("period", in: 1...Int(Int32.max)).map(Int64.init) ?? 300
        hasOwnPeriod = part.node["period"] != nil
        let axes = part.object("yAxis")
        left = Axis(reading: axes?.object("left"))
        right = Axis(reading: axes?.object("right"))
        legend = part.object("legend")?.word("position") ?? .bottom
        hasSparkline = part.bool("sparkline") ?? false
        isPeriodTimeRange = part.bool("setPeriodToTimeRange") ?? false
        showsFullPrecision = part.bool("singleValueFullPrecision") ?? false
        theme = part.word("theme") ?? .light
        width = part.integer("width", in: 1...2000) ?? 600
        height = part.integer("height", in: 1...2000) ?? 400
        start = part.text("start").flatMap(WidgetTime.init)
        end = part.text("end").flatMap(WidgetTime.init)
        timezoneMinutes = part.text("timezone").flatMap(Self.minutes(ofZone:)) ?? 0
        check(part, place)
    }

    private func check(_ part: PartReader, _ place: Place) {
        if place == .widget {
            let hasSource = part.node["metrics"] != nil && part.node["region"] != nil
            let hasAlarm = !annotations.alarms.isEmpty
            if !hasSource && !hasAlarm { noteMissingSource(part) }
        } else if part.node["metrics"] == nil, annotations.alarms.isEmpty {
            part.note("Should have required property 'metrics'")
        }
        if view == .gauge, left.min == nil || left.max == nil { part.note("Should have yAxis.left.min and yAxis.left.max for a gauge") }
        for (name, value) in [("start", start), ("end", end)] where value == nil && part.node.member(named: name) != nil {
            part.note("Should be an ISO 8601 time or duration", at: name)
        }
        if part.text("timezone").map({ Self.minutes(ofZone: $0) == nil }) ?? false { part.note(#"Should match pattern "^[+-]\d{4}$""#, at: "timezone") }
    }

    /// In the order that CloudWatch gives.
    private func noteMissingSource(_ part: PartReader) {
        if part.node["metrics"] == nil { part.require("metrics") }
        if part.node["region"] == nil, part.node["metrics"] != nil { part.require("region") }
        part.note("The metric widget should have specified a region and a data source or an alarm annotation")
        if part.node["annotations"] == nil { part.require("annotations") }
    }

    /// `+0130`.
    package static func minutes(ofZone text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[0] == 43 || bytes[0] == 45, bytes.dropFirst().allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        let digits = bytes.dropFirst().map { Int($0) - 48 }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        guard digits[2] < 6, minutes <= 18 * 60 else { return nil }
        return bytes[0] == 45 ? -minutes : minutes
    }

    /// The description that GetMetricWidgetImage is sent.
    ///
    /// - Throws: `DashboardBody.NotAnObject` when it is no JSON object.
    /// - Returns: what can be made of it, and what is wrong with it; an image is drawn only when nothing is.
    package static func image(json: [UInt8]) throws(DashboardBody.NotAnObject) -> (widget: MetricWidget, errors: [Finding]) {
        guard let document = try? WireDocument(json: json), document.root.kind == .map else { throw DashboardBody.NotAnObject() }
        let findings = Findings()
        let widget = MetricWidget(reading: PartReader(node: document.root, path: "", findings: findings), as: .image)
        return (widget, findings.all.filter(\.isError))
    }
}

extension MetricWidget.Axis {
    init(reading part: PartReader?) {
        guard let part else { return }
        part.expect(only: ["min", "max", "label", "showUnits"])
        min = part.number("min")
        max = part.number("max")
        if let min, let max, min >= max { part.note("Should have a min that is less than its max") }
        label = part.text("label")
        showsUnits = part.bool("showUnits") ?? true
    }
}
