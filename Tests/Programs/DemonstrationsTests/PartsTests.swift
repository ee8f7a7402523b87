import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct AgendaTests {
    @Test(arguments: UInt64(0)..<20)
    func `work comes by time, and in the order it was noted at the same time`(seed: UInt64) {
        var chance = Chance(seed: seed), agenda = Agenda()
        var expected: [(time: Int64, number: Int)] = []
        for number in 0..<200 {
            let time = Int64(chance.integer(in: 0...40))
            expected.append((time, number))
            // The parent's text tells the entries apart.
            agenda.note(.notification(Self.order, parent: "\(number)"), at: Timestamp(seconds: time))
        }
        expected.sort { ($0.time, $0.number) < ($1.time, $1.number) }
        var found: [(time: Int64, number: Int)] = []
        while let (time, work) = agenda.next(until: Timestamp(seconds: 40)) {
            guard case .notification(_, let parent) = work else { continue }
            found.append((time.seconds, Int(parent) ?? -1))
        }
        #expect(found.elementsEqual(expected, by: ==))
    }

    @Test func `what is not due yet stays`() {
        var agenda = Agenda()
        agenda.note(.visit, at: Timestamp(seconds: 10))
        #expect(agenda.next(until: Timestamp(seconds: 9)) == nil)
        #expect(agenda.next(until: Timestamp(seconds: 10)) != nil)
        #expect(agenda.next(until: Timestamp(seconds: 11)) == nil)
    }

    private static let order = Order(
        number: 1, show: Show.all[0], tickets: 1, userID: "", correlation: "", trace: Trace(id: "", isSampled: false))
}

struct MetricBookTests {
    private let start = Timestamp(seconds: 1000)
    private func second(_ offset: Int64) -> Timestamp { Timestamp(seconds: 1000 + offset) }

    @Test func `a period is closed once, when it is over, with each value and how often it came`() throws {
        var book = MetricBook(start: start)
        for value in [3.0, 1, 3] { book.add(value, to: .apiLatency, at: second(4)) }
        book.add(9, to: .apiLatency, at: second(5))
        #expect(book.close(until: Timestamp(nanoseconds: second(5).nanoseconds - 1)).isEmpty)
        let first = try #require(book.close(until: second(5)).first { $0.metric == .apiLatency })
        #expect(first.time == start)
        #expect(first.values.map { "\($0)" } == ["(value: 1.0, count: 1)", "(value: 3.0, count: 2)"])
        #expect(book.close(until: second(9)).isEmpty)
        #expect(book.close(until: second(10)).filter { $0.metric == .apiLatency }.map(\.time) == [second(5)])
    }

    @Test func `what never happens is 0 where silence would be a hole`() {
        var book = MetricBook(start: start)
        let data = book.close(until: second(15))
        #expect(data.filter { $0.metric == .ticketsSold }.map { $0.values.map(\.value) } == [[0], [0], [0]])
        #expect(!data.contains { $0.metric == .apiLatency })
    }

    @Test func `more values than a datum takes are several data`() {
        var book = MetricBook(start: start)
        for value in 0..<400 { book.add(Double(value), to: .apiLatency, at: start) }
        let data = book.close(until: second(5)).filter { $0.metric == .apiLatency }
        #expect(data.map(\.values.count) == [150, 150, 100])
        #expect(data.flatMap { $0.values.map(\.value) } == (0..<400).map(Double.init))
    }
}

struct ChanceTests {
    @Test func `numbers keep to their bounds and means`() {
        var chance = Chance(seed: 1)
        let units = (0..<10_000).map { _ in chance.unit() }
        #expect(units.allSatisfy { 0..<1 ~= $0 })
        #expect(abs(units.reduce(0, +) / 10_000 - 0.5) < 0.02)
        let waits = (0..<10_000).map { _ in chance.exponential(mean: 3) }
        #expect(waits.allSatisfy { $0 >= 0 } && abs(waits.reduce(0, +) / 10_000 - 3) < 0.15)
        let durations = (0..<10_001).map { _ in chance.duration(median: 20) }.sorted()
        #expect(durations[0] > 0 && abs(durations[5000] - 20) < 1)
    }

    @Test func `weights decide how often an element is chosen`() {
        var chance = Chance(seed: 2)
        let chosen = (0..<9000).map { _ in chance.choice(weighted: [("a", 2), ("b", 1), ("never", 0)]) }
        #expect(abs(chosen.count { $0 == "a" } - 6000) < 200)
        #expect(!chosen.contains("never"))
    }
}

struct DemandTests {
    private let demand = Demand(live: Timestamp(seconds: 100_000), speed: 1)

    @Test func `the first sale opens 40 s into the present, and one every four minutes before and after`() {
        func pressure(_ second: Int64) -> Double { demand.pressure(at: Timestamp(seconds: 100_000 + second)) }
        for cycle in stride(from: Int64(-2400), through: 2400, by: 240) {
            #expect(pressure(cycle + 40) == 0)
            #expect(pressure(cycle + 50) > 0.9)
            #expect(pressure(cycle + 39) == 0)
            #expect(pressure(cycle + 200) == 0)
        }
        #expect(demand.secondsToNextSale(from: Timestamp(seconds: 100_000)) == 40)
        #expect(demand.secondsToNextSale(from: Timestamp(seconds: 100_041)) == 239)
    }

    @Test func `visits come as often as it says`() {
        var chance = Chance(seed: 3), time = Timestamp(seconds: 100_000), count = 0
        while time < Timestamp(seconds: 100_040) {
            time = demand.nextVisit(after: time, &chance)
            count += 1
        }
        #expect((180...300).contains(count), "6 a second for 40 s")
    }
}

struct FixedTextTests {
    @Test(arguments: [(0.0, "0.00"), (3.1, "3.10"), (12.345, "12.35"), (6000, "6000.00"), (0.999, "1.00"), (-1.5, "-1.50")])
    func `two digits stand behind the point`(value: Double, text: String) { #expect(FixedText.decimals(value) == text) }
}
