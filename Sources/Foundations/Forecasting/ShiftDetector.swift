/// Tells a new level from an outlier: values that stay on one side of the band for long enough, and near each other, are the new normal;
/// and values that come back to where they were before the last shift are believed at once.
struct ShiftDetector: Sendable {
    private static let pointsMin = 6
    private static let keptMax = 64
    /// A shift that far back is no longer undone.
    private static let undoSeconds: Int64 = 7 * 86_400

    private let seconds: Int64
    private var rests: [Double] = []
    private var isAbove = false
    private var began: Int64 = 0
    private var inside = 0
    private var last: (by: Double, time: Int64)?
    private var returned = 0

    init(seconds: Int64) { self.seconds = seconds }

    /// How many values have been outside the band one after the other, all on one side.
    private(set) var run = 0

    /// They have been there for more than an instant.
    var isSustained: Bool { run >= 3 }

    struct Shift {
        let by: Double
        /// How long ago it happened.
        let seconds: Int64
        /// It takes an earlier one back.
        let isUndoing: Bool
    }

    /// - Parameter rest: what came, less what was expected. `unit`: the deviation there.
    mutating func add(_ rest: Double, unit: Double, at time: Int64) -> Shift? {
        guard rest.magnitude > 2 * unit, unit > 0 || rest != 0 else {
            inside += 1
            returned = 0
            // One value inside is chance; two end it.
            if inside > 1 { begin() }
            return nil
        }
        inside = 0
        if (rest > 0) != isAbove || rests.isEmpty {
            begin()
            isAbove = rest > 0
            began = time
        }
        if rests.count < Self.keptMax { rests.append(rest) } else { rests[run % Self.keptMax] = rest }
        run += 1
        return undone(rest, unit, time) ?? settled(time)
    }

    private mutating func undone(_ rest: Double, _ unit: Double, _ time: Int64) -> Shift? {
        guard let shift = last, time - shift.time < Self.undoSeconds, (rest + shift.by).magnitude < 2 * unit + 0.1 * shift.by.magnitude else {
            returned = 0
            return nil
        }
        returned += 1
        guard returned >= 2 else { return nil }
        return done(Shift(by: -shift.by, seconds: time - began, isUndoing: true), time)
    }

    private mutating func settled(_ time: Int64) -> Shift? {
        let length = time - began
        guard length >= seconds, rests.count >= Self.pointsMin else { return nil }
        var sample = rests
        guard let middle = Robust.median(&sample) else { return nil }
        var distances = rests.map { ($0 - middle).magnitude }
        let spread = Robust.median(&distances) ?? 0
        // A new level is narrow; what keeps wandering is believed only when it has done so for long.
        guard spread < 0.5 * middle.magnitude || length >= 4 * seconds else { return nil }
        return done(Shift(by: middle, seconds: length, isUndoing: false), time)
    }

    private mutating func done(_ shift: Shift, _ time: Int64) -> Shift {
        last = (shift.by, time)
        begin()
        return shift
    }

    private mutating func begin() {
        rests.removeAll(keepingCapacity: true)
        run = 0
        returned = 0
    }
}
