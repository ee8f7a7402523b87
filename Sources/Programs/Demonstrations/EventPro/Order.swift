import SignalModel
import WireFormats

/// A purchase on its way from the checkout to the ticket.
struct Order: Sendable {
    /// The order that support is asked about: its payment fails, and its customer keeps looking.
    static let famousNumber = 12_345
    static let famousCorrelation = "660e9500-f39c-52e5-b827-557766551111"
    /// The first of a run; the famous one follows within seconds.
    static let firstNumber = 12_341

    let number: Int
    let show: Show
    let tickets: Int
    let userID: String
    let correlation: String
    var trace: Trace
    /// Of its message in the queue.
    var messageID = ""
    var sent = Timestamp(nanoseconds: 0)
    /// The subsegment that sent the message, and the segment of the message's wait.
    var sendSpan = "", queueSpan = ""

    var id: String { "ORD-\(number)" }
    var isFamous: Bool { number == Self.famousNumber }
    var amount: Double { Double(tickets) * show.price }

    /// What every log line about it says.
    var fields: [(String, WireValue)] {
        [("correlation_id", .text(correlation)), ("orderId", .text(id))] + (messageID.isEmpty ? [] : [("message_id", .text(messageID))])
    }

    var annotations: [(String, WireValue)] { [("order_id", .text(id)), ("event_id", .text(show.id))] }
}

/// Why something of the system did not work, in the words of its logs.
struct Failure: Sendable {
    let type: String
    let message: String
    /// The HTTP status that says so.
    let status: Int

    static let inventoryConflict = Failure(
        type: "InventoryConflict", message: "The seats were taken by another order: the conditional request failed", status: 409)
    static let throttled = Failure(
        type: "ThrottlingException", message: "The level of configured provisioned throughput for the table was exceeded", status: 503)
    static let declined = Failure(type: "PaymentDeclined", message: "The card issuer declined the charge: insufficient funds", status: 402)
    static let paymentTimeout = Failure(
        type: "PaymentTimeout", message: "No answer from payments.example within 3000 ms", status: 504)
    static let providerError = Failure(
        type: "PaymentProviderError", message: "payments.example answered 503 Service Unavailable", status: 503)
    static let bug = Failure(type: "TypeError", message: "Cannot read properties of undefined (reading 'seatMap')", status: 500)
}
