import Forecasting
import Glibc
import Simulation
import Testing

struct SeasonalModelTests {
    private static let midnight: Int64 = 1_795_219_200      // 2026-11-21, a Saturday

    /// Values every five minutes for so many days.
    private func times(_ days: Double, period: Int64 = 300) -> [Int64] {
        stride(from: Self.midnight, to: Self.midnight + Int64(days * 86_400), by: Int(period)).map { $0 }
    }

    private func model(
        _ times: [Int64], _ settings: SeasonalModel.Settings = .init(), period: Int64 = 300, seed: UInt64 = 1, _ value: (Int64, Double) -> Double
    ) -> SeasonalModel {
        var random = SeededRandom(seed: seed)
        var model = SeasonalModel(periodSeconds: period, settings: settings)
        for time in times { model.observe(value(time, Double.random(in: -1...1, using: &random)), at: time) }
        return model
    }

    private func daily(_ time: Int64) -> Double { 100 + 50 * sin(2 * .pi * Double(time % 86_400) / 86_400) }

    @Test func `nothing is expected before there are a few values`() {
        let times = times(1)
        let eleven = model(Array(times.prefix(11))) { _, noise in noise }
        #expect(eleven.expectation(at: times[11]) == nil)
        let twelve = model(Array(times.prefix(12))) { _, noise in noise }
        #expect(twelve.expectation(at: times[12]) != nil)
    }

    @Test func `a day's shape is expected at its times`() throws {
        let times = times(5)
        let model = model(times) { time, noise in daily(time) + noise }
        for hour in [6, 12, 18] {
            let expected = try #require(model.forecast(at: Self.midnight + 5 * 86_400 + Int64(hour) * 3600))
            #expect(abs(expected - daily(Int64(hour) * 3600)) < 5)
        }
    }

    @Test func `a weekend is expected after one week`() throws {
        func value(_ time: Int64) -> Double { (time / 86_400 + 3) % 7 >= 5 ? 20 : daily(time) }
        let times = times(14)
        let model = model(times) { time, noise in value(time) + noise }
        let saturday = Self.midnight + 14 * 86_400 + 6 * 3600
        let expected = try #require(model.forecast(at: saturday))
        #expect(abs(expected - 20) < 8)
    }

    @Test func `jobs on the hour are expected`() throws {
        let times = times(1, period: 60)
        let model = model(times, period: 60) { time, noise in time % 3600 == 0 ? 90 + noise : 20 + noise }
        let next = Self.midnight + 86_400
        #expect(try #require(model.expectation(at: next)).value > 70)
        #expect(try #require(model.expectation(at: next + 60)).value < 40)
    }

    @Test func `a lone outlier moves nothing`() throws {
        let times = times(2)
        let model = model(times) { time, noise in time == times[times.count - 2] ? 10_000 : 50 + noise }
        let expected = try #require(model.expectation(at: times.last! + 300))
        #expect(abs(expected.value - 50) < 1.5)
        #expect(expected.deviation < 4)
    }

    @Test func `a new level is believed after an hour, and the old one at once when it comes back`() throws {
        let shift = Self.midnight + 2 * 86_400
        func level(_ time: Int64) -> Double { time < shift ? 50 : time < shift + 6 * 3600 ? 90 : 50 }
        var random = SeededRandom(seed: 3)
        var model = SeasonalModel(periodSeconds: 300)
        var outside: [Int64] = []
        for time in times(3) {
            let value = level(time) + Double.random(in: -1...1, using: &random)
            if let expected = model.expectation(at: time), value > expected.upper(2) || value < expected.lower(2) { outside.append(time) }
            model.observe(value, at: time)
        }
        let after = outside.filter { $0 >= shift }
        #expect(after.first == shift)
        #expect(after.filter { $0 < shift + 6 * 3600 }.allSatisfy { $0 <= shift + 3600 })
        #expect(after.count { $0 >= shift + 6 * 3600 } <= 3)
    }

