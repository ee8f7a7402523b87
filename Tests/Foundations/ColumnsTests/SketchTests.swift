import Columns
import Simulation
import Testing

struct SketchTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a quantile lies within one per cent of a value of that rank, merged or not`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var values: [Double] = []
        var whole = QuantileSketch()
        var parts = [QuantileSketch(), QuantileSketch(), QuantileSketch()]
        for index in 0..<2000 {
            let magnitude = Double.random(in: -12...12, using: &random)
            let value = random.oneIn(20) ? 0 : (random.oneIn(3) ? -1.0 : 1.0) * power(of: magnitude)
            values.append(value)
            whole.add(value)
            parts[index % 3].add(value)
        }
        values.sort()
        var merged = QuantileSketch()
        for part in parts { merged.merge(part) }
        #expect(merged == whole)
        for quantile in [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
            let found = try #require(whole.value(at: quantile))
            let rank = max(0, min(values.count - 1, Int((quantile * Double(values.count)).rounded(.up)) - 1))
            let exact = values[rank]
            #expect(abs(found - exact) <= 0.01 * abs(exact))
        }
    }

    @Test func `an empty sketch has no quantile, and one value is every quantile`() {
        var sketch = QuantileSketch()
        #expect(sketch.value(at: 0.5) == nil)
        sketch.add(42, weight: 0.5)
        for quantile in [0, 0.5, 1] { #expect(abs((sketch.value(at: quantile) ?? 0) - 42) < 0.42) }
        #expect(QuantileSketch.key(of: 0) == 0 && QuantileSketch.key(of: -0.0) == 0)
        #expect(QuantileSketch.middle(of: QuantileSketch.key(of: Double.leastNormalMagnitude)) > 0)
    }

    @Test func `keys sort as their values do`() {
        let values = [-1e300, -5, -1, -1e-300, 0, 1e-300, 0.5, 1, 2, 1e300]
        #expect(values.map(QuantileSketch.key) == values.map(QuantileSketch.key).sorted())
    }

    /// Ten to a power, without a maths library.
    private func power(of exponent: Double) -> Double {
        var result = 1.0
        for _ in 0..<Int(exponent.magnitude) { result *= 10 }
        return exponent < 0 ? 1 / result : result
    }
}
