import Glibc

/// One way to expect a metric's next value: a level that follows with some speed, on top of one of the profiles. Several of them go side
/// by side, and the one that has erred least lately is believed: so a metric needs no settings to be seasonal or not, calm or restless.
struct Expert: Sendable {
    enum Profile: Sendable { case none, day, week }

    /// Errors of half a day ago count 1/e.
    private static let memorySeconds = 43_200.0
    private static let longMemorySeconds = 7 * 86_400.0

    let profile: Profile
    /// Seconds until the level has gone two thirds of the way to a new one.
    let followSeconds: Double
    private(set) var level = 0.0
    /// Mean distance of what was expected from what came, lately.
    private(set) var error = 0.0
    /// The same over a week: who is to be asked about tomorrow.
    private(set) var longError = 0.0
    private var count = 0
    /// While values stay outside the band: what the level would be if they were right.
    private var run: (sum: Double, count: Int) = (0, 0)

    var hasBegun: Bool { count > 0 }

    init(_ profile: Profile, followSeconds: Double) {
        self.profile = profile
        self.followSeconds = followSeconds
    }

    /// Starts from a level, with the error of another that it has yet to beat.
    mutating func begin(level: Double, error: Double, count: Int) {
        self.level = level
        self.error = error
        longError = error
        self.count = count
    }

    /// Its profile is gone.
    mutating func end() { count = 0 }

    mutating func lift(by shift: Double) { level += shift }

    /// The values of the run were right.
    mutating func settle() {
        if run.count > 0 { level = run.sum / Double(run.count) }
        run = (0, 0)
    }

    /// - Parameters:
    ///   - rest: what came, less what was expected.
    ///   - seconds: since the last value.
    ///   - best: the least error of all experts, by which wild values are cut.
    ///   - place: of the value in a run of values outside the band; 0 when there is none.
    mutating func learn(_ rest: Double, after seconds: Double, best: Double, place: Int) {
        count += 1
        run = place == 0 ? (0, 0) : place == 1 ? (level + rest, 1) : (run.sum + level + rest, run.count + 1)
        let cut = 6 * max(error, best)
        let step = count > 4 && cut > 0 ? min(max(rest, -cut), cut) : rest
        level += step * max(1 - exp(-seconds / followSeconds), 1 / Double(count + 1))
        let size = best > 0 ? min(rest.magnitude, 10 * best + 3 * error) : rest.magnitude
        longError += (size - longError) * max(1 - exp(-seconds / Self.longMemorySeconds), 1 / Double(count + 1))
        error += (size - error) * max(1 - exp(-seconds / Self.memorySeconds), 1 / Double(count + 1))
    }
}
