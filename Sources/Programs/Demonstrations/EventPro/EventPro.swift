/// The system that is simulated, as its architects named its parts: the ticket sale of EventPro.
enum EventPro {
    static let account = "000000000000"
    static let region = "us-east-1"
    static let api = "eventpro-api"
    static let host = "api.eventpro.example"
    static let queue = "eventpro-orders.fifo"
    static let queueURL = "https://sqs.\(region).amazonaws.com/\(account)/\(queue)"
    static let saga = "eventpro-order-saga"
    static let inventory = "eventpro-inventory"
    static let orders = "eventpro-orders"
    static let ticketTopic = "eventpro-tickets"
    static let alertTopic = "eventpro-alerts"
    static let dashboard = "EventPro-Operations"
    static let runbooks = "https://runbooks.eventpro.example"

    static func arn(_ service: String, _ resource: String) -> String { "arn:aws:\(service):\(region):\(account):\(resource)" }
}

/// What tickets are sold for.
struct Show: Sendable {
    let id: String
    let name: String
    /// Of one ticket, in dollars.
    let price: Double
    /// How much more it is wanted than the others.
    let appeal: Double

    static let all = [
        Show(id: "evt-rock-night", name: "Rock Night", price: 79, appeal: 5),
        Show(id: "evt-city-marathon", name: "City Marathon", price: 45, appeal: 2),
        Show(id: "evt-jazz-cellar", name: "Jazz Cellar", price: 32, appeal: 1),
    ]
}

/// A Lambda function of the system.
struct LambdaFunction: Sendable, Hashable {
    let name: String
    let memoryMegabytes: Int
    /// Reserved concurrency: as many invocations at once; one more is throttled.
    let concurrencyMax: Int
    let timeoutMilliseconds: Double
    /// How long a new environment typically needs before its first invocation.
    let initMilliseconds: Double

    var logGroup: String { "/aws/lambda/\(name)" }
    var arn: String { EventPro.arn("lambda", "function:\(name)") }

    static let checkout = LambdaFunction(
        name: "eventpro-checkout", memoryMegabytes: 512, concurrencyMax: 10, timeoutMilliseconds: 10_000, initMilliseconds: 620)
    /// Three at a time: behind the queue is what the payment provider bears.
    static let orderProcessor = LambdaFunction(
        name: "eventpro-order-processor", memoryMegabytes: 512, concurrencyMax: 3, timeoutMilliseconds: 30_000, initMilliseconds: 540)
    static let payment = LambdaFunction(
        name: "eventpro-payment", memoryMegabytes: 256, concurrencyMax: 20, timeoutMilliseconds: 6000, initMilliseconds: 480)
    static let ticketIssuer = LambdaFunction(
        name: "eventpro-ticket-issuer", memoryMegabytes: 1024, concurrencyMax: 20, timeoutMilliseconds: 15_000, initMilliseconds: 890)
    static let notifier = LambdaFunction(
        name: "eventpro-notifier", memoryMegabytes: 256, concurrencyMax: 20, timeoutMilliseconds: 10_000, initMilliseconds: 380)

    static let all = [checkout, orderProcessor, payment, ticketIssuer, notifier]
}
