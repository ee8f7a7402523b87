import SignalModel
import Simulation
import Testing

struct TimeTests {
    @Test func `division rounds toward minus infinity, so instants before the epoch fall into the right bucket`() {
        #expect(floorDivided(-1, by: 60) == -1)
        #expect(floorDivided(-60, by: 60) == -1)
        #expect(floorDivided(59, by: 60) == 0)
        #expect(Timestamp(seconds: -1).floored(to: 60_000_000_000) == Timestamp(seconds: -60))
        #expect(Timestamp(nanoseconds: -1).milliseconds == -1)
    }

    @Test func `seconds with a fraction are kept to the microsecond, and what cannot be held is refused`() {
        #expect(Timestamp(secondsSinceEpoch: 1_795_255_681.156018)?.nanoseconds == 1_795_255_681_156_018_000)
        for bad in [Double.nan, .infinity, -.infinity, 1e300, -1e10] { #expect(Timestamp(secondsSinceEpoch: bad) == nil) }
        #expect(Timestamp(exactlyMilliseconds: .max) == nil)
        #expect(Timestamp(exactlyMilliseconds: 5)?.nanoseconds == 5_000_000)
    }

    @Test func `a range holds its start and not its end`() {
        let range = TimeRange(start: Timestamp(seconds: 10), end: Timestamp(seconds: 20))
        #expect(range.contains(Timestamp(seconds: 10)) && !range.contains(Timestamp(seconds: 20)))
        #expect(range.overlaps(19_999_999_999...30_000_000_000) && !range.overlaps(20_000_000_000...30_000_000_000))
        #expect(range.overlaps(0...10_000_000_000) && !range.overlaps(0...9_999_999_999))
        #expect(!range.overlaps(TimeRange(start: range.end, end: Timestamp(seconds: 30))))
    }

    @Test func `each row falls into the day that covers it`() {
        var random = SeededRandom(seed: 3)
        let times = (0..<200).map { _ in Int64.random(in: (-3 * DayWindow.nanoseconds)...(3 * DayWindow.nanoseconds), using: &random) }
        let days = DayWindow.rows(of: times)
        #expect(days.map(\.day) == days.map(\.day).sorted())
        #expect(days.flatMap(\.rows).sorted() == Array(times.indices))
        for (day, rows) in days {
            #expect(rows == rows.sorted())
            for row in rows { #expect(DayWindow.times(of: day).contains(times[row])) }
        }
        #expect(DayWindow.rows(of: []).isEmpty)
        for time in [Int64.min, .max] { #expect(DayWindow.times(of: DayWindow.number(of: time)).contains(time)) }
    }

    @Test func `arrival numbers ascend whatever the clock does, and go on above those found`() {
        let clock = ManualClock(wallNanoseconds: 1000)
        let numbers = ArrivalNumbers(clock: clock)
        #expect(numbers.take(5) == 1000)
        #expect(numbers.take(1) == 1005)
        clock.setWall(toNanoseconds: 10)
        #expect(numbers.take(1) == 1006)
        numbers.noteUsed(5000)
        #expect(numbers.take(2) == 5001)
        numbers.noteUsed(3)
        #expect(numbers.take(1) == 5003)
    }
}
