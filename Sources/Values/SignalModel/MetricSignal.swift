package import Columns

// What a metric is between the door and the store.

/// A series' number in the store; dense, from 0, never reused.
package typealias SeriesID = UInt32

/// What several rows of one series at one timestamp mean.
package enum SeriesKind: UInt8, Sendable {
    /// CloudWatch: they add up.
    case accumulating = 0
    /// Prometheus and OTLP samples: the last one written wins.
    case sampled = 1
}

/// The columns of the metric table, in their order in a `TableBatch` and a `ColumnChunk`.
///
/// A row is a value with a weight, or a statistic set. `count`, `minimum` and `maximum` are absent where every row is a plain value:
/// count 1, minimum = maximum = value. Where they are present, a row with minimum = maximum is `count` times that value, and any other
/// row is a set of which only count, sum, minimum and maximum are known, unless its detail says more. Extremes that are not numbers are not
/// known.
package enum MetricColumn: Int, CaseIterable, Sendable {
    /// uint32 (`SeriesID`) in a batch; absent in a chunk, whose runs name the series.
    case series
    /// int64, UTC nanoseconds.
    case time
    /// double: the value, or the sum of a statistic set.
    case value
    case count
    case minimum
    case maximum
    /// bytes, absent where no row has any: `MetricDetail.encoded`, empty in rows that have none.
    case detail

    /// A set that was sent with equal extremes and a sum that does not fit them is stored with its maximum one step higher, so that it
    /// is not taken for one value that came `count` times.
    package static func trueMaximum(_ minimum: Double, _ maximum: Double) -> Double { maximum == minimum.nextUp ? minimum : maximum }
}

/// What is known of a row beyond its count, sum and extremes. Stored: the numbers are for ever.
package enum MetricDetail: Sendable, Equatable {
    /// How often which values came, within the sketch's bound; its count is the row's.
    case sketch(QuantileSketch)
    /// A native histogram as it was sent: a `prometheus.Histogram` message of remote write 1.0 without its timestamp. It is a counter:
    /// it holds everything since its beginning.
    case histogram([UInt8])

    private static let sketchTag: UInt8 = 1
    private static let histogramTag: UInt8 = 2

    /// - Returns: nil for a row without any, and for bytes that are none of these.
    package init?(_ bytes: ArraySlice<UInt8>) {
        switch bytes.first {
        case Self.sketchTag:
            guard let sketch = QuantileSketch(encoded: bytes.dropFirst()) else { return nil }
            self = .sketch(sketch)
        case Self.histogramTag: self = .histogram(Array(bytes.dropFirst()))
        default: return nil
        }
    }

    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// `[1 B: 1 sketch, 2 histogram]` and the rest.
    package var encoded: [UInt8] {
        switch self {
        case .sketch(let sketch): [Self.sketchTag] + sketch.encoded
        case .histogram(let message): [Self.histogramTag] + message
        }
    }
}

/// Rows of one request, decoded from any protocol, before the store has given the series their numbers.
package struct MetricBatch: Sendable {
    package var tenant: Tenant
    /// Canonical label sets (`LabelSet.encoded`); the same set may stand here more than once.
    package var labelSets = BytesVector()
    /// One a label set.
    package var kinds: [SeriesKind] = []
    /// One a row from here on: position in `labelSets`.
    package var series: [UInt32] = []
    package var times: [Int64] = []
    package var values: [Double] = []
    /// Empty, or one a row: see `MetricColumn`.
    package private(set) var counts: [Double] = []
    package private(set) var minima: [Double] = []
    package private(set) var maxima: [Double] = []

    package init(tenant: Tenant) { self.tenant = tenant }

    package var rowCount: Int { times.count }

    /// - Returns: the position to name in `append`.
    package mutating func addSeries(_ labels: LabelSet, kind: SeriesKind) -> UInt32 {
        labelSets.append(labels.encoded)
        kinds.append(kind)
        return UInt32(kinds.count - 1)
    }

    /// A plain value.
    package mutating func append(series position: UInt32, time: Timestamp, value: Double) {
        series.append(position)
        times.append(time.nanoseconds)
        values.append(value)
        guard !counts.isEmpty else { return }
        counts.append(1)
        minima.append(value)
        maxima.append(value)
    }

    /// A value that came `count` times.
    package mutating func append(series position: UInt32, time: Timestamp, value: Double, count: Double) {
        if count == 1 { return append(series: position, time: time, value: value) }
        appendSet(series: position, time: time, sum: value, count: count, minimum: value, maximum: value)
    }

    /// A statistic set. For a repeated value (`minimum == maximum`) pass that value as `sum`: the row then holds the value itself.
    package mutating func appendSet(series position: UInt32, time: Timestamp, sum: Double, count: Double, minimum: Double, maximum: Double) {
        if counts.isEmpty {
            counts = [Double](repeating: 1, count: values.count)
            minima = values
            maxima = values
        }
        series.append(position)
        times.append(time.nanoseconds)
        values.append(sum)
        counts.append(count)
        minima.append(minimum)
        maxima.append(maximum)
    }
}

