import AWSProtocol
import Alarms
import Charts
import Dashboards
import MetricMath
import SignalModel

/// What a widget and its data look like.
struct WidgetChart {
    let widget: MetricWidget
    let range: Range<Int64>
    let tenant: Tenant
    let now: Timestamp

    /// - Parameter values: of the queries, in their order.
    func chart(of queries: [MetricDataQuery], _ values: [MathValue], alarms: [Alarm]) throws(AWSError) -> Chart {
        var chart = Chart(width: widget.width, height: widget.height)
        chart.title = widget.title
        chart.kind = kind
        chart.theme = widget.theme == .dark ? .dark : .light
        chart.range = range
        chart.zoneMinutes = widget.timezoneMinutes
        chart.showsFullPrecision = widget.showsFullPrecision
        chart.legend = widget.legend == .bottom ? .bottom : widget.legend == .right ? .right : .hidden
        chart.left = Chart.Axis(widget.left)
        chart.right = Chart.Axis(widget.right)
        chart.thresholds = widget.annotations.horizontal.map(Chart.Threshold.init) + alarms.map(Chart.Threshold.init(alarm:))
        chart.events = widget.annotations.vertical.map(Chart.Event.init)
        let labels = MetricLabels(queries, values)
        for (index, (query, value)) in zip(queries, values).enumerated() where query.returnsData {
            try add(query, value, index < widget.metrics.count ? widget.metrics[index] : nil, labels, to: &chart)
        }
        if chart.series.count > Chart.seriesMax { chart.series.removeLast(chart.series.count - Chart.seriesMax) }
        return chart
    }

    private var kind: Chart.Kind {
        switch widget.view {
        case .timeSeries: .lines(isStacked: widget.isStacked)
        case .singleValue: .singleValues(hasSparkline: widget.hasSparkline)
        case .gauge: .gauge
        case .bar: .bars
        case .pie: .pie
        case .table: .table
        }
    }

    private func add(
        _ query: MetricDataQuery, _ value: MathValue, _ row: WidgetMetric?, _ labels: MetricLabels, to chart: inout Chart
    ) throws(AWSError) {
        let elements: [MathValue.Element]
        switch value {
        case .series(let series): elements = [MathValue.Element(source: .query(query.id), series: series)]
        case .array(let found): elements = found
        case .scalar, .text:
            throw .validation("Error in expression '\(query.id)': cannot draw a scalar: the result must be a time series or an array of them")
        }
        if elements.count == 2, elements[0].source == .band(isUpper: true), elements[1].source == .band(isUpper: false) {
            let (upper, lower) = (elements[0].series, elements[1].series)
            guard upper.times == lower.times else { return }
            chart.bands.append(Chart.Band(times: upper.times, lower: lower.values, upper: upper.values, color: row?.color.map(Color.init)))
            return
        }
        for element in elements {
            chart.series.append(
                Chart.Series(
                    label: label(of: query, element, value, labels), color: elements.count == 1 ? row?.color.map(Color.init) : nil,
                    times: element.series.times, values: element.series.values, period: element.series.period, isRight: row?.axis == .right))
        }
    }

    private func label(of query: MetricDataQuery, _ element: MathValue.Element, _ value: MathValue, _ labels: MetricLabels) -> String {
        if let dynamic = query.label.flatMap(DynamicLabel.init) {
            return dynamic.text(
                of: DynamicLabel.Subject(
                    name: labels.name(of: query, from: element.source), series: element.series, stat: labels.stat(of: element.source),
                    tenant: tenant, now: now, zoneMinutes: widget.timezoneMinutes))
        }
        if case .array = value { return labels.label(of: query, from: element.source) }
        return labels.label(of: query)
    }
}

extension Color {
    fileprivate init(_ color: WidgetColor) { self.init(color.red, color.green, color.blue) }
}

extension Chart.Axis {
    fileprivate init(_ axis: MetricWidget.Axis) { self.init(min: axis.min, max: axis.max, label: axis.label) }
}

extension Chart.Threshold {
    fileprivate init(_ line: WidgetAnnotations.Horizontal) {
        let fill: Fill = line.fill == .above ? .above : line.fill == .below ? .below : .none
        self.init(
            value: line.value, upper: line.upper, label: line.label, color: line.color.map(Color.init), fill: fill, isRight: line.axis == .right)
    }

    fileprivate init(alarm: Alarm) { self.init(value: alarm.rule.threshold, label: alarm.name) }
}

extension Chart.Event {
    fileprivate init(_ line: WidgetAnnotations.Vertical) {
        let fill: Fill = line.fill == .before ? .before : line.fill == .after ? .after : .none
        self.init(
            time: line.time.nanoseconds, end: line.end?.nanoseconds, label: line.label, color: line.color.map(Color.init), fill: fill)
    }
}
