package import SignalModel

/// Queries that belong together: which buckets they need, and what they come to once the buckets are there.
///
///     let plan = try MetricDataPlan(queries)
///     let tables = try await buckets.read(plan.requests(in: window))
///     let values = try plan.values(of: tables, in: window, budget: budget)      // one a query, in their order
package struct MetricDataPlan: Sendable {
    /// An error of one query: its id, and what is wrong.
    package struct Failure: Error, Sendable {
        package let id: String
        package let cause: MetricMathError

        package init(id: String, cause: MetricMathError) {
            self.id = id
            self.cause = cause
        }
    }

    package let queries: [MetricDataQuery]
    private let expressions: [Int: MathExpression]
    /// Positions in `queries`, operands before what is made of them.
    private let order: [Int]
    private let stats: [Int]

    /// - Precondition: ids are unique.
    /// - Throws: `Failure` for an expression that cannot be read, names an id that is not there, or depends on itself.
    package init(_ queries: [MetricDataQuery]) throws(Failure) {
        self.queries = queries
        var expressions: [Int: MathExpression] = [:]
        for (place, query) in queries.enumerated() {
            guard let text = query.expression else { continue }
            do { expressions[place] = try MathExpression(text) } catch { throw Failure(id: query.id, cause: error) }
        }
        self.expressions = expressions
        order = try Self.order(queries, expressions)
        stats = queries.indices.filter { queries[$0].metricStat != nil }
    }

    private static func order(_ queries: [MetricDataQuery], _ expressions: [Int: MathExpression]) throws(Failure) -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: queries.enumerated().map { ($1.id, $0) })
        var operands: [Int: Set<Int>] = [:]
        for (place, expression) in expressions {
            for name in expression.names.sorted() {
                guard let operand = places[name] else {
                    let message = "cannot use '\(name)': no query has this id"
                    throw Failure(id: queries[place].id, cause: MetricMathError(code: .unknownID, message: message))
                }
                operands[place, default: []].insert(operand)
            }
        }
        var order: [Int] = []
        var done: Set<Int> = []
        while order.count < queries.count {
            let ready = queries.indices.filter { !done.contains($0) && operands[$0, default: []].isSubset(of: done) }
            guard !ready.isEmpty else {
                let stuck = queries.indices.first { !done.contains($0) } ?? 0
                let cause = MetricMathError(code: .cycle, message: "cannot evaluate the expression: it depends on itself")
                throw Failure(id: queries[stuck].id, cause: cause)
            }
            order += ready
            done.formUnion(ready)
        }
        return order
    }

    /// What to read, one request for each query that is a metric, in their order.
    package func requests(in window: QueryWindow) -> [BucketRequest] {
        stats.compactMap { place in
            queries[place].metricStat.map { stat in
                let period = stat.periodSeconds * PeriodAlignment.second
                return BucketRequest(
                    metric: stat.metric, unit: stat.unit, period: period, range: window.periods(of: period),
                    keepsSamples: stat.statistic.needsSamples)
            }
        }
    }

    /// - Parameter tables: of `requests(in: window)`.
    /// - Throws: `Failure` when an expression does not fit its operands; `StorageError` at the budget's limits.
    package func values(of tables: [BucketTable], in window: QueryWindow, budget: QueryBudget) throws -> [MathValue] {
        precondition(tables.count == stats.count, "every request has its table")
        var environment = MathEnvironment(window: window, budget: budget)
        for (place, table) in zip(stats, tables) {
            guard let stat = queries[place].metricStat else { continue }
            let series = table.series(of: stat.statistic)
            environment.values[queries[place].id] = .series(series)
            environment.metrics.append(MathValue.Element(source: queries[place].id, series: series))
        }
        for place in order {
            guard let expression = expressions[place] else { continue }
            let id = queries[place].id
            do {
                environment.values[id] = try expression.value(in: environment)
            } catch let error as MetricMathError {
                throw Failure(id: id, cause: error)
            }
        }
        return queries.map { environment.values[$0.id] ?? .array([]) }
    }
}
