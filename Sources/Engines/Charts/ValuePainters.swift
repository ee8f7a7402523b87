import Glibc

// One number a series: the last one, written, on a dial, as a bar, as a share.

extension Chart.Series {
    var last: Double? { values.last }
}

extension Chart {
    func written(_ value: Double?) -> String {
        guard let value else { return "--" }
        return showsFullPrecision ? NumberText.plain(value, digits: 12) : NumberText.short(value)
    }
}

/// Each series' last value in large digits, side by side.
struct SingleValuesPainter {
    let chart: Chart
    let canvas: Canvas
    let hasSparkline: Bool

    func paint(in box: Box) {
        guard !chart.series.isEmpty else { return }
        let count = chart.series.count
        let columns = max(1, min(count, Int((box.width / max(90, min(200, box.width / 2))).rounded(.down))))
        let rows = (count + columns - 1) / columns
        let cell = (width: box.width / Double(columns), height: box.height / Double(rows))
        for index in chart.series.indices {
            let column = index % columns, row = index / columns
            paint(index, in: Box(x: box.x + Double(column) * cell.width, y: box.y + Double(row) * cell.height, width: cell.width - 12, height: cell.height - 6))
        }
    }

    private func paint(_ index: Int, in box: Box) {
        let series = chart.series[index]
        let text = chart.written(series.last)
        let hasLine = hasSparkline && box.height > 70 && series.values.count > 1
        let room = hasLine ? box.height * 0.55 : box.height
        var size = min(46, room * 0.5)
        let width = canvas.width(of: text, size: size, isBold: true)
        if width > box.width { size *= box.width / width }
        let baseline = box.y + min(room * 0.5 + size * 0.4, room - Style.lineHeight)
        canvas.text(text, at: (box.x, baseline), size: size, isBold: true, chart.theme.text)
        canvas.fill(Box(x: box.x, y: baseline + 9, width: Style.swatch, height: Style.swatch), chart.color(of: index))
        let label = canvas.shortened(series.label, to: box.width - Style.swatch - 6)
        canvas.text(label, at: (box.x + Style.swatch + 6, baseline + 18), chart.theme.quiet)
        if hasLine { sparkline(series, chart.color(of: index), Box(x: box.x, y: box.y + room + 4, width: box.width, height: box.height - room - 8)) }
    }

    private func sparkline(_ series: Chart.Series, _ color: Color, _ box: Box) {
        guard let low = series.values.min(), let high = series.values.max(), let first = series.times.first, let last = series.times.last else { return }
        let points = zip(series.times, series.values).map { time, value in
            (
                x: box.x + box.width * Double(time - first) / Double(max(1, last - first)),
                y: high > low ? box.bottom - box.height * (value - low) / (high - low) : box.middle.y
            )
        }
        canvas.area([(box.x, box.bottom)] + points + [(box.right, box.bottom)], color.faded(to: 0.15))
        canvas.path(points, color, width: 1.5)
    }
}

/// Each series' last value on a dial from the axis' lowest to its highest value. Thresholds colour the dial.
struct GaugePainter {
    private static let from = 0.75 * Double.pi, sweep = 1.5 * Double.pi

    let chart: Chart
    let canvas: Canvas

    func paint(in box: Box) {
        guard !chart.series.isEmpty else { return }
        let count = Double(chart.series.count)
        let columns = max(1, min(count, (count * box.width / box.height).squareRoot().rounded()))
        let rows = (count / columns).rounded(.up)
        let cell = (width: box.width / columns, height: box.height / rows)
        for index in chart.series.indices {
            let column = Double(index % Int(columns)), row = Double(index / Int(columns))
            paint(index, in: Box(x: box.x + column * cell.width, y: box.y + row * cell.height, width: cell.width, height: cell.height))
        }
    }

