@testable import Charts
import Simulation
import Testing

struct TicksTests {
    @Test(arguments: [
        (0.0, 100.0, 5, [0, 20, 40, 60, 80, 100]), (0, 7, 4, [0, 2, 4, 6, 8]), (3, 3, 4, [2, 2.5, 3, 3.5, 4]), (-5, 12, 5, [-5, 0, 5, 10, 15]),
        (0, 0.0042, 4, [0, 0.002, 0.004, 0.006]),
    ] as [(Double, Double, Int, [Double])])
    func `values are marked at round numbers that hold the data`(low: Double, high: Double, count: Int, expected: [Double]) {
        let ticks = ValueTicks(low, high, fixedLow: false, fixedHigh: false, count: count)
        #expect(zip(ticks.values, expected).allSatisfy { abs($0 - $1) < 1e-9 } && ticks.values.count == expected.count, "\(ticks.values)")
        #expect(ticks.low <= low && ticks.high >= high)
    }

    @Test func `marks have different texts, whatever the data`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2000 {
            let size = [1e-3, 1, 1e3, 1e7, 1e12].randomElement(using: &random)!
            let low = Double.random(in: -1...1, using: &random) * size, high = low + Double.random(in: 0.01...1, using: &random) * size
            let ticks = ValueTicks(low, high, fixedLow: false, fixedHigh: false, count: 6)
            #expect((2...14).contains(ticks.values.count), "\(low) \(high)")
            let texts = ticks.values.map { ticks.text($0) }
            #expect(Set(texts).count == texts.count, "\(texts)")
        }
    }

    @Test(arguments: [(0.0, "0"), (1234, "1.23k"), (98_765.4, "98.8k"), (2_500_000, "2.5M"), (0.0312, "0.0312"), (-42.5, "-42.5"), (5e-7, "5e-7"), (.nan, "–")])
    func `numbers are short`(value: Double, text: String) {
        #expect(NumberText.short(value) == text)
    }

    @Test func `times are marked at round clock times of the zone`() {
        let start: Int64 = 1_795_248_000_000_000_000      // 2026-11-21T08:00:00Z
        let hours = TimeTicks(start..<(start + 3 * 3_600_000_000_000), count: 6, zoneMinutes: 0)
        #expect(hours.marks.map(\.text) == ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"])
        let zoned = TimeTicks(start..<(start + 3 * 3_600_000_000_000), count: 3, zoneMinutes: 330)
        #expect(zoned.marks.map(\.text) == ["14:00", "15:00", "16:00"])
        let days = TimeTicks(start..<(start + 3 * 86_400_000_000_000), count: 3, zoneMinutes: 0)
        #expect(days.marks.map(\.text) == ["11/22", "11/23", "11/24"])
    }
}
