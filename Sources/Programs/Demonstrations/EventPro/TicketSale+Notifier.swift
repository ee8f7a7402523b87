import SignalModel
import WireFormats

// The notifier tells customers by a push service: of their tickets, and what organisers post to them.

extension TicketSale {
    private static let pushFailures = [
        Failure(type: "NotificationRejected", message: "ntfy.sh: 429 Too Many Requests", status: 429),
        Failure(type: "NotificationTimeout", message: "ntfy.sh: no answer within 2000 ms", status: 504),
    ]

    mutating func notify(_ order: Order, parent: String, at time: Timestamp) {
        var trace = order.trace
        guard var call = begin(.notifier, at: time, trace: trace, parent: parent, fields: order.fields) else {
            return agenda.note(.notification(order, parent: parent), at: time.after(milliseconds: 1000))  // the topic tries again
        }
        call.annotations = order.annotations
        call.work(milliseconds: chance.duration(median: 3))
        push(&call)
        _ = end(&call, in: &trace)
    }

    mutating func postMessage(at time: Timestamp) {
        let request = request("POST", "/api/messages", at: time)
        var trace = newTrace(at: time)
        let message = "msg-\(chance.hex(digits: 12))"
        let fields: [(String, WireValue)] = [("correlation_id", .text(chance.uuid())), ("message_id", .text(message))]
        serve(request, by: .notifier, in: &trace, fields: fields) { sale, call in
            call.work(milliseconds: sale.chance.duration(median: 4))
            call.log(.info, "Message accepted", event: "message_accepted", of: request)
            let failure = sale.push(&call)
            let status = failure == nil ? 202 : 502
            let took = sale.duration(of: call)
            call.log(
                .info, "API response sent", event: "message_answered", of: request, ("status", .integer(Int64(status))),
                ("duration_ms", took))
            return status
        }
    }

    /// - Returns: why it did not arrive.
    @discardableResult
    private mutating func push(_ call: inout Invocation) -> Failure? {
        let pressure = demand.pressure(at: call.now)
        let failure = chance.happens(0.03 + 0.12 * pressure) ? chance.choice(Self.pushFailures) : nil
        call.log(.info, "Sending notification to ntfy.sh", event: "notification_requested", ("attempt", 1))
        var segment = Segment(id: newSpan(), "ntfy.sh", from: call.now, to: call.now, namespace: "remote")
        let took = failure?.status == 504 ? 2000 : (1 + pressure) * chance.duration(median: 110, spread: 0.5)
        call.work(milliseconds: took)
        segment.end = call.now
        segment.http = .members(
            ("request", Segment.request("POST", "https://ntfy.sh/eventpro-tickets")),
            ("response", failure?.status == 504 ? nil : Segment.response(failure?.status ?? 200)))
        let milliseconds: (String, WireValue) = ("duration_ms", .integer(Int64(took.rounded())))
        if let failure {
            segment.outcome = Segment.Outcome(status: failure.status)
            segment.cause = Segment.Cause(id: newSpan(), type: failure.type, message: failure.message, isRemote: true)
            call.log(failure, "Notification failed", event: "notification_failed", milliseconds)
        } else {
            let id = chance.hex(digits: 12)
            call.log(.info, "Notification sent successfully", event: "notification_sent", ("notification_id", .text(id)), milliseconds)
        }
        call.calls.append(segment)
        return failure
    }
}