/// Samples of series whose numbers are known already: what a bulk door hands over that remembers them.
package struct SampleBatch: Sendable {
    package var tenant: Tenant
    /// One a row in each.
    package var series: [SeriesID] = []
    package var times: [Int64] = []
    package var values: [Double] = []
    /// Empty, or one a row: see `MetricColumn`.
    package private(set) var counts: [Double] = []
    package private(set) var minima: [Double] = []
    package private(set) var maxima: [Double] = []
    package private(set) var details = BytesVector()

    package init(tenant: Tenant) { self.tenant = tenant }

    package var rowCount: Int { times.count }

    /// Plain values must all be there before the first row with a detail comes.
    package mutating func append(
        series number: SeriesID, time: Int64, sum: Double, count: Double, minimum: Double, maximum: Double, detail: MetricDetail
    ) {
        if counts.isEmpty {
            counts = [Double](repeating: 1, count: values.count)
            minima = values
            maxima = values
            for _ in values { details.append([]) }
        }
        series.append(number)
        times.append(time)
        values.append(sum)
        counts.append(count)
        minima.append(minimum)
        maxima.append(maximum)
        details.append(detail.encoded)
    }
}

/// A series that the store knows.
package struct SeriesEntry: Sendable {
    package let id: SeriesID
    package let labels: LabelSet
    package let kind: SeriesKind
    /// Of its newest sample.
    package let lastTime: Timestamp

    package init(id: SeriesID, labels: LabelSet, kind: SeriesKind, lastTime: Timestamp) {
        self.id = id
        self.labels = labels
        self.kind = kind
        self.lastTime = lastTime
    }
}

/// Asks for the samples of some series. A run's key is the series' position in `series`; all runs of a series follow each other, in
/// whatever order of series the store has them. Rows of one accumulating series and time stand side by side in the order they were
/// written; of a sampled series and time there is one row, the last that was written.
///
/// Old samples come rolled up: each row is then a distribution, the run's `width` says of how long a period, and the time is the
/// period's start. Runs of one width are oldest first, wider ones come before finer ones; no sample is in two rows.
package struct MetricScan: Sendable {
    package var tenant: Tenant
    package var series: [SeriesID]
    package var range: TimeRange
    package var budget: QueryBudget

    package init(tenant: Tenant, series: [SeriesID], range: TimeRange, budget: QueryBudget) {
        self.tenant = tenant
        self.series = series
        self.range = range
        self.budget = budget
    }
}

package protocol MetricReader: Sendable {
    /// The series that pass every matcher and have a sample in `range`, by ascending id.
    /// - Throws: `.budget` when there are more than `limit`.
    func series(matching matchers: [LabelMatcher], of tenant: Tenant, in range: TimeRange, limit: Int) async throws(StorageError) -> [SeriesEntry]

    func scan(_ plan: MetricScan) async throws(StorageError) -> any ScanCursor
}

package protocol MetricWriter: Sendable {
    /// Gives every label set its number and cuts the rows by partition. Nothing is stored until the result is committed.
    /// - Throws: `.limit` when the tenant would have too many series (names the metric).
    func prepare(_ batch: MetricBatch) throws(StorageError) -> [TableBatch]

    /// The number of each label set (`LabelSet.encoded`), given now to those that have none. A number is for ever: who asks may
    /// remember it. The series itself is there once a row of it is committed.
    /// - Throws: as above; nothing is taken back then: numbers given already stay given.
    func numbers(of labelSets: BytesVector, kinds: [SeriesKind], tenant: Tenant) throws(StorageError) -> [SeriesID]

    /// Cuts rows by partition and adds the definitions that are not durable yet.
    /// - Precondition: the numbers came from `numbers(of:kinds:tenant:)` of this writer and tenant.
    func prepare(_ samples: SampleBatch) throws(StorageError) -> [TableBatch]
}
