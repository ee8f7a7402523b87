import SignalModel
import WireFormats

/// The ticket sale as it would have gone: the same for the same seed and start.
///
///     var sale = TicketSale(seed: 1, start: start, live: start, speed: 1)
///     let traffic = sale.step(to: now)          // all that was logged, measured and traced since the last step
///
/// Visits arrive at random, more of them while a flash sale is on. A request is played through at once, with every log line,
/// measurement and span stamped with the time it falls at; what lies behind a queue or a topic waits in the agenda. The files
/// beside this one say what happens at the gateway, at the checkout, in the saga and at the notifier.
struct TicketSale: Sendable {
    /// The time that was told; nothing before it changes any more.
    private(set) var now: Timestamp
    let demand: Demand
    var chance: Chance
    var agenda = Agenda()
    var queue: [Order] = []
    var nextOrder = Order.firstNumber
    /// Customers who may ask how their order stands.
    var recentOrders: [(id: String, correlation: String)] = []
    var conversion = Conversion()
    private var fleets: [Fleet]
    private var lastReservoirWindow: Int64 = -1
    private var book: MetricBook
    private var lines: [Traffic.Line] = []
    private var documents: [Traffic.Document] = []

    /// - Parameters:
    ///   - start: when its story begins.
    ///   - live: when the present begins; the sales are arranged around it. Not before `start`.
    ///   - speed: how many times the usual traffic, with as many times the capacity.
    init(seed: UInt64, start: Timestamp, live: Timestamp, speed: Double) {
        now = start
        demand = Demand(live: live, speed: speed)
        chance = Chance(seed: seed ^ UInt64(bitPattern: start.nanoseconds))  // two runs never make the same ids
        fleets = LambdaFunction.all.map { Fleet($0, speed: speed) }
        book = MetricBook(start: start)
        agenda.note(.visit, at: demand.nextVisit(after: start, &chance))
        agenda.note(.inquiry, at: start.after(milliseconds: 25_000))
        agenda.note(.sample, at: start.after(milliseconds: 1000))
    }

    /// Plays on until `time`, and tells what fell into the time since the last step.
    mutating func step(to time: Timestamp) -> Traffic {
        while let (moment, work) = agenda.next(until: time) { perform(work, at: moment) }
        now = max(now, time)
        return Traffic(
            newStreams: takeNewStreams(), lines: Self.take(from: &lines, until: now) { $0.time }, data: book.close(until: now),
            documents: Self.take(from: &documents, until: now) { $0.time })
    }

    private mutating func perform(_ work: Agenda.Work, at time: Timestamp) {
        switch work {
        case .visit:
            agenda.note(.visit, at: demand.nextVisit(after: time, &chance))
            visit(at: time)
        case .inquiry:
            agenda.note(.inquiry, at: time.after(milliseconds: 60_000))
            lookUp("ORD-\(Order.famousNumber)", correlation: Order.famousCorrelation, at: time)
        case .arrival(let order):
            queue.append(order)
            processOrders(at: time)
        case .processorFree: processOrders(at: time)
        case .notification(let order, let parent): notify(order, parent: parent, at: time)
        case .sample:
            agenda.note(.sample, at: time.after(milliseconds: 1000))
            sample(at: time)
        }
    }

    /// The gauges that services publish by themselves.
    private mutating func sample(at time: Timestamp) {
        add(Double(queue.count), to: .messagesVisible, at: time)
        add(Double(fleet(of: .orderProcessor).busyCount(at: time)), to: .messagesInFlight, at: time)
        add((queue.first.map { time.seconds(since: $0.sent) } ?? 0).rounded(), to: .oldestMessageAge, at: time)
        for fleet in fleets { add(Double(fleet.busyCount(at: time)), to: .lambda(.concurrency, fleet.function), at: time) }
        if let rate = conversion.rate(at: time) { add(rate, to: .conversionRate, at: time) }
    }

    /// Those of `events` that have happened at `time`, in order. The others lie a few seconds ahead at most.
    private static func take<Event>(from events: inout [Event], until time: Timestamp, _ timeOf: (Event) -> Timestamp) -> [Event] {
        let taken = events.enumerated().filter { timeOf($0.element) <= time }
            .sorted { (timeOf($0.element), $0.offset) < (timeOf($1.element), $1.offset) }
        events.removeAll { timeOf($0) <= time }
        return taken.map(\.element)
    }

