import Columns
import MetricMath
import SignalModel
import Simulation

/// A store that the scripts of searches and queries fill, and the plans that read it.
struct ScriptStore {
    static let tenant = Tenant(account: "000000000000", region: "us-east-1")
    static let minute: Int64 = 60_000_000_000

    let store = ModelStore()
    let window: QueryWindow

    /// - Parameter minutes: from the epoch on.
    init(minutes: Int) { window = .ending(TimeRange(start: Timestamp(seconds: 0), end: Timestamp(seconds: Int64(minutes) * 60))) }

    /// `Namespace|Name|Dimension=Value|…`; empty parts mean nothing.
    static func metric(_ text: String) -> MetricIdentity {
        let parts = text.split(separator: "|").map(String.init)
        let dimensions = parts.dropFirst(2).map { part in
            let equals = part.firstIndex(of: "=")!
            return (String(part[..<equals]), String(part[part.index(after: equals)...]))
        }
        return MetricIdentity(namespace: parts[0], name: parts[1], dimensions: dimensions)
    }

    /// - Parameter samples: minute and value.
    func add(_ metric: MetricIdentity, unit: String = "None", _ samples: [(minute: Int, value: Double)]) async throws {
        guard !samples.isEmpty else { return }
        var batch = MetricBatch(tenant: Self.tenant)
        let series = batch.addSeries(metric.labels(unit: unit), kind: .accumulating)
        for sample in samples { batch.append(series: series, time: Timestamp(nanoseconds: Int64(sample.minute) * Self.minute), value: sample.value) }
        _ = try await store.commit(try store.prepare(batch), id: BatchID(high: UInt64(store.sampleCount), low: 1))
    }

    func answer(_ queries: [MetricDataQuery], in window: QueryWindow? = nil) async throws -> MetricDataAnswer {
        let budget = QueryBudget(clock: ManualClock(), seconds: 60, bytesMax: 1 << 24)
        let buckets = BucketReader(reader: store, tenant: Self.tenant, budget: budget)
        return try await buckets.answer(try MetricDataPlan(queries), in: window ?? self.window)
    }

    func answer(_ expression: String, periodSeconds: Int64? = nil) async throws -> MathValue {
        try await answer([MetricDataQuery(id: "q1", source: .expression(expression), periodSeconds: periodSeconds)]).values[0]
    }
}

/// Lines of a script: its first word and the rest.
func scriptLines(_ path: String) throws -> [(number: Int, verb: String, rest: String)] {
    try Fixtures.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
        guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
        let space = line.firstIndex(of: " ") ?? line.endIndex
        return (index + 1, String(line[..<space]), space == line.endIndex ? "" : String(line[line.index(after: space)...]))
    }
}