    private func paint(_ index: Int, in box: Box) {
        let low = chart.left.min ?? 0, high = max(chart.left.max ?? 100, low + 1e-12)
        let radius = max(10, min(box.width / 2 - 8, (box.height - Style.lineHeight - 8) / 1.75))
        let center = (x: box.middle.x, y: box.y + 4 + radius)
        let thickness = max(6, radius * 0.22)
        func angle(_ value: Double) -> Double { Self.from + Self.sweep * (min(max(value, low), high) - low) / (high - low) }
        canvas.ring(center, radius - thickness, radius, from: Self.from, to: Self.from + Self.sweep, chart.theme.grid)
        if let value = chart.series[index].last {
            canvas.ring(center, radius - thickness, radius, from: Self.from, to: angle(value), color(of: index, at: value))
        }
        for threshold in chart.thresholds where (low...high).contains(threshold.value) {
            let mark = angle(threshold.value)
            let width = 0.012 * Self.sweep
            canvas.ring(center, radius - thickness - 3, radius + 3, from: mark - width / 2, to: mark + width / 2, threshold.color ?? Color(214, 39, 40))
        }
        let size = min(36, radius * 0.5)
        canvas.text(chart.written(chart.series[index].last), at: (center.x, center.y + size * 0.35), size: size, isBold: true, align: .middle, chart.theme.text)
        let foot = center.y + radius * 0.72 + 12
        canvas.text(NumberText.short(low), at: (center.x - radius * 0.72, foot), align: .middle, chart.theme.quiet)
        canvas.text(NumberText.short(high), at: (center.x + radius * 0.72, foot), align: .middle, chart.theme.quiet)
        let label = canvas.shortened(chart.series[index].label, to: box.width - 8)
        canvas.text(label, at: (center.x, min(foot + Style.lineHeight, box.bottom - 3)), align: .middle, chart.theme.text)
    }

    /// That of the highest threshold that fills upward from below the value, or of the lowest that fills downward from above it.
    private func color(of index: Int, at value: Double) -> Color {
        let above = chart.thresholds.filter { $0.fill == .above && value >= $0.value }.max { $0.value < $1.value }
        let below = chart.thresholds.filter { $0.fill == .below && value <= $0.value }.min { $0.value < $1.value }
        return (above ?? below)?.color ?? chart.color(of: index)
    }
}

/// Each series' last value as a bar, with its name before it and the number behind.
struct BarsPainter {
    let chart: Chart
    let canvas: Canvas

    func paint(in box: Box) {
        let count = chart.series.count
        guard count > 0 else { return }
        let most = max(1, Int(box.height / 15)), shown = count <= most ? count : most - 1
        let height = min(38, box.height / Double(shown + (shown < count ? 1 : 0)))
        let names = min(box.width * 0.32, (chart.series.prefix(shown).map { canvas.width(of: $0.label) }.max() ?? 0) + 8)
        let numbers = (chart.series.prefix(shown).map { canvas.width(of: chart.written($0.last)) }.max() ?? 0) + 10
        let values = chart.series.compactMap(\.last)
        let low = chart.left.min ?? min(0, values.min() ?? 0), high = max(chart.left.max ?? max(0, values.max() ?? 1), low + 1e-12)
        let plot = box.withoutLeft(names).withoutRight(numbers)
        func x(_ value: Double) -> Double { plot.x + plot.width * (min(max(value, low), high) - low) / (high - low) }
        for index in 0..<shown {
            let y = box.y + Double(index) * height
            let label = canvas.shortened(chart.series[index].label, to: names - 8)
            canvas.text(label, at: (plot.x - 8, y + height / 2 + 4), align: .end, chart.theme.text)
            guard let value = chart.series[index].last else { continue }
            let start = x(max(0, low)), end = x(value)
            let bar = Box(x: min(start, end), y: y + height * 0.14, width: max(1, abs(end - start)), height: height * 0.72)
            canvas.fill(bar, chart.color(of: index))
            canvas.text(chart.written(value), at: (max(start, end) + 6, y + height / 2 + 4), chart.theme.text)
        }
        canvas.line((x(max(0, low)), plot.y), (x(max(0, low)), plot.y + Double(shown) * height), chart.theme.axis)
        for threshold in chart.thresholds where (low...high).contains(threshold.value) {
            let color = threshold.color ?? Color(214, 39, 40)
            canvas.line((x(threshold.value), plot.y), (x(threshold.value), plot.y + Double(shown) * height), color, isDashed: true)
        }
        if shown < count { canvas.text("+\(count - shown)", at: (plot.x, box.y + Double(shown) * height + 12), chart.theme.quiet) }
    }
}

