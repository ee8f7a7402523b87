package import Forecasting
package import SignalModel
import Synchronization

/// Models that were trained a short while ago, so that an alarm's next minute reads an hour and not two weeks.
///
/// Nothing depends on what is in here: a model at an hour is the same whether it was trained from the beginning or went on from the hour
/// before, because both begin two weeks before the day. Values that arrive late are learned when the next day begins.
package final class TrainedModels: Sendable {
    /// How a metric's model is to learn; what an anomaly detector was told.
    package typealias Settings = @Sendable (_ subject: ModelSubject, _ tenant: Tenant) async throws -> SeasonalModel.Settings

    struct Key: Hashable, Sendable {
        let tenant: Tenant
        let subject: ModelSubject
        let settings: SeasonalModel.Settings
        /// Seconds since 1970 from which on it was trained.
        let origin: Int64
        let periodSeconds: Int64
    }

    struct Trained: Sendable {
        /// Seconds since 1970 up to which it was trained.
        let end: Int64
        /// One for each series of the subject.
        let models: [SeasonalModel]
    }

    private struct Entry: Sendable {
        let trained: Trained
        var used: UInt64
    }

    private struct State: Sendable {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let countMax: Int
    private let findSettings: Settings
    private let state = Mutex(State())

    /// - Parameter countMax: of about 24 KB each, 56 KB where spikes are expected.
    package init(countMax: Int = 2_000, settings: @escaping Settings = { _, _ in SeasonalModel.Settings() }) {
        self.countMax = countMax
        findSettings = settings
    }

    func settings(of subject: ModelSubject, _ tenant: Tenant) async throws -> SeasonalModel.Settings {
        try await findSettings(subject, tenant)
    }

    /// Nil when there is none that ends at `end` or before.
    func trained(_ key: Key, notAfter end: Int64) -> Trained? {
        state.withLock { state in
            guard let entry = state.entries[key], entry.trained.end <= end else { return nil }
            state.clock += 1
            state.entries[key]?.used = state.clock
            return entry.trained
        }
    }

    func keep(_ trained: Trained, as key: Key) {
        state.withLock { state in
            state.clock += 1
            state.entries[key] = Entry(trained: trained, used: state.clock)
            guard state.entries.count > countMax else { return }
            // An eighth goes at once, so that looking for the oldest is rare.
            let oldest = state.entries.sorted { $0.value.used < $1.value.used }.prefix(countMax / 8 + 1)
            for (key, _) in oldest { state.entries[key] = nil }
        }
    }
}

/// What a model is of: all that decides its values.
package struct ModelSubject: Hashable, Sendable {
    /// When it is one metric and nothing is calculated.
    package let stat: MetricStat?
    /// A text of its own for each subject. Of one metric: without its period, because a detector is for all of them.
    package let key: String
    /// The same with the period.
    private let exactKey: String

    /// - Parameter plan: its last query is what it is about, or an expression that only names another.
    package init(_ plan: MetricDataPlan) {
        var queries = plan.queries
        var target = queries.last?.id ?? ""
        if let named = queries.last?.expression.map(Self.trimmed), queries.dropLast().contains(where: { $0.id == named }) {
            queries.removeLast()
            target = named
        }
        if queries.count == 1, let stat = queries[0].metricStat {
            self.stat = stat
            key = Self.text(["metric"] + Self.parts(of: stat))
            exactKey = Self.text(["metric", "\(stat.periodSeconds)", stat.unit ?? ""] + Self.parts(of: stat))
        } else {
            stat = nil
            let parts = queries.sorted { $0.id < $1.id }.flatMap { query in
                [query.id, query.expression ?? "", "\(query.periodSeconds ?? 0)"]
                    + (query.metricStat.map { ["\($0.periodSeconds)", $0.unit ?? ""] + Self.parts(of: $0) } ?? [])
            }
            key = Self.text(["math", target] + parts)
            exactKey = key
        }
    }

    private static func parts(of stat: MetricStat) -> [String] {
        [stat.metric.namespace, stat.metric.name, stat.statisticText, "\(stat.metric.dimensions.count)"]
            + stat.metric.dimensions.flatMap { [$0.name, $0.value] }
    }

    /// Each part with its length before it, so that no two lists of parts have one text.
    private static func text(_ parts: [String]) -> String { parts.map { "\($0.utf8.count):\($0)" }.joined() }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.drop { $0 == " " }
        return String(String.UnicodeScalarView(scalars.reversed().drop { $0 == " " }.reversed()))
    }

    package static func == (a: ModelSubject, b: ModelSubject) -> Bool { a.exactKey == b.exactKey }
    package func hash(into hasher: inout Hasher) { hasher.combine(exactKey) }
}
