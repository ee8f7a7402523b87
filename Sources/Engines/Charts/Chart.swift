/// A picture of numbers over time, or of one number a series: what is in it, not where.
///
///     var chart = Chart(width: 600, height: 400)
///     chart.title = "Latency"
///     chart.series = [Chart.Series(label: "p99", times: times, values: values, period: 60_000_000_000)]
///     let png = try chart.png()
package struct Chart: Sendable {
    package enum Kind: Sendable {
        case lines(isStacked: Bool)
        case singleValues(hasSparkline: Bool)
        case gauge
        case bars
        case pie
        case table
    }

    package struct Series: Sendable {
        package var label: String
        /// Nil: the next of the palette.
        package var color: Color?
        /// UTC nanoseconds, ascending, one for each value.
        package var times: [Int64]
        package var values: [Double]
        /// Nanoseconds; where there is no value for longer, there is no line.
        package var period: Int64
        package var isRight: Bool

        package init(label: String, color: Color? = nil, times: [Int64], values: [Double], period: Int64, isRight: Bool = false) {
            precondition(times.count == values.count, "every time has one value")
            self.label = label
            self.color = color
            self.times = times
            self.values = values
            self.period = period
            self.isRight = isRight
        }
    }

    package struct Axis: Sendable {
        package var min, max: Double?
        package var label: String?

        package init(min: Double? = nil, max: Double? = nil, label: String? = nil) {
            self.min = min
            self.max = max
            self.label = label
        }
    }

    /// A line at a value, or a band between two.
    package struct Threshold: Sendable {
        package enum Fill: Sendable { case none, above, below }

        package var value: Double
        package var upper: Double?
        package var label: String?
        package var color: Color?
        package var fill: Fill
        package var isRight: Bool

        package init(value: Double, upper: Double? = nil, label: String? = nil, color: Color? = nil, fill: Fill = .none, isRight: Bool = false) {
            self.value = value
            self.upper = upper
            self.label = label
            self.color = color
            self.fill = fill
            self.isRight = isRight
        }
    }

    /// A line at a time, or a span between two; UTC nanoseconds.
    package struct Event: Sendable {
        package enum Fill: Sendable { case none, before, after }

        package var time: Int64
        package var end: Int64?
        package var label: String?
        package var color: Color?
        package var fill: Fill

        package init(time: Int64, end: Int64? = nil, label: String? = nil, color: Color? = nil, fill: Fill = .none) {
            self.time = time
            self.end = end
            self.label = label
            self.color = color
            self.fill = fill
        }
    }

    /// Where values are expected: an area between two edges, over which the series are drawn.
    package struct Band: Sendable {
        package var times: [Int64]
        package var lower, upper: [Double]
        package var color: Color?

        /// - Precondition: as many edges as times.
        package init(times: [Int64], lower: [Double], upper: [Double], color: Color? = nil) {
            precondition(times.count == lower.count && times.count == upper.count, "every time has two edges")
            self.times = times
            self.lower = lower
            self.upper = upper
            self.color = color
        }
    }

    package enum Legend: Sendable { case bottom, right, hidden }

    package static let seriesMax = 500
    package static let pixelsMax = 2000

    package var kind = Kind.lines(isStacked: false)
    package var title: String?
    /// Pixels.
    package let width, height: Int
    package var theme = Theme.light
    package var series: [Series] = []
    /// On the left axis.
    package var bands: [Band] = []
    package var left = Axis(), right = Axis()
    package var thresholds: [Threshold] = []
    package var events: [Event] = []
    package var legend = Legend.bottom
    /// UTC nanoseconds.
    package var range: Range<Int64> = 0..<1
    /// Minutes east of Greenwich, for the times that are shown.
    package var zoneMinutes = 0
    /// Numbers are written with all their digits.
    package var showsFullPrecision = false

    /// - Precondition: at least one pixel and at most `pixelsMax` each way.
    package init(width: Int, height: Int) {
        precondition((1...Self.pixelsMax).contains(width) && (1...Self.pixelsMax).contains(height), "a picture has a size")
        self.width = width
        self.height = height
    }

    /// - Throws: when the memory for it cannot be had.
    package func png() throws(ChartError) -> [UInt8] {
        let canvas = try Canvas(width: width, height: height)
        canvas.fill(Box(x: 0, y: 0, width: Double(width), height: Double(height)), theme.background)
        var box = Box(x: 0, y: 0, width: Double(width), height: Double(height)).inset(by: Style.padding)
        if let title, !title.isEmpty {
            let text = canvas.shortened(title, to: box.width, size: Style.titleSize, isBold: true)
            canvas.text(text, at: (box.x, box.y + Style.titleSize), size: Style.titleSize, isBold: true, theme.text)
            box = box.withoutTop(Style.titleSize + 12)
        }
        switch kind {
        case .lines(let isStacked): LinesPainter(chart: self, canvas: canvas, isStacked: isStacked).paint(in: box)
        case .singleValues(let hasSparkline): SingleValuesPainter(chart: self, canvas: canvas, hasSparkline: hasSparkline).paint(in: box)
        case .gauge: GaugePainter(chart: self, canvas: canvas).paint(in: box)
        case .bars: BarsPainter(chart: self, canvas: canvas).paint(in: box)
        case .pie: PiePainter(chart: self, canvas: canvas).paint(in: box)
        case .table: TablePainter(chart: self, canvas: canvas).paint(in: box)
        }
        return try canvas.png()
    }

    /// Series that have no colour of their own take turns.
    func color(of index: Int) -> Color { series[index].color ?? Theme.palette[index % Theme.palette.count] }
}

/// Why there is no picture.
package struct ChartError: Error, Sendable {
    /// "cannot <verb> <thing>: <why>"
    package let message: String
}
