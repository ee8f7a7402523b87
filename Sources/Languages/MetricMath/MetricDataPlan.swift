package import SignalModel

/// Queries that belong together: what they need from the store, and what they come to once it is there.
///
///     let plan = try MetricDataPlan(queries)
///     let answer = try await BucketReader(reader: store, tenant: tenant, budget: budget).answer(plan, in: window)
///     answer.values                                                                       // one a query, in their order
///
/// or step by step, for who shares reads between plans: `requests`, `lookups`, `values`.
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

    private enum Program: Sendable {
        case math(MathExpression)
        case insights(InsightsQuery)

        init(_ text: String) throws(MetricMathError) {
            self = InsightsQuery.isQuery(text) ? .insights(try InsightsQueryParser.query(text)) : .math(try MathExpression(text))
        }
    }

    package let queries: [MetricDataQuery]
    /// What has to be found before anything is computed: SEARCH calls and Metrics Insights queries. Mostly empty.
    package private(set) var lookups: [MetricLookup] = []
    /// By position in `queries`: which of `lookups` are its own.
    private var ownLookups: [Int: Range<Int>] = [:]
    private let programs: [Int: Program]
    /// Positions in `queries`, operands before what is made of them.
    private let order: [Int]
    private let stats: [Int]

    /// - Precondition: ids are unique.
    /// - Throws: `Failure` for an expression that cannot be read, names an id that is not there, or depends on itself.
    package init(_ queries: [MetricDataQuery]) throws(Failure) {
        self.queries = queries
        var programs: [Int: Program] = [:]
        for (place, query) in queries.enumerated() {
            guard let text = query.expression else { continue }
            do {
                try Self.check(period: query.periodSeconds)
                programs[place] = try Program(text)
            } catch { throw Failure(id: query.id, cause: error) }
        }
        self.programs = programs
        order = try Self.order(queries, programs.compactMapValues { if case .math(let math) = $0 { math.names } else { nil } })
        stats = queries.indices.filter { queries[$0].metricStat != nil }
        for place in queries.indices { try addLookups(of: place) }
    }

    private static func check(period seconds: Int64?) throws(MetricMathError) {
        guard let seconds, !PeriodAlignment.isAllowed(seconds: seconds) else { return }
        throw MetricMathError(
            code: .period, message: "cannot use a Period of \(seconds) seconds: it must be 1, 5, 10, 20, 30 or a multiple of 60")
    }

    private mutating func addLookups(of place: Int) throws(Failure) {
        let first = lookups.count, query = queries[place]
        switch programs[place] {
        case nil: return
        case .math(let expression):
            for lookup in expression.lookups {
                switch lookup {
                case .search(let search):
                    let period = search.periodSeconds ?? query.periodSeconds ?? MetricSearch.periodSecondsDefault
                    lookups.append(MetricLookup(subject: .search(search), id: query.id, periodSeconds: period))
                case .model(let call):
                    let subject = MetricLookup.Subject.model(call, of: try operand(of: call, at: place))
                    lookups.append(MetricLookup(subject: subject, id: query.id, periodSeconds: query.periodSeconds ?? 60))
                }
            }
        case .insights(let insights):
            guard let period = query.periodSeconds else {
                let message = "cannot run a Metrics Insights query without a Period"
                throw Failure(id: query.id, cause: MetricMathError(code: .period, message: message))
            }
            lookups.append(MetricLookup(subject: .insights(insights), id: query.id, periodSeconds: period))
        }
        ownLookups[place] = first..<lookups.count
    }

    /// What a model is made of, as a plan of its own: the queries that the operand needs, and the operand itself.
    private func operand(of call: ModelCall, at place: Int) throws(Failure) -> MetricDataPlan {
        let places = Dictionary(uniqueKeysWithValues: queries.enumerated().map { ($1.id, $0) })
        var own = queries[place]
        own.source = .expression(call.operand.text)
        let operand: MathExpression
        do { operand = try MathExpression(call.operand.text) } catch { throw Failure(id: own.id, cause: error) }
        var needed: Set<Int> = [], open = operand.names.compactMap { places[$0] }
        // METRICS() is about every metric of the request.
        if operand.text.contains("METRICS") { open += stats }
        while let next = open.popLast() {
            guard needed.insert(next).inserted, case .math(let math)? = programs[next] else { continue }
            open += math.names.compactMap { places[$0] }
        }
        do {
            return try MetricDataPlan(needed.sorted().map { queries[$0] } + [own])
        } catch {
            throw error.id == own.id ? Failure(id: own.id, cause: call.operand.moved(error.cause)) : error
        }
    }

    /// - Parameter names: the ids that each expression names, by position.
    private static func order(_ queries: [MetricDataQuery], _ names: [Int: Set<String>]) throws(Failure) -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: queries.enumerated().map { ($1.id, $0) })
        var operands: [Int: Set<Int>] = [:]
        for (place, names) in names.sorted(by: { $0.key < $1.key }) {
            for name in names.sorted() {
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
}

// MARK: - Running

extension MetricDataPlan {
    /// What the Metrics Insights query with this id is about; nil for every other query.
    package func insights(of id: String) -> InsightsSubject? {
        guard let place = queries.firstIndex(where: { $0.id == id }), case .insights(let query)? = programs[place] else { return nil }
        return InsightsSubject(namespace: query.namespace, metricName: query.metricName, function: query.function.rawValue, grouping: query.grouping.map(\.name))
    }

    /// True when a search is among them, which alarms cannot watch.
    package var hasSearches: Bool {
        lookups.contains { if case .search = $0.subject { true } else { false } }
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

    /// - Parameters:
    ///   - tables: of `requests(in: window)`.
    ///   - findings: of `lookups`. Nil, for who only checks the queries: as if nothing was found.
    ///   - quotas: for SERVICE_QUOTA.
    /// - Throws: `Failure` when an expression does not fit its operands; `StorageError` at the budget's limits.
    package func values(
        of tables: [BucketTable], findings: [MetricFinding]? = nil, in window: QueryWindow, budget: QueryBudget,
        quotas: @escaping QuotaLookup = { _ in nil }
    ) throws -> [MathValue] {
        precondition(tables.count == stats.count, "every request has its table")
        let found = findings?.map(\.value) ?? lookups.map { _ in .array([]) }
        precondition(found.count == lookups.count, "every lookup has its finding")
        var environment = MathEnvironment(window: window, budget: budget)
        environment.quotas = quotas
        for (place, table) in zip(stats, tables) {
            guard let stat = queries[place].metricStat else { continue }
            let series = table.series(of: stat.statistic)
            environment.values[queries[place].id] = .series(series)
            environment.metricsByID[queries[place].id] = stat.metric
            environment.metrics.append(MathValue.Element(source: .query(queries[place].id), series: series))
        }
        for place in order {
            guard let program = programs[place] else { continue }
            environment.found = Array(found[ownLookups[place] ?? 0..<0])
            environment.period = period(of: place)
            environment.values[queries[place].id] = try value(of: program, place, environment)
        }
        return queries.map { environment.values[$0.id] ?? .array([]) }
    }

    private func value(of program: Program, _ place: Int, _ environment: MathEnvironment) throws -> MathValue {
        switch program {
        case .insights(let query):
            let elements: [MathValue.Element] = if case .array(let elements)? = environment.found.first { elements } else { [] }
            return query.grouping.isEmpty ? .series(elements.first?.series ?? TimeSeries(period: environment.period)) : .array(elements)
        case .math(let expression):
            do { return try expression.value(in: environment) } catch let error as MetricMathError {
                throw Failure(id: queries[place].id, cause: error)
            }
        }
    }

    /// Of series that take theirs from no other: the query's, or the shortest among the metrics.
    private func period(of place: Int) -> Int64 {
        (queries[place].periodSeconds ?? queries.compactMap { $0.metricStat?.periodSeconds }.min() ?? 60) * PeriodAlignment.second
    }
}

/// A Metrics Insights query as labels tell of it.
package struct InsightsSubject: Sendable {
    package let namespace, metricName, function: String
    /// The labels that it groups by, in the order of the values in `MathValue.Source.group`.
    package let grouping: [String]
}

/// What a plan came to.
package struct MetricDataAnswer: Sendable {
    /// One a query, in their order.
    package let values: [MathValue]
    package let messages: [MetricDataMessage]
}

extension BucketReader {
    /// - Throws: `MetricDataPlan.Failure` when an expression does not fit its operands; whatever the store throws.
    package func answer(_ plan: MetricDataPlan, in window: QueryWindow) async throws -> MetricDataAnswer {
        let tables = try await read(plan.requests(in: window))
        var findings: [MetricFinding] = []
        for lookup in plan.lookups { findings.append(try await find(lookup, in: window)) }
        let values = try plan.values(of: tables, findings: findings, in: window, budget: budget, quotas: quotas)
        return MetricDataAnswer(values: values, messages: findings.compactMap(\.message))
    }
}
