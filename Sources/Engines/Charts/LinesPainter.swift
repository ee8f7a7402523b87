/// Series over time: lines, or areas on top of each other.
struct LinesPainter {
    let chart: Chart
    let canvas: Canvas
    let isStacked: Bool

    func paint(in box: Box) {
        var box = LegendPainter(chart: chart, canvas: canvas).paint(in: box)
        let stacked = isStacked ? Stack(chart.series) : nil
        let count = max(2, Int(box.height / 42))
        let left = scale(isRight: false, stacked, count), right = hasRight ? scale(isRight: true, nil, count) : nil
        if chart.left.label != nil || (right != nil && chart.right.label != nil) { box = axisLabels(in: box) }
        let plot = plot(in: box, left, right)
        grid(plot, left)
        canvas.clipped(to: Box(x: plot.x, y: plot.y - 2, width: plot.width, height: plot.height + 4)) {
            AnnotationPainter(chart: chart, canvas: canvas).paintFills(in: plot, left, right)
            for band in chart.bands { paint(band, plot, left) }
            if let stacked { paint(stacked, plot, left) }
            for index in chart.series.indices where stacked == nil || chart.series[index].isRight {
                paint(chart.series[index], chart.color(of: index), plot, chart.series[index].isRight ? right ?? left : left)
            }
        }
        axes(plot, left, right)
        AnnotationPainter(chart: chart, canvas: canvas).paintLines(in: plot, left, right)
        if chart.series.allSatisfy({ $0.values.isEmpty }) {
            canvas.text("No data in this time", at: (plot.middle.x, plot.middle.y), size: 13, align: .middle, chart.theme.quiet)
        }
    }

    private var hasRight: Bool { chart.series.contains(where: \.isRight) }

    // MARK: Scales

    private func scale(isRight: Bool, _ stack: Stack?, _ count: Int) -> ValueTicks {
        let axis = isRight ? chart.right : chart.left
        var values = chart.series.filter { $0.isRight == isRight }.flatMap { [$0.values.min(), $0.values.max()].compactMap { $0 } }
        if let stack { values = [0, stack.maximum, stack.minimum] }
        if !isRight { values += chart.bands.flatMap { [$0.lower.min(), $0.upper.max()].compactMap { $0 } } }
        for threshold in chart.thresholds where threshold.isRight == isRight { values += [threshold.value] + [threshold.upper].compactMap { $0 } }
        var low = values.min() ?? 0, high = values.max() ?? 1
        // Zero is shown where it is near, so that heights can be compared.
        if low > 0, low < 0.6 * high { low = 0 }
        if high < 0, high > 0.6 * low { high = 0 }
        let fixedLow = axis.min.map { $0 < axis.max ?? .infinity } ?? false
        if fixedLow, let min = axis.min { low = min }
        let fixedHigh = axis.max.map { $0 > low } ?? false
        if fixedHigh, let max = axis.max { high = max }
        return ValueTicks(low, max(low, high), fixedLow: fixedLow || low == 0, fixedHigh: fixedHigh, count: count)
    }

    private func plot(in box: Box, _ left: ValueTicks, _ right: ValueTicks?) -> Box {
        func width(_ ticks: ValueTicks) -> Double { (ticks.values.map { canvas.width(of: ticks.text($0)) }.max() ?? 0) + Style.tickGap + 2 }
        var plot = box.withoutBottom(Style.lineHeight + 2).withoutLeft(width(left)).withoutTop(4)
        plot = plot.withoutRight(right.map(width) ?? 8)
        return plot
    }

    private func axisLabels(in box: Box) -> Box {
        if let label = chart.left.label {
            canvas.text(canvas.shortened(label, to: box.width / 2 - 8), at: (box.x, box.y + 9), chart.theme.quiet)
        }
        if hasRight, let label = chart.right.label {
            canvas.text(canvas.shortened(label, to: box.width / 2 - 8), at: (box.right, box.y + 9), align: .end, chart.theme.quiet)
        }
        return box.withoutTop(18)
    }

    // MARK: Around the plot

    private func grid(_ plot: Box, _ left: ValueTicks) {
        for value in left.values {
            let y = left.y(value, in: plot)
            canvas.line((plot.x, y), (plot.right, y), chart.theme.grid)
        }
    }

