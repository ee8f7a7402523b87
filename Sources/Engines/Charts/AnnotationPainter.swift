/// Thresholds and events over a graph.
struct AnnotationPainter {
    private static let thresholdColor = Color(214, 39, 40)
    private static let eventColor = Color(127, 127, 127)
    private static let fillAlpha = 0.12

    let chart: Chart
    let canvas: Canvas

    func paintFills(in plot: Box, _ left: ValueTicks, _ right: ValueTicks?) {
        for threshold in chart.thresholds {
            let ticks = threshold.isRight ? right ?? left : left
            let color = (threshold.color ?? Self.thresholdColor).faded(to: Self.fillAlpha)
            let y = ticks.y(threshold.value, in: plot)
            if let upper = threshold.upper {
                fill(plot.x, plot.right, y, ticks.y(upper, in: plot), color)
            } else if threshold.fill == .above {
                fill(plot.x, plot.right, plot.y, y, color)
            } else if threshold.fill == .below {
                fill(plot.x, plot.right, y, plot.bottom, color)
            }
        }
        for event in chart.events {
            let color = (event.color ?? Self.eventColor).faded(to: Self.fillAlpha)
            let x = x(event.time, plot)
            if let end = event.end {
                fill(x, self.x(end, plot), plot.y, plot.bottom, color)
            } else if event.fill == .before {
                fill(plot.x, x, plot.y, plot.bottom, color)
            } else if event.fill == .after {
                fill(x, plot.right, plot.y, plot.bottom, color)
            }
        }
    }

    func paintLines(in plot: Box, _ left: ValueTicks, _ right: ValueTicks?) {
        for threshold in chart.thresholds {
            let ticks = threshold.isRight ? right ?? left : left
            let color = threshold.color ?? Self.thresholdColor
            for value in [threshold.value] + [threshold.upper].compactMap({ $0 }) where value >= ticks.low && value <= ticks.high {
                let y = ticks.y(value, in: plot)
                canvas.line((plot.x, y), (plot.right, y), color, isDashed: true)
            }
            guard let label = threshold.label, !label.isEmpty else { continue }
            let text = canvas.shortened(label, to: plot.width / 2)
            let y = ticks.y(max(threshold.value, threshold.upper ?? threshold.value), in: plot)
            note(text, x: plot.right - canvas.width(of: text) - 6, y: y < plot.y + 14 ? y + 14 : y - 5, color)
        }
        var taken: [(row: Int, x: ClosedRange<Double>)] = []
        for event in chart.events {
            let color = event.color ?? Self.eventColor
            for time in [event.time] + [event.end].compactMap({ $0 }) where chart.range.contains(time) {
                canvas.line((x(time, plot), plot.y), (x(time, plot), plot.bottom), color, isDashed: true)
            }
            guard let label = event.label, !label.isEmpty, chart.range.contains(event.time) else { continue }
            let text = canvas.shortened(label, to: plot.width / 3), width = canvas.width(of: text)
            let line = x(event.time, plot)
            let start = line + width + 10 > plot.right ? line - width - 5 : line + 5
            // Labels that would lie on each other go below each other.
            let span = (start - 4)...(start + width + 4)
            let row = (0...).first { row in !taken.contains { $0.row == row && $0.x.overlaps(span) } } ?? 0
            taken.append((row, span))
            note(text, x: start, y: plot.y + 11 + Double(row) * 14, color)
        }
    }

    /// On a ground of its own, so that lines below do not cross it out.
    private func note(_ text: String, x: Double, y: Double, _ color: Color) {
        let ground = chart.theme.background.faded(to: 0.75)
        canvas.fill(Box(x: x - 2, y: y - 10, width: canvas.width(of: text) + 4, height: 13), ground)
        canvas.text(text, at: (x, y), color)
    }

    private func fill(_ x1: Double, _ x2: Double, _ y1: Double, _ y2: Double, _ color: Color) {
        canvas.fill(Box(x: min(x1, x2), y: min(y1, y2), width: abs(x2 - x1), height: abs(y2 - y1)), color)
    }

    private func x(_ time: Int64, _ plot: Box) -> Double {
        let share = Double(time - chart.range.lowerBound) / Double(max(1, chart.range.upperBound - chart.range.lowerBound))
        return plot.x + plot.width * min(max(share, 0), 1)
    }
}
