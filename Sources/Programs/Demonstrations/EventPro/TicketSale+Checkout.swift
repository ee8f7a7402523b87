import SignalModel
import WireFormats

// The checkout function: it reserves seats, and leaves the order to the queue.

extension TicketSale {
    mutating func checkOut(at time: Timestamp) {
        var order = newOrder(at: time)
        let request = request("POST", "/api/checkout", at: time)
        var trace = order.trace
        let (status, end) = serve(request, by: .checkout, in: &trace, fields: order.fields) { sale, call in
            call.annotations = order.annotations
            return sale.take(&order, for: request, &call)
        }
        order.trace = trace
        guard status == 202 else { return }
        add(end.milliseconds(since: time).rounded(), to: .checkoutLatency, at: end)
        conversion.order(at: time)
        recentOrders = recentOrders.suffix(40) + [(order.id, order.correlation)]
        agenda.note(.arrival(order), at: order.sent)
    }

    private mutating func newOrder(at time: Timestamp) -> Order {
        defer { nextOrder = nextOrder == 99_999 ? 10_000 : nextOrder + 1 }
        let ownCorrelation = chance.uuid()
        return Order(
            number: nextOrder, show: chance.choice(weighted: Show.all.map { ($0, $0.appeal) }), tickets: chance.integer(in: 1...4),
            userID: "usr-\(chance.hex(digits: 8))", correlation: nextOrder == Order.famousNumber ? Order.famousCorrelation : ownCorrelation,
            trace: newTrace(at: time))
    }

    /// The handler. - Returns: the status it answers.
    private mutating func take(_ order: inout Order, for request: APIRequest, _ call: inout Invocation) -> Int {
        call.work(milliseconds: chance.duration(median: 4))
        call.log(
            .info, "Checkout requested", event: "checkout_requested", of: request, ("user_id", .text(order.userID)),
            ("event_id", .text(order.show.id)), ("tickets", .integer(Int64(order.tickets))))
        if !order.isFamous, chance.happens(0.002) {
            call.crash(.bug)
            return 502
        }
        if let failure = reserve(order, request, &call) {
            call.log(failure, "Checkout failed", event: "checkout_failed", of: request, ("duration_ms", duration(of: call)))
            return failure.status
        }
        call.log(.info, "Inventory reserved", event: "inventory_reserved", ("event_id", .text(order.show.id)))
        send(&order, &call)
        call.fields = order.fields
        call.log(.info, "Order queued", event: "order_queued", of: request, ("status", 202), ("duration_ms", duration(of: call)))
        return 202
    }

    /// Whole milliseconds since the handler began.
    func duration(of call: Invocation) -> WireValue { .integer(Int64(call.milliseconds.rounded())) }

    /// A conditional write, tried again while the table is throttled.
    private mutating func reserve(_ order: Order, _ request: APIRequest, _ call: inout Invocation) -> Failure? {
        let pressure = order.isFamous ? 0 : demand.pressure(at: call.now)
        var pause = 500.0
        for attempt in 1...4 {
            if !chance.happens((attempt == 1 ? 0.3 : 0.65) * pressure) {
                let isTaken = !order.isFamous && chance.happens(0.012 + 0.06 * pressure)
                callTable("UpdateItem", EventPro.inventory, &call, failure: isTaken ? .inventoryConflict : nil)
                return isTaken ? .inventoryConflict : nil
            }
            callTable("UpdateItem", EventPro.inventory, &call, failure: .throttled)
            guard attempt < 4 else { break }
            call.log(
                .warning, "Inventory write throttled, trying again", event: "inventory_throttled", of: request,
                ("attempt", .integer(Int64(attempt))))
            call.work(milliseconds: pause * chance.number(in: 0.8...1.2))
            pause *= 2
        }
        return .throttled
    }

    private mutating func send(_ order: inout Order, _ call: inout Invocation) {
        order.messageID = chance.uuid()
        order.sendSpan = newSpan()
        order.queueSpan = newSpan()
        var segment = Segment(id: order.sendSpan, "SQS", from: call.now, to: call.now, namespace: "aws")
        call.work(milliseconds: chance.duration(median: 11))
        segment.end = call.now
        segment.http = ["response": Segment.response(200)]
        segment.aws = [
            "operation": "SendMessage", "region": .text(EventPro.region), "queue_url": .text(EventPro.queueURL),
            "message_id": .text(order.messageID), "request_id": .text(chance.uuid()),
        ]
        call.calls.append(segment)
        order.sent = call.now
        add(1, to: .messagesSent, at: call.now)
    }

    /// A call of DynamoDB, with its subsegment and the table's metrics.
    /// - Parameter failure: what it answers instead; `.throttled` is counted as such.
    mutating func callTable(_ operation: String, _ table: String, _ call: inout Invocation, failure: Failure? = nil) {
        let start = call.now
        call.work(milliseconds: (1 + 1.5 * demand.pressure(at: start)) * chance.duration(median: 8, spread: 0.4))
        call.calls.append(tableCall(operation, table, from: start, to: call.now, failure: failure))
    }

    mutating func tableCall(
        _ operation: String, _ table: String, from start: Timestamp, to end: Timestamp, failure: Failure? = nil
    ) -> Segment {
        let isThrottled = failure?.type == Failure.throttled.type
        if isThrottled {
            add(1, to: .table(.throttles, table), at: end)
        } else if operation != "GetItem" {
            add(1, to: .table(.consumedWrites, table), at: end)
        }
        var segment = Segment(id: newSpan(), "DynamoDB", from: start, to: end, namespace: "aws")
        segment.outcome = isThrottled ? .throttle : failure == nil ? .ok : .error
        segment.http = ["response": Segment.response(failure == nil ? 200 : 400)]
        segment.aws = [
            "operation": .text(operation), "table_name": .text(table), "region": .text(EventPro.region), "request_id": .text(chance.uuid()),
        ]
        if let failure {
            let type = isThrottled ? "ProvisionedThroughputExceededException" : "ConditionalCheckFailedException"
            segment.cause = Segment.Cause(id: newSpan(), type: type, message: failure.message, isRemote: true)
        }
        return segment
    }

    /// A customer looks how an order stands.
    mutating func lookUp(_ order: String, correlation: String, at time: Timestamp) {
        let request = request("GET", "/api/orders/{id}", path: "/api/orders/\(order)", at: time)
        var trace = newTrace(at: time)
        let fields: [(String, WireValue)] = [("correlation_id", .text(correlation)), ("orderId", .text(order))]
        serve(request, by: .checkout, in: &trace, fields: fields) { sale, call in
            call.annotations = [("order_id", .text(order))]
            call.work(milliseconds: sale.chance.duration(median: 2))
            sale.callTable("GetItem", EventPro.orders, &call)
            let took = sale.duration(of: call)
            call.log(.info, "Order looked up", event: "order_viewed", of: request, ("status", 200), ("duration_ms", took))
            return 200
        }
    }
}
