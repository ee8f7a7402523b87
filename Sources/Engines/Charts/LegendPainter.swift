/// The names of the series, with their colours: in rows below or in a column at the right. What has no room is counted.
struct LegendPainter {
    /// Of the picture's width or height.
    private static let shareMax = 0.42

    let chart: Chart
    let canvas: Canvas

    /// - Returns: what is left for the graph.
    func paint(in box: Box) -> Box {
        guard chart.legend != .hidden, !chart.series.isEmpty else { return box }
        return chart.legend == .bottom ? rows(in: box) : column(in: box)
    }

    private func rows(in box: Box) -> Box {
        let most = max(1, Int(box.height * Self.shareMax / Style.lineHeight))
        var lines: [[(index: Int, text: String)]] = [[]]
        var x = 0.0, shown = 0
        for index in chart.series.indices {
            let text = canvas.shortened(chart.series[index].label, to: box.width - 2 * Style.swatch)
            let width = canvas.width(of: text) + Style.swatch + 22
            if x > 0, x + width > box.width {
                guard lines.count < most else { break }
                lines.append([])
                x = 0
            }
            lines[lines.count - 1].append((index, text))
            x += width
            shown += 1
        }
        let height = Double(lines.count) * Style.lineHeight + 4
        let first = box.bottom - Double(lines.count - 1) * Style.lineHeight
        for (row, line) in lines.enumerated() {
            var x = box.x
            let y = first + Double(row) * Style.lineHeight
            for item in line {
                entry(item.text, chart.color(of: item.index), at: (x, y))
                x += canvas.width(of: item.text) + Style.swatch + 22
            }
            if row == lines.count - 1, shown < chart.series.count {
                canvas.text("+\(chart.series.count - shown)", at: (min(x, box.right - 30), y), chart.theme.quiet)
            }
        }
        return box.withoutBottom(height + 6)
    }

    private func column(in box: Box) -> Box {
        let widest = chart.series.map { canvas.width(of: $0.label) }.max() ?? 0
        let width = min(widest + Style.swatch + 10, box.width * Self.shareMax)
        let most = max(1, Int(box.height / Style.lineHeight))
        let shown = chart.series.count <= most ? chart.series.count : most - 1
        for index in 0..<shown {
            let text = canvas.shortened(chart.series[index].label, to: width - Style.swatch - 8)
            entry(text, chart.color(of: index), at: (box.right - width, box.y + Double(index + 1) * Style.lineHeight - 4))
        }
        if shown < chart.series.count {
            let y = box.y + Double(shown + 1) * Style.lineHeight - 4
            canvas.text("+\(chart.series.count - shown)", at: (box.right - width, y), chart.theme.quiet)
        }
        return box.withoutRight(width + 16)
    }

    private func entry(_ text: String, _ color: Color, at point: (x: Double, y: Double)) {
        canvas.fill(Box(x: point.x, y: point.y - Style.swatch + 1, width: Style.swatch, height: Style.swatch), color)
        canvas.text(text, at: (point.x + Style.swatch + 6, point.y), chart.theme.text)
    }
}
