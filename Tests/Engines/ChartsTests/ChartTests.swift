import Charts
import Simulation
import Testing

struct ChartTests {
    private let start: Int64 = 1_795_248_000_000_000_000, minute: Int64 = 60_000_000_000

    private func series(_ label: String, _ values: [Double]) -> Chart.Series {
        Chart.Series(label: label, times: values.indices.map { start + Int64($0) * minute }, values: values, period: minute)
    }

    private func chart(_ kind: Chart.Kind, width: Int = 300, height: Int = 200, _ series: [Chart.Series]) -> Chart {
        var chart = Chart(width: width, height: height)
        chart.kind = kind
        chart.series = series
        chart.range = start..<(start + 60 * minute)
        return chart
    }

    /// Width and height out of the first part.
    private func size(_ png: [UInt8]) -> [Int] {
        guard png.starts(with: [137, 80, 78, 71, 13, 10, 26, 10]), png.count > 24 else { return [] }
        return [16, 20].map { place in png[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) } }
    }

    private static let kinds: [Chart.Kind] = [
        .lines(isStacked: false), .lines(isStacked: true), .singleValues(hasSparkline: true), .singleValues(hasSparkline: false), .gauge, .bars, .pie, .table,
    ]

    @Test(arguments: kinds)
    func `every kind is drawn in its size, and data changes the picture`(kind: Chart.Kind) throws {
        let one = try chart(kind, [series("a", [1, 2, 3]), series("b", [3, 1, 4])]).png()
        let other = try chart(kind, [series("a", [1, 2, 30]), series("b", [3, 1, 40])]).png()
        #expect(size(one) == [300, 200])
        #expect(one != other)
        #expect(try chart(kind, [series("a", [1, 2, 3]), series("b", [3, 1, 4])]).png() == one)
    }

    @Test(arguments: kinds, [(1, 1), (2, 900), (900, 3), (40, 40)])
    func `no size is too odd, nor is nothing too little`(kind: Chart.Kind, edges: (Int, Int)) throws {
        for all in [[], [series("a", [])], [series("", [5])], (0..<60).map { series("series number \($0)", [Double($0), -1]) }] {
            var chart = chart(kind, width: edges.0, height: edges.1, all)
            chart.title = "A title that is longer than the picture is wide"
            #expect(size(try chart.png()) == [edges.0, edges.1])
        }
    }

    @Test(arguments: 1...20)
    func `whatever the numbers are, there is a picture`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let values = (0..<50).map { _ in [0, 1, -1, 1e-300, 1e300, 1e18, -5e-9].randomElement(using: &random)! * Double.random(in: -1...1, using: &random) }
        for kind in Self.kinds {
            var chart = chart(kind, [series("a\u{0}\n\u{7f}é漢", values)])
            chart.thresholds = [.init(value: values[0], upper: values[1], label: "x", fill: .above)]
            chart.events = [.init(time: start - minute, end: start + 99 * minute, label: "y", fill: .before)]
            chart.left = .init(min: values[2], max: values[3])
            chart.bands = [.init(times: [start, start + minute], lower: [values[4], 0], upper: [values[5], 1])]
            #expect(size(try chart.png()) == [300, 200])
        }
    }
}
