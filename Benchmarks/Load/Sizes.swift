// How much of each load a question sends.

extension Bench {
    func metrics() -> MetricLoad {
        MetricLoad(
            hosts: size.pick(small: 20, usual: 400, full: 400), ticks: size.pick(small: 12, usual: 96, full: 1_080), end: end, seed: seed)
    }

    func logs() -> LogLoad { LogLoad(requests: size.pick(small: 4, usual: 200, full: 8_000), end: end, seed: seed) }

    func traces() -> TraceLoad { TraceLoad(requests: size.pick(small: 4, usual: 1_000, full: 10_000), end: end, seed: seed) }

    /// About 740 spans a request.
    func spans() -> SpanLoad { SpanLoad(requests: size.pick(small: 4, usual: 400, full: 2_720), end: end, seed: seed) }

    /// Of a query that takes milliseconds.
    var queries: Int { size.pick(small: 5, usual: 200, full: 500) }
    /// Of a query that reads much of what is stored.
    var longQueries: Int { size.pick(small: 2, usual: 10, full: 10) }
}
