import SignalModel
import WireFormats

// Behind the queue: the order processor runs the saga, which charges, issues, and undoes the reservation where it cannot.

extension TicketSale {
    /// As many orders as there are processors for, oldest first.
    mutating func processOrders(at time: Timestamp) {
        while !queue.isEmpty, fleet(of: .orderProcessor).hasRoom(at: time) { process(queue.removeFirst(), at: time) }
    }

    private mutating func process(_ order: Order, at time: Timestamp) {
        var trace = order.trace
        var wait = Segment(id: order.queueSpan, EventPro.queue, from: order.sent, to: time)
        wait.parent = order.sendSpan
        wait.origin = "AWS::SQS::Queue"
        wait.aws = ["operation": "ReceiveMessage", "queue_url": .text(EventPro.queueURL), "message_id": .text(order.messageID)]
        add(wait, to: &trace)
        add(1, to: .messagesReceived, at: time)
        guard var call = begin(.orderProcessor, at: time, trace: trace, parent: order.queueSpan, fields: order.fields) else {
            preconditionFailure("an order is taken from the queue when a processor is free")
        }
        call.annotations = order.annotations
        call.work(milliseconds: chance.duration(median: 5))
        let waited = Int64(time.milliseconds(since: order.sent).rounded())
        call.log(.info, "Order received from queue", event: "order_received", ("queue_ms", .integer(waited)), ("attempt", 1))
        callTable("PutItem", EventPro.orders, &call)
        let outcome = runSaga(of: order, &call, &trace)
        call.work(milliseconds: chance.duration(median: 3))
        switch outcome {
        case .failed(let failure): call.log(failure, "Order failed", event: "order_failed", ("duration_ms", duration(of: call)))
        case .sold: call.log(.info, "Order completed", event: "order_completed", ("duration_ms", duration(of: call)))
        }
        let end = end(&call, in: &trace)
        add(1, to: .messagesDeleted, at: end)
        agenda.note(.processorFree, at: end)
        switch outcome {
        case .failed: tellAll(of: &trace, at: end)
        case .sold(let publish):
            var ticket = order
            ticket.trace = trace
            agenda.note(.notification(ticket, parent: publish), at: end.after(milliseconds: chance.number(in: 20...120)))
        }
    }

    private enum Outcome {
        /// With the subsegment that published the ticket.
        case sold(publish: String)
        case failed(Failure)
    }

    /// The processor starts the state machine and waits for its end.
    private mutating func runSaga(of order: Order, _ call: inout Invocation, _ trace: inout Trace) -> Outcome {
        var start = Segment(id: newSpan(), "StepFunctions", from: call.now, to: call.now, namespace: "aws")
        var saga = Segment(id: newSpan(), EventPro.saga, from: call.now.after(milliseconds: 8), to: call.now)
        saga.parent = start.id
        saga.origin = "AWS::StepFunctions::StateMachine"
        saga.annotations = order.annotations
        saga.aws = ["resource_names": [.text(EventPro.saga)], "request_id": .text(chance.uuid())]
        let outcome = play(&saga, of: order, &trace)
        add(saga, to: &trace)

        call.now = saga.end.after(milliseconds: 6)
        start.end = call.now
        start.aws = ["operation": "StartSyncExecution", "region": .text(EventPro.region), "request_id": .text(chance.uuid())]
        start.http = ["response": Segment.response(200)]
        call.calls.append(start)
        return outcome
    }

    /// The states of the machine: charge, then issue; or give the seats back.
    private mutating func play(_ saga: inout Segment, of order: Order, _ trace: inout Trace) -> Outcome {
        var charge = Segment(id: newSpan(), "ChargePayment", from: saga.start, to: saga.start, namespace: "aws")
        let (charged, failure) = self.charge(order, at: charge.start.after(milliseconds: 4), parent: charge.id, &trace)
        charge.end = charged.after(milliseconds: 3)
        saga.subsegments = [state(charge, of: .payment, failure: failure)]
        if let failure {
            saga.outcome = .fault
            saga.cause = Segment.Cause(id: newSpan(), type: failure.type, message: failure.message)
            saga.end = charge.end.after(milliseconds: chance.duration(median: 9))
            saga.subsegments.append(tableCall("UpdateItem", EventPro.inventory, from: charge.end, to: saga.end))
            return .failed(failure)
        }
        var issue = Segment(id: newSpan(), "IssueTickets", from: charge.end, to: charge.end, namespace: "aws")
        let (issued, publish) = issueTickets(of: order, at: issue.start.after(milliseconds: 4), parent: issue.id, &trace)
        issue.end = issued.after(milliseconds: 3)
        saga.subsegments.append(state(issue, of: .ticketIssuer, failure: nil))
        saga.end = issue.end
        return .sold(publish: publish)
    }

    private func state(_ segment: Segment, of function: LambdaFunction, failure: Failure?) -> Segment {
        var segment = segment
        segment.aws = ["operation": "Invoke", "function_name": .text(function.name), "region": .text(EventPro.region)]
        segment.outcome = failure == nil ? .ok : .error
        return segment
    }

    // MARK: Payment