/// Each series' last value as its share of all.
struct PiePainter {
    let chart: Chart
    let canvas: Canvas

    func paint(in box: Box) {
        let values = chart.series.map { max(0, $0.last ?? 0) }
        let total = values.reduce(0, +)
        var named = chart
        for index in chart.series.indices {
            let share = total > 0 ? "\(NumberText.plain(100 * values[index] / total, digits: 1)) %" : "--"
            named.series[index].label = "\(share)  \(chart.series[index].label)"
        }
        let room = LegendPainter(chart: named, canvas: canvas).paint(in: box)
        let radius = max(8, min(room.width, room.height) / 2 - 4), center = room.middle
        guard total > 0 else {
            return canvas.text("No data in this time", at: center, size: 13, align: .middle, chart.theme.quiet)
        }
        var angle = -Double.pi / 2
        for (index, value) in values.enumerated() where value > 0 {
            let next = angle + 2 * .pi * value / total
            canvas.ring(center, radius * 0.56, radius, from: angle, to: next, chart.color(of: index))
            angle = next
        }
        // Thin gaps between the parts.
        if values.count(where: { $0 > 0 }) > 1 {
            for value in values where value > 0 {
                canvas.line(
                    (center.x + cos(angle) * radius * 0.55, center.y + sin(angle) * radius * 0.55),
                    (center.x + cos(angle) * (radius + 1), center.y + sin(angle) * (radius + 1)), chart.theme.background, width: 1.5)
                angle += 2 * .pi * value / total
            }
        }
        let size = min(26, radius * 0.3)
        canvas.text(NumberText.short(total), at: (center.x, center.y + size * 0.36), size: size, isBold: true, align: .middle, chart.theme.text)
    }
}

/// What each series came to: its lowest, highest, mean and last value.
struct TablePainter {
    let chart: Chart
    let canvas: Canvas

    func paint(in box: Box) {
        let heads = ["Min", "Max", "Average", "Last"]
        let number = min(90, box.width * 0.15), name = box.width - 4 * number
        let most = max(1, Int(box.height / Style.lineHeight) - 1)
        let shown = chart.series.count <= most ? chart.series.count : most - 1
        canvas.text("Label", at: (box.x, box.y + 12), isBold: true, chart.theme.quiet)
        for (column, head) in heads.enumerated() {
            canvas.text(head, at: (box.x + name + Double(column + 1) * number, box.y + 12), isBold: true, align: .end, chart.theme.quiet)
        }
        canvas.line((box.x, box.y + 17), (box.right, box.y + 17), chart.theme.axis)
        for index in 0..<shown {
            let series = chart.series[index], y = box.y + Double(index + 2) * Style.lineHeight - 2
            canvas.fill(Box(x: box.x, y: y - Style.swatch + 1, width: Style.swatch, height: Style.swatch), chart.color(of: index))
            canvas.text(canvas.shortened(series.label, to: name - 24), at: (box.x + Style.swatch + 6, y), chart.theme.text)
            let mean = series.values.isEmpty ? nil : series.values.reduce(0, +) / Double(series.values.count)
            for (column, value) in [series.values.min(), series.values.max(), mean, series.last].enumerated() {
                canvas.text(chart.written(value), at: (box.x + name + Double(column + 1) * number, y), align: .end, chart.theme.text)
            }
        }
        if shown < chart.series.count {
            canvas.text("+\(chart.series.count - shown)", at: (box.x, box.y + Double(shown + 2) * Style.lineHeight - 2), chart.theme.quiet)
        }
    }
}
