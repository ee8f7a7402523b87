import Glibc

/// How far values usually lie from what was expected, and at which hours of the day further or nearer than on the whole.
struct ResidualScale: Sendable {
    /// Outliers count a quarter: they say little about what is usual, but a metric that has become noisier is believed in the end.
    private static let outlierWeight: Float = 0.25
    /// A residual of three days ago counts 1/e.
    private static let memorySeconds = 3.0 * 86_400
    private static let ratioRange = 0.4...2.5
    /// Units are computed anew after so many values, early and later.
    private static let every = 8

    private var sizes = SizeHistogram()
    /// By hour of the day: the usual distance there, as a multiple of the usual distance.
    private var ratios = [Double](repeating: 1, count: 24)
    private let ratioStep: Double
    private var count = 0
    private var lastHour: Int64 = 0
    private var whole = 0.0
    private var middle = 0.0

    init(period: Int64) { ratioStep = min(0.1, 0.05 * (Double(period) / 300).squareRoot()) }

    /// One deviation: of noise that is normal, one and a half times its standard deviation; of noise with heavy tails as much more as
    /// these need. Two of them hold all but about one in four hundred ordinary values.
    func unit(at time: Int64) -> Double { whole * ratio(at: time) }

    private func ratio(at time: Int64) -> Double { ratios[Int(time % 86_400 / 3600)] }

    mutating func add(_ residual: Double, at time: Int64, isOutlier: Bool) {
        let hour = time / 3600
        if lastHour == 0 { lastHour = hour }
        if hour > lastHour {
            sizes.forget(keeping: Float(exp(-Double(min(hour - lastHour, 1000)) * 3600 / Self.memorySeconds)))
            lastHour = hour
        }
        let size = residual.magnitude / ratio(at: time)
        sizes.add(size, weight: isOutlier ? Self.outlierWeight : 1)
        count += 1
        if count < 64 || count % Self.every == 0 { renew() }
        let place = Int(time % 86_400 / 3600)
        guard count > 200, !isOutlier else { return }
        let moved = ratios[place] * exp(size > middle ? ratioStep : -ratioStep)
        ratios[place] = min(max(moved, Self.ratioRange.lowerBound), Self.ratioRange.upperBound)
    }

    /// Rank by rank, so that neither a few per cent of anomalies nor a tail that is always there decides alone.
    private mutating func renew() {
        middle = sizes.quantile(0.5)
        let deviation = 1.4826 * middle
        let tail = max(1.02 * sizes.quantile(0.95), min(0.86 * sizes.quantile(0.98), 4.5 * deviation))
        whole = max(2 * deviation, tail)
    }
}
