extension MathFunction {
    /// The limit that a metric is used up to, at every period: `100 * m1 / SERVICE_QUOTA(m1)`. Its argument is the id of a metric's query.
    static let serviceQuota = MathFunction("SERVICE_QUOTA", 1...1) { arguments, environment, position in
        guard let id = arguments[0].name, let metric = environment.metricsByID[id] else {
            throw arguments[0].mismatch("SERVICE_QUOTA", "the id of a metric")
        }
        guard let quota = environment.quotas(metric) else {
            let message = "cannot call 'SERVICE_QUOTA': there is no quota for the metric \(metric.name) of \(metric.namespace)"
            throw MetricMathError(code: .notServed, message: message, position: position)
        }
        var result = TimeSeries(period: environment.period)
        for time in try environment.times(of: environment.period, for: "SERVICE_QUOTA", at: position) { result.append(time, quota) }
        return .series(result)
    }
}

/// What a metric may be used up to, in the metric's own unit; nil where no quota is known.
package typealias QuotaLookup = @Sendable (MetricIdentity) -> Double?