    @Test func `a gap widens the band and teaches nothing`() throws {
        let times = times(2)
        let model = model(times) { _, noise in 50 + noise }
        let next = try #require(model.expectation(at: times.last! + 300))
        let later = try #require(model.expectation(at: times.last! + 6 * 3600))
        #expect(later.deviation > 1.5 * next.deviation)
        #expect(abs(later.value - 50) < 2)
    }

    @Test func `excluded times teach nothing`() throws {
        var settings = SeasonalModel.Settings()
        let bad = (Self.midnight + 86_400)...(Self.midnight + 86_400 + 8 * 3600)
        settings.excluded = [bad]
        let times = times(1.33)
        let model = model(times, settings) { time, noise in bad.contains(time) ? 500 : 50 + noise }
        #expect(abs(try #require(model.forecast(at: times.last! + 300)) - 50) < 3)
    }

    @Test func `what was never negative is not expected to be`() throws {
        let times = times(1)
        let model = model(times) { _, noise in max(0, noise) }
        #expect(try #require(model.expectation(at: times.last! + 300)).lower(2) == 0)
    }

    @Test func `a trend goes on`() throws {
        let times = times(6)
        let model = model(times) { time, noise in Double(time - Self.midnight) / 3600 + noise }
        let day = try #require(model.forecast(at: times.last! + 86_400))
        #expect(abs(day - 7 * 24) < 6)
    }

    @Test func `a trend of an hour goes on too`() throws {
        let times = Array(times(1, period: 60).prefix(60))
        let model = model(times, period: 60) { time, noise in 10 + Double(time - Self.midnight) / 60 + 0.2 * noise }
        let ahead = try #require(model.forecast(at: times.last! + 7200))
        #expect(abs(ahead - (10 + 59 + 120)) < 15)
    }

    @Test func `noise is no trend`() throws {
        let times = times(3)
        let model = model(times) { _, noise in 50 + 10 * noise }
        #expect(abs(try #require(model.forecast(at: times.last! + 7 * 86_400)) - 50) < 5)
    }

    @Test func `days are cut by local time`() throws {
        var settings = SeasonalModel.Settings()
        settings.zone = LocalTime(secondsFromUTC: -5 * 3600)
        let times = times(4)
        let model = model(times, settings) { time, noise in daily(time) + noise }
        #expect(abs(try #require(model.forecast(at: times.last! + 6 * 3600)) - daily(times.last! + 6 * 3600)) < 6)
    }

    @Test func `where clocks are put back, the day's profile goes with them`() throws {
        // Put back an hour after ten days: what comes at nine by the clock then comes an hour later by UTC.
        let change = Self.midnight + 10 * 86_400
        var settings = SeasonalModel.Settings()
        settings.zone = LocalTime(name: "test") { $0 < change ? 7200 : 3600 }
        func value(_ time: Int64) -> Double { (time + (time < change ? 7200 : 3600)) % 86_400 / 3600 == 9 ? 200 : 100 }
        let times = times(11)
        let local = model(times, settings) { time, noise in value(time) + noise }
        let fixed = model(times) { time, noise in value(time) + noise }
        let inside = Self.midnight + 11 * 86_400 + 8 * 3600 + 1800      // half past nine by the clock
        #expect(abs(try #require(local.forecast(at: inside)) - 200) < 6)
        #expect(abs(try #require(local.forecast(at: inside - 3600)) - 100) < 6)
        // By UTC ten days of eleven say that it is an hour earlier.
        #expect(abs(try #require(fixed.forecast(at: inside - 3600)) - 200) < 6)
    }

    /// Ordinary values about 50, and 300 once a day between 02:00 and 02:20, a few minutes sooner or later each day.
    private func withBackups(_ days: Double, _ settings: SeasonalModel.Settings) -> SeasonalModel {
        model(times(days), settings) { time, noise in
            let backup = 7200 + time / 86_400 * 3 % 5 * 300
            return (time % 86_400 - backup) / 300 == 0 && time % 86_400 >= backup ? 300 + 5 * noise : 50 + noise
        }
    }

