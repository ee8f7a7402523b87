package import SignalModel

/// What log alarms need of the logs: the server joins the two.
package struct LogQueries: Sendable {
    package typealias Row = [(field: String, value: String)]

    /// Says what is wrong with a query; nil when it can be run.
    package let refusal: @Sendable (_ query: String) -> String?
    /// Runs a query over groups, by name or ARN.
    package let rows: @Sendable (_ query: String, _ groups: [String], _ tenant: Tenant, _ range: TimeRange) async throws -> [Row]

    package init(
        refusal: @escaping @Sendable (_ query: String) -> String?,
        rows: @escaping @Sendable (_ query: String, _ groups: [String], _ tenant: Tenant, _ range: TimeRange) async throws -> [Row]
    ) {
        self.refusal = refusal
        self.rows = rows
    }

    /// Why an alarm cannot watch this; nil when it can.
    package func refusal(of watch: LogWatch) -> String? {
        guard !watch.aggregation.contains("|") else { return "AggregationExpression must be one stats expression, without further commands" }
        return refusal(LogRows.query(of: watch))
    }
}