    private func axes(_ plot: Box, _ left: ValueTicks, _ right: ValueTicks?) {
        for value in left.values {
            canvas.text(left.text(value), at: (plot.x - Style.tickGap, left.y(value, in: plot) + 4), align: .end, chart.theme.quiet)
        }
        for value in right?.values ?? [] {
            guard let right else { break }
            canvas.text(right.text(value), at: (plot.right + Style.tickGap, right.y(value, in: plot) + 4), chart.theme.quiet)
        }
        canvas.line((plot.x, plot.bottom), (plot.right, plot.bottom), chart.theme.axis)
        for mark in TimeTicks(chart.range, count: max(1, Int(plot.width / 84)), zoneMinutes: chart.zoneMinutes).marks {
            let x = self.x(mark.time, plot)
            canvas.line((x, plot.bottom), (x, plot.bottom + 4), chart.theme.axis)
            let half = canvas.width(of: mark.text) / 2
            guard x - half >= plot.x - 30, x + half <= plot.right + 12 else { continue }
            canvas.text(mark.text, at: (x, plot.bottom + Style.lineHeight), align: .middle, chart.theme.quiet)
        }
    }

    // MARK: In the plot

    private func x(_ time: Int64, _ plot: Box) -> Double {
        plot.x + plot.width * Double(time - chart.range.lowerBound) / Double(max(1, chart.range.upperBound - chart.range.lowerBound))
    }

    private func paint(_ series: Chart.Series, _ color: Color, _ plot: Box, _ ticks: ValueTicks) {
        for run in series.runs {
            let points = thinned(run.map { (x(series.times[$0], plot), ticks.y(series.values[$0], in: plot)) })
            canvas.path(points, color, width: 1.6)
        }
    }

    /// Of all points in one column of pixels the first, the lowest, the highest and the last are enough.
    private func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        guard points.count > 4 * chart.width else { return points }
        var result: [(x: Double, y: Double)] = []
        var column: [(x: Double, y: Double)] = []
        func close() {
            guard let first = column.first, let last = column.last else { return }
            result.append(first)
            if let low = column.min(by: { $0.y < $1.y }), let high = column.max(by: { $0.y < $1.y }) { result += [(first.x, low.y), (first.x, high.y)] }
            result.append(last)
            column.removeAll(keepingCapacity: true)
        }
        for point in points {
            if let first = column.first, point.x.rounded(.down) != first.x.rounded(.down) { close() }
            column.append(point)
        }
        close()
        return result
    }

    private func paint(_ band: Chart.Band, _ plot: Box, _ ticks: ValueTicks) {
        let color = band.color ?? Color(127, 127, 127)
        let upper = zip(band.times, band.upper).map { (x: x($0, plot), y: ticks.y($1, in: plot)) }
        let lower = zip(band.times, band.lower).map { (x: x($0, plot), y: ticks.y($1, in: plot)) }
        canvas.area(upper + lower.reversed(), color.faded(to: 0.25))
    }

    private func paint(_ stack: Stack, _ plot: Box, _ ticks: ValueTicks) {
        for layer in stack.layers.reversed() {
            let color = chart.color(of: layer.series)
            let upper = zip(stack.times, layer.upper).map { (x: x($0, plot), y: ticks.y($1, in: plot)) }
            let lower = zip(stack.times, layer.lower).map { (x: x($0, plot), y: ticks.y($1, in: plot)) }
            canvas.area(upper + lower.reversed(), color.faded(to: 0.75))
            canvas.path(upper, color, width: 1.2)
        }
    }
}

extension ValueTicks {
    func y(_ value: Double, in plot: Box) -> Double {
        plot.bottom - plot.height * (min(max(value, low - (high - low)), high + (high - low)) - low) / (high - low)
    }
}

extension Chart.Series {
    /// Points with no gap between them.
    var runs: [Range<Int>] {
        var runs: [Range<Int>] = [], start = 0
        for index in times.indices.dropFirst() where times[index] - times[index - 1] > period + period / 2 {
            runs.append(start..<index)
            start = index
        }
        if start < times.count { runs.append(start..<times.count) }
        return runs
    }
}

/// Series on top of each other, the first one at the bottom. A series without a value at a time adds nothing there.
struct Stack {
    struct Layer {
        let series: Int
        let lower, upper: [Double]
    }

    let times: [Int64]
    private(set) var layers: [Layer] = []

    var maximum: Double { layers.flatMap(\.upper).max() ?? 1 }
    var minimum: Double { layers.flatMap(\.lower).min() ?? 0 }

    init(_ series: [Chart.Series]) {
        let left = series.indices.filter { !series[$0].isRight && !series[$0].values.isEmpty }
        times = Set(left.flatMap { series[$0].times }).sorted()
        var sums = [Double](repeating: 0, count: times.count)
        for index in left {
            var next = 0
            let lower = sums
            for (place, time) in times.enumerated() where next < series[index].times.count && series[index].times[next] == time {
                sums[place] += series[index].values[next]
                next += 1
            }
            layers.append(Layer(series: index, lower: lower, upper: sums))
        }
    }
}
