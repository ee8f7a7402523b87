import SignalModel
import Simulation
import Testing

struct BatchTests {
    private let tenant = Tenant(account: "000000000000", region: "us-east-1")

    @Test func `plain values carry no columns for counts and extremes until one needs them`() {
        var batch = MetricBatch(tenant: tenant)
        let series = batch.addSeries(LabelSet([("a", "1")]), kind: .accumulating)
        batch.append(series: series, time: Timestamp(seconds: 1), value: 5)
        #expect(batch.counts.isEmpty)
        batch.append(series: series, time: Timestamp(seconds: 2), value: 7, count: 3)
        batch.appendSet(series: series, time: Timestamp(seconds: 3), sum: 10, count: 4, minimum: 1, maximum: 4)
        batch.append(series: series, time: Timestamp(seconds: 4), value: 9)
        #expect(batch.values == [5, 7, 10, 9])
        #expect(batch.counts == [1, 3, 4, 1])
        #expect(batch.minima == [5, 7, 1, 9])
        #expect(batch.maxima == [5, 7, 4, 9])
    }

    @Test(arguments: [
        "1-5759e988-bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793", "1-5759E988-BD862E3FE1BE46A994272793",
    ])
    func `a trace id is the same in every notation`(text: String) throws {
        let id = try #require(TraceID(text))
        #expect(id.xrayText == "1-5759e988-bd862e3fe1be46a994272793")
        #expect(id.hexText == "5759e988bd862e3fe1be46a994272793")
        #expect(id.epochSeconds == 0x5759_e988)
    }

    @Test(arguments: [
        "", "1-5759e988-bd862e3fe1be46a99427279", "2-5759e988-bd862e3fe1be46a994272793", "1-5759e988xbd862e3fe1be46a994272793",
        "5759e988bd862e3fe1be46a99427279g", "1-5759e98-8bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a9942727930",
    ])
    func `what is no trace id is refused`(text: String) {
        #expect(TraceID(text) == nil)
    }

    @Test func `a span's id is sixteen digits, leading zeros kept`() {
        #expect(spanHexText(0xa1) == "00000000000000a1")
        #expect(spanID("00000000000000a1") == 0xa1)
        #expect(spanID("a1") == nil)
        #expect(spanID("00000000000000g1") == nil)
    }

    @Test func `a query stops at its deadline, at its bytes, and when it is cancelled`() throws {
        let clock = ManualClock()
        let budget = QueryBudget(clock: clock, seconds: 10, bytesMax: 100)
        try budget.spend(bytes: 100)
        #expect(#expect(throws: StorageError.self) { try budget.spend(bytes: 1) }?.code == .budget)
        let timed = QueryBudget(clock: clock, seconds: 10, bytesMax: 100)
        clock.advance(bySeconds: 10)
        #expect(#expect(throws: StorageError.self) { try timed.spend() }?.code == .budget)
        let cancelled = QueryBudget(clock: clock, seconds: 10, bytesMax: 100)
        cancelled.cancel()
        #expect(#expect(throws: StorageError.self) { try cancelled.spend() }?.code == .cancelled)
    }

    @Test func `a query stops when the task that runs it is cancelled, as its request's is when the client has left`() async {
        let budget = QueryBudget(clock: ManualClock(), seconds: 10, bytesMax: 100)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return #expect(throws: StorageError.self) { try budget.spend() }?.code
        }
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}