    private enum Charge {
        case captured, declined, providerError, timeout
        /// The function waits for the provider until its own time is up.
        case hang

        var failure: Failure? {
            switch self {
            case .captured: nil
            case .declined: .declined
            case .providerError: .providerError
            case .timeout, .hang: .paymentTimeout
            }
        }
    }

    /// In a sale the provider's troubles grow.
    private mutating func charge(for order: Order, at time: Timestamp) -> Charge {
        guard !order.isFamous else { return .timeout }
        let pressure = demand.pressure(at: time)
        return chance.choice(weighted: [
            (.captured, 96), (.declined, 3), (.providerError, 0.4 + 26 * pressure), (.timeout, 0.4 + 9 * pressure), (.hang, 0.1 + pressure),
        ])
    }

    private mutating func charge(
        _ order: Order, at time: Timestamp, parent: String, _ trace: inout Trace
    ) -> (end: Timestamp, failure: Failure?) {
        guard var call = begin(.payment, at: time, trace: trace, parent: parent, fields: order.fields) else {
            return (time, Failure(type: "TooManyRequestsException", message: "Rate Exceeded.", status: 429))
        }
        call.annotations = order.annotations
        call.work(milliseconds: chance.duration(median: 3))
        let charge = charge(for: order, at: call.now)
        let took: WireValue = .integer(Int64(callProvider(charge, &call).rounded()))
        switch charge {
        case .captured:
            call.log(.info, "Payment captured", event: "payment_captured", ("amount", .double(order.amount)), ("duration_ms", took))
        case .hang: call.timeOut()
        case .declined, .providerError, .timeout:
            guard let failure = charge.failure else { break }
            call.log(failure, "Payment failed", event: "payment_failed", ("amount", .double(order.amount)), ("duration_ms", took))
            if charge == .timeout { call.crash(failure) }
        }
        let end = end(&call, in: &trace)
        add(charge == .captured ? 0 : 1, to: .paymentFailures, at: end)
        return (end, charge.failure)
    }

    /// - Returns: how many milliseconds the provider took, or was waited for.
    private mutating func callProvider(_ charge: Charge, _ call: inout Invocation) -> Double {
        let start = call.now
        let took: Double =
            switch charge {
            case .timeout: 3000
            case .hang: call.function.timeoutMilliseconds - call.milliseconds
            default: min(2900, (1 + 2 * demand.pressure(at: start)) * chance.duration(median: 260, spread: 0.4))
            }
        call.work(milliseconds: took)
        var segment = Segment(id: newSpan(), "payments.example", from: start, to: call.now, namespace: "remote")
        if let failure = charge.failure {
            segment.outcome = Segment.Outcome(status: failure.status)
            segment.cause = Segment.Cause(id: newSpan(), type: failure.type, message: failure.message, isRemote: true)
        }
        let isAnswered = charge != .timeout && charge != .hang
        segment.http = .members(
            ("request", Segment.request("POST", "https://payments.example/v1/charges")),
            ("response", isAnswered ? Segment.response(charge.failure?.status ?? 201) : nil))
        call.calls.append(segment)
        return took
    }

    // MARK: Tickets

    private mutating func issueTickets(
        of order: Order, at time: Timestamp, parent: String, _ trace: inout Trace
    ) -> (end: Timestamp, publish: String) {
        guard var call = begin(.ticketIssuer, at: time, trace: trace, parent: parent, fields: order.fields) else {
            preconditionFailure("tickets are issued by more environments than there are processors")
        }
        call.annotations = order.annotations
        call.work(milliseconds: Double(order.tickets) * chance.duration(median: 18))
        callService("S3", "PutObject", [("bucket_name", "eventpro-tickets"), ("key", .text("tickets/\(order.id).pdf"))], median: 34, &call)
        callTable("UpdateItem", EventPro.orders, &call)
        let publish = callService("SNS", "Publish", [("topic_arn", .text(EventPro.arn("sns", EventPro.ticketTopic)))], median: 14, &call)
        call.log(
            .info, "Ticket issued", event: "ticket_issued", ("event_id", .text(order.show.id)),
            ("tickets", .integer(Int64(order.tickets))), ("amount", .double(order.amount)), ("duration_ms", duration(of: call)))
        let end = end(&call, in: &trace)
        add(Double(order.tickets), to: .ticketsSold, at: end)
        add(Double(order.tickets), to: .ticketsSold(of: order.show), at: end)
        add(order.amount, to: .revenue, at: end)
        return (end, publish)
    }

    /// - Returns: the subsegment's id.
    @discardableResult
    private mutating func callService(
        _ service: String, _ operation: String, _ details: [(String, WireValue)], median: Double, _ call: inout Invocation
    ) -> String {
        var segment = Segment(id: newSpan(), service, from: call.now, to: call.now, namespace: "aws")
        call.work(milliseconds: chance.duration(median: median))
        segment.end = call.now
        segment.http = ["response": Segment.response(200)]
        segment.aws = .structure(
            [("operation", .text(operation)), ("region", .text(EventPro.region)), ("request_id", .text(chance.uuid()))] + details)
        call.calls.append(segment)
        return segment.id
    }
}