    private mutating func takeNewStreams() -> [Traffic.Stream] {
        fleets.indices.flatMap { index in
            let group = fleets[index].function.logGroup
            return fleets[index].takeNewStreams().map { Traffic.Stream(group: group, name: $0) }
        }
    }
}

// What the parts of the story tell.
extension TicketSale {
    mutating func add(_ value: Double, to metric: Metric, at time: Timestamp) { book.add(value, to: metric, at: time) }

    mutating func add(_ segment: Segment, to trace: inout Trace) { tell(trace.add(segment), of: trace, at: segment.end) }

    /// A failed journey is told whether it was sampled or not, from the moment on at which it is known to have failed.
    mutating func tellAll(of trace: inout Trace, at time: Timestamp) { tell(trace.tell(), of: trace, at: time) }

    private mutating func tell(_ segments: [Segment], of trace: Trace, at time: Timestamp) {
        for segment in segments { documents.append(Traffic.Document(time: max(time, segment.end), value: segment.document(in: trace.id))) }
    }

    /// A journey's trace: the first of every few seconds is sampled, and a few of the others; a list of half an hour stays readable.
    mutating func newTrace(at time: Timestamp) -> Trace {
        let window = time.seconds / 6
        let isFirst = window > lastReservoirWindow
        lastReservoirWindow = max(window, lastReservoirWindow)
        let isSampled = isFirst || chance.happens(0.01)
        let epoch = String(time.seconds, radix: 16)
        return Trace(id: "1-\(epoch)-\(chance.hex(digits: 24))", isSampled: isSampled)
    }

    mutating func newSpan() -> String { chance.hex(digits: 16) }

    func fleet(of function: LambdaFunction) -> Fleet { fleets[place(of: function)] }

    private func place(of function: LambdaFunction) -> Int {
        guard let place = fleets.firstIndex(where: { $0.function == function }) else { preconditionFailure("every function has its fleet") }
        return place
    }

    /// - Returns: nil when the function is throttled.
    mutating func begin(
        _ function: LambdaFunction, at time: Timestamp, trace: Trace, parent: String, fields: [(String, WireValue)]
    ) -> Invocation? {
        let place = place(of: function)
        guard let (index, isCold) = fleets[place].take(at: time, &chance) else {
            add(1, to: .lambda(.throttles, function), at: time)
            return nil
        }
        let environment = fleets[place].environments[index]
        let slower = 1 + demand.pressure(at: time)
        return Invocation(
            function, environment: index, stream: environment.stream, memoryMegabytes: environment.memory, requestID: chance.uuid(),
            trace: trace, spans: Invocation.Spans(service: newSpan(), function: newSpan(), handler: newSpan(), parent: parent),
            arrived: time,
            initMilliseconds: isCold ? slower * chance.duration(median: function.initMilliseconds, spread: 0.2) : nil, fields: fields)
    }

    /// - Returns: when the environment is free again.
    mutating func end(_ call: inout Invocation, in trace: inout Trace) -> Timestamp {
        call.close()
        lines += call.lines
        fleets[place(of: call.function)].occupy(call.environment, from: call.arrived, until: call.now)
        add(1, to: .lambda(.invocations, call.function), at: call.now)
        add(call.failure == nil ? 0 : 1, to: .lambda(.errors, call.function), at: call.now)
        add((call.milliseconds * 100).rounded() / 100, to: .lambda(.duration, call.function), at: call.now)
        for segment in call.segments { add(segment, to: &trace) }
        return call.now
    }
}

/// Which share of the last minute's visitors has placed an order.
struct Conversion: Sendable {
    private var visits: [Timestamp] = [], orders: [Timestamp] = []

    mutating func visit(at time: Timestamp) { visits.append(time) }
    mutating func order(at time: Timestamp) { orders.append(time) }

    /// Percent; nil without visitors.
    mutating func rate(at time: Timestamp) -> Double? {
        let since = time.after(milliseconds: -60_000)
        visits.removeAll { $0 <= since }
        orders.removeAll { $0 <= since }
        return visits.isEmpty ? nil : min(100, (10_000 * Double(orders.count) / Double(visits.count)).rounded() / 100)
    }
}
