// The metrics of the system, under the names that AWS's services and the sale itself give them.

extension Metric {
    private static func sale(_ name: String, _ unit: String) -> Metric { Metric(namespace: "EventPro", name: name, unit: unit) }

    static let ticketsSold = sale("TicketsSold", "Count")
    static let revenue = sale("Revenue", "None")
    static let checkoutLatency = sale("CheckoutLatency", "Milliseconds")
    static let paymentFailures = sale("PaymentFailures", "Count")
    static let conversionRate = sale("ConversionRate", "Percent")

    /// Each show's part of `ticketsSold`.
    static func ticketsSold(of show: Show) -> Metric {
        Metric(namespace: "EventPro", name: "TicketsSold", unit: "Count", dimension: Dimension(name: "Event", value: show.name))
    }

    private static func api(_ name: String, _ unit: String) -> Metric {
        Metric(namespace: "AWS/ApiGateway", name: name, unit: unit, dimension: Dimension(name: "ApiName", value: "eventpro"))
    }

    static let apiLatency = api("Latency", "Milliseconds")
    static let apiCount = api("Count", "Count")
    static let apiClientErrors = api("4XXError", "Count")
    static let apiServerErrors = api("5XXError", "Count")

    enum FunctionMetric: String {
        case invocations = "Invocations"
        case errors = "Errors"
        case duration = "Duration"
        case throttles = "Throttles"
        case concurrency = "ConcurrentExecutions"
    }

    static func lambda(_ metric: FunctionMetric, _ function: LambdaFunction) -> Metric {
        Metric(
            namespace: "AWS/Lambda", name: metric.rawValue, unit: metric == .duration ? "Milliseconds" : "Count",
            dimension: Dimension(name: "FunctionName", value: function.name))
    }

    private static func sqs(_ name: String, _ unit: String = "Count") -> Metric {
        Metric(namespace: "AWS/SQS", name: name, unit: unit, dimension: Dimension(name: "QueueName", value: EventPro.queue))
    }

    /// What the operators' table calls ApproximateNumberOfMessages; AWS publishes it under this name.
    static let messagesVisible = sqs("ApproximateNumberOfMessagesVisible")
    static let messagesInFlight = sqs("ApproximateNumberOfMessagesNotVisible")
    static let oldestMessageAge = sqs("ApproximateAgeOfOldestMessage", "Seconds")
    static let messagesSent = sqs("NumberOfMessagesSent")
    static let messagesReceived = sqs("NumberOfMessagesReceived")
    static let messagesDeleted = sqs("NumberOfMessagesDeleted")

    enum TableMetric: String { case consumedWrites = "ConsumedWriteCapacityUnits", throttles = "ThrottledRequests" }

    static func table(_ metric: TableMetric, _ name: String) -> Metric {
        Metric(namespace: "AWS/DynamoDB", name: metric.rawValue, unit: "Count", dimension: Dimension(name: "TableName", value: name))
    }

    /// Those that say 0 when nothing happened, so that a sum over them has no holes.
    static let neverSilent: [Metric] =
        [ticketsSold, revenue, paymentFailures] + Show.all.map(ticketsSold(of:))
        + [EventPro.inventory, EventPro.orders].flatMap { [table(.consumedWrites, $0), table(.throttles, $0)] }
        + LambdaFunction.all.flatMap { [lambda(.errors, $0), lambda(.throttles, $0)] }
        + [messagesSent, messagesReceived, messagesDeleted]
}
