import MetricMath
import Platform
import SignalModel

/// Writes the server's own figures as metrics, so that ordinary alarms, dashboards and queries watch it like anything else.
///
/// Namespace `Groundwatch`; what they are called and mean: `Documentation/Operating/watching.md`. Gauges are written as they stand,
/// counters as what came since the last time.
struct SelfMetrics: Sendable {
    static let namespace = "Groundwatch"

    /// A figure of `/metrics`, and what it is as a metric.
    struct Subject: Sendable {
        let figure: String
        let metric: String
        let unit: String
        /// The figure's label that becomes a dimension, and the dimension's name.
        var dimension: (label: String, name: String)?
        var isCounter = false
    }

    /// The contents page.
    static let subjects: [Subject] = [
        Subject(figure: "groundwatch_disk_free_bytes", metric: "DiskFree", unit: "Bytes"),
        Subject(figure: "groundwatch_disk_reserve_bytes", metric: "DiskReserve", unit: "Bytes"),
        Subject(figure: "groundwatch_journal_bytes", metric: "JournalSize", unit: "Bytes"),
        Subject(figure: "groundwatch_unsealed_bytes", metric: "UnsealedSize", unit: "Bytes"),
        Subject(figure: "groundwatch_table_bytes", metric: "PartsSize", unit: "Bytes", dimension: ("table", "Table")),
        Subject(figure: "groundwatch_table_parts", metric: "Parts", unit: "Count", dimension: ("table", "Table")),
        Subject(figure: "groundwatch_table_damaged_blocks", metric: "DamagedBlocks", unit: "Count", dimension: ("table", "Table")),
        Subject(figure: "groundwatch_damaged_files", metric: "DamagedFiles", unit: "Count"),
        Subject(figure: "groundwatch_lost_commits_total", metric: "LostCommits", unit: "Count", isCounter: true),
        Subject(figure: "groundwatch_failed_work_total", metric: "FailedWork", unit: "Count", isCounter: true),
        Subject(figure: "groundwatch_commits_total", metric: "Commits", unit: "Count", isCounter: true),
        Subject(figure: "groundwatch_refused_commits_total", metric: "RefusedCommits", unit: "Count", isCounter: true),
        Subject(figure: "groundwatch_series", metric: "Series", unit: "Count"),
        Subject(figure: "groundwatch_refused_series_total", metric: "RefusedSeries", unit: "Count", isCounter: true),
        Subject(figure: "groundwatch_queries_refused_total", metric: "RefusedQueries", unit: "Count", isCounter: true),
        Subject(figure: "process_resident_memory_bytes", metric: "ResidentMemory", unit: "Bytes"),
        Subject(figure: "groundwatch_memory_used_bytes", metric: "MemoryUsed", unit: "Bytes", dimension: ("share", "Share")),
        Subject(figure: "groundwatch_memory_max_bytes", metric: "MemoryMax", unit: "Bytes", dimension: ("share", "Share")),
        Subject(figure: "process_cpu_seconds_total", metric: "ProcessorTime", unit: "Seconds", isCounter: true),
        Subject(figure: "process_open_fds", metric: "OpenFiles", unit: "Count"),
        Subject(figure: "groundwatch_alarm_late_evaluations_total", metric: "LateEvaluations", unit: "Count", isCounter: true),
    ]

    private let tenant: Tenant
    private let periodSeconds: Int64
    private let writer: any MetricWriter
    private let committer: any BatchCommitter
    private let time: any TimeSource
    private let random: RandomSource
    private let log: Log
    private let figures: @Sendable () -> [FiguresPage.Figure]

    init(
        tenant: Tenant, periodSeconds: Int64, writer: any MetricWriter, committer: any BatchCommitter, time: any TimeSource,
        random: RandomSource, log: Log, figures: @escaping @Sendable () -> [FiguresPage.Figure]
    ) {
        self.tenant = tenant
        self.periodSeconds = periodSeconds
        self.writer = writer
        self.committer = committer
        self.time = time
        self.random = random
        self.log = log
        self.figures = figures
    }

    /// Once a period, at its beginning, until cancelled; the first time after a whole period, which counters need.
    func run() async {
        let limit = LogLimit()
        let period = periodSeconds * 1_000_000_000
        var last = figures()
        var due = (time.wallNanoseconds / period + 2) * period
        while !Task.isCancelled {
            do { try await time.sleep(untilWall: due) } catch { return }
            let now = figures()
            do {
                let batch = Self.batch(now, since: last, at: Timestamp(nanoseconds: due), of: tenant)
                _ = try await committer.commit(writer.prepare(batch), id: BatchID(randomFrom: random))
                last = now
            } catch {
                // What they would have said stands in /metrics; counters are told with the next that can be written.
                log.warning("the server's own metrics cannot be written", limit: limit, ["error": "\(error)"])
            }
            due = max(due, time.wallNanoseconds / period * period) + period
        }
    }

    static func batch(
        _ now: [FiguresPage.Figure], since last: [FiguresPage.Figure], at time: Timestamp, of tenant: Tenant
    ) -> MetricBatch {
        var batch = MetricBatch(tenant: tenant)
        for subject in subjects {
            for figure in now where figure.name == subject.figure {
                let before = subject.isCounter ? last.first { $0.name == figure.name }?.value ?? 0 : 0
                let dimensions = subject.dimension.flatMap { dimension in
                    figure.labels.first { $0.0 == dimension.label }.map { [(dimension.name, $0.1)] }
                }
                let metric = MetricIdentity(namespace: namespace, name: subject.metric, dimensions: dimensions ?? [])
                let series = batch.addSeries(metric.labels(unit: subject.unit), kind: .accumulating)
                batch.append(series: series, time: time, value: figure.value - before)
            }
        }
        return batch
    }
}