    @Test func `spikes that come every day are within the band where they are expected, and nowhere else`() throws {
        var settings = SeasonalModel.Settings()
        settings.expectsSpikes = true
        let day = Self.midnight + 6 * 86_400
        let expecting = withBackups(6.0 + 1.0 / 24, settings), other = withBackups(6.0 + 1.0 / 24, .init())
        let atNight = day + 7200 + 600, later = day + 3 * 3600
        #expect(try #require(expecting.expectation(at: atNight)).upper(2) > 300)
        #expect(try #require(other.expectation(at: atNight)).upper(2) < 250)
        #expect(try #require(expecting.expectation(at: atNight)).upper(2) < 420)
        #expect(try #require(expecting.expectation(at: later)).upper(2) < 60)
        #expect(try #require(expecting.expectation(at: atNight)).lower(2) > 40)
    }

    @Test func `one spike is not what is expected`() throws {
        var settings = SeasonalModel.Settings()
        settings.expectsSpikes = true
        let wild = Self.midnight + 2 * 86_400 + 7200
        let model = model(times(6), settings) { time, noise in time == wild ? 300 : 50 + noise }
        #expect(try #require(model.expectation(at: Self.midnight + 6 * 86_400 + 7200)).upper(2) < 70)
    }

    /// Values outside of the band of a metric that steps up and down once a day; counted by the day that begins at `start`.
    private func missed(_ days: Int, steps: ClosedRange<Int64>, size: Double, from start: Int64) -> [Int] {
        var random = SeededRandom(seed: 4)
        var model = SeasonalModel(periodSeconds: 60)
        var missed = [Int](repeating: 0, count: days)
        for time in stride(from: start, to: start + Int64(days) * 86_400, by: 60) {
            let value = 100 + Double.random(in: 0...3, using: &random) + (steps.contains(time % 86_400 / 3600) ? size : 0)
            if let expected = model.expectation(at: time), value > expected.upper(2) || value < expected.lower(2) {
                missed[Int((time - start) / 86_400)] += 1
            }
            model.observe(value, at: time)
        }
        return missed
    }

    @Test(arguments: [(0...11, 0), (8...17, 30_120), (20...23, 30_120)] as [(ClosedRange<Int64>, Int64)])
    func `steps at the same hours are known to the minute after a few days`(steps: ClosedRange<Int64>, start: Int64) {
        let missed = missed(7, steps: steps, size: 40, from: Self.midnight + start)
        #expect(missed[3] <= 10 && missed[4] <= 4)
        #expect(missed[5...] == [0, 0])
    }

    @Test(arguments: [0, -1e300, .nan, .infinity, 1e300] as [Double])
    func `odd values harm nothing`(value: Double) throws {
        let times = times(1)
        let model = model(times) { time, noise in time % 1500 == 0 ? value : 50 + noise }
        let expected = try #require(model.expectation(at: times.last! + 300))
        #expect(expected.value.isFinite && expected.deviation.isFinite)
    }

    @Test func `times that do not go on are passed over`() {
        var model = SeasonalModel(periodSeconds: 60)
        for time in [600, 600, 540, 660] as [Int64] { model.observe(1, at: time) }
        #expect(model.count == 2)
    }

    @Test(arguments: 1...8)
    func `whatever comes, expectations are numbers`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var model = SeasonalModel(periodSeconds: [1, 60, 300, 3600, 86_400].randomElement(using: &random)!)
        var time: Int64 = Int64.random(in: 0...2_000_000_000, using: &random)
        for _ in 0..<5000 {
            time += random.oneIn(50) ? Int64.random(in: 1...3_000_000, using: &random) : 300
            let size = [0, 1, 1e-30, 1e20, 100].randomElement(using: &random)!
            if let expected = model.expectation(at: time) {
                #expect(expected.value.isFinite && expected.deviation.isFinite && expected.deviation >= 0)
            }
            model.observe(size * Double.random(in: -1...1, using: &random), at: time)
        }
        #expect(model.forecast(at: time + 86_400)?.isFinite ?? false)
    }
}
