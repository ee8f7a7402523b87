import SignalModel

/// What a tenant's newest series come of: the metric that most of them have, and of it the label that makes one series different from
/// the next. So who must be told that there are too many is told where they come from, whoever happened to ask for one more.
struct SeriesGrowth: Sendable, Equatable {
    /// So many of the newest are looked at: enough to show what grows, where a tenant's limit is hundreds of thousands.
    static let newestMax = 10_000

    let metric: String
    /// How many of the newest are of the metric, and how many newest there are.
    let seriesCount, newestCount: Int
    /// Nil when the metric's series have no other label.
    let label: String?
    /// Of the label, among the newest series of the metric.
    let valueCount: Int

    /// - Complexity: O(labels of the newest series).
    init(ofTenant tenant: Int, _ state: SeriesIndex.State, newestMax: Int = newestMax) {
        let table = state.tenants[tenant].table
        let newest = state.tenants[tenant].series.suffix(newestMax)
        let nameLabel = table.name(Array(LabelSet.metricName.utf8))
        var ofMetric: [UInt32: [SeriesID]] = [:]
        for series in newest {
            let metric = SeriesIndex.labelIDs(of: state.entries[Int(series)], state).first { table.name(of: $0) == nameLabel }
            ofMetric[metric ?? .max, default: []].append(series)
        }
        // Of equals the one that came first, so that the answer is always the same.
        let most = ofMetric.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        var values: [UInt32: Set<UInt32>] = [:]
        for series in most?.value ?? [] {
            for label in SeriesIndex.labelIDs(of: state.entries[Int(series)], state) where table.name(of: label) != nameLabel {
                values[table.name(of: label), default: []].insert(label)
            }
        }
        let widest = values.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        metric = most.flatMap { $0.key == .max ? nil : String(decoding: table.value(of: $0.key), as: UTF8.self) } ?? "?"
        seriesCount = most?.value.count ?? 0
        newestCount = newest.count
        label = widest?.value.first.flatMap { table.nameText(of: $0) }
        valueCount = widest?.value.count ?? 0
    }

    var text: String {
        let label = label.map { "; its label \($0) has \(valueCount) values there" } ?? ""
        return "of the newest \(newestCount) series \(seriesCount) are of metric \(metric)\(label)"
    }
}
