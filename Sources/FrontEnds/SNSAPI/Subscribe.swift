import AWSProtocol
import Notifications
import WireFormats

/// Asks an endpoint whether it wants a topic's messages.
/// Source: SNS API reference, Subscribe. Endpoints that are not HTTP are refused.
struct Subscribe: APIOperation {
    static let name = "Subscribe"
    private static let endpointBytesMax = 2048
    let topics: TopicDirectory

    struct Input: APIInput {
        let topic: String
        let transport: Subscription.Transport
        let endpoint: String
        let isRaw: Bool
        let returnsARN: Bool

        init(from reader: inout InputReader) throws {
            topic = reader.requiredText("TopicArn")
            let transportText = reader.requiredText("Protocol")
            endpoint = reader.text("Endpoint") ?? ""
            returnsARN = reader.bool("ReturnSubscriptionArn") ?? false
            let attributes = reader.textMap("Attributes")
            try reader.check()
            guard let transport = Subscription.Transport(rawValue: transportText) else {
                let isKnown = ["email", "email-json", "sms", "sqs", "application", "lambda", "firehose"].contains(transportText)
                throw AWSError.snsInvalidParameter(
                    isKnown ? "Protocol \(transportText) is not supported by this server yet" : "Amazon SNS does not support this protocol string: \(transportText)")
            }
            guard endpoint.lowercased().hasPrefix(transport.rawValue + "://"), endpoint.utf8.count <= Subscribe.endpointBytesMax,
                endpoint.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
            else { throw AWSError.snsInvalidParameter("Endpoint must match the specified protocol") }
            if let unknown = attributes.first(where: { $0.key != "RawMessageDelivery" }) {
                throw AWSError.snsInvalidParameter("Attributes Reason: \(unknown.key) is not supported by this server yet")
            }
            let raw = attributes.first { $0.key == "RawMessageDelivery" }?.value.lowercased()
            guard raw == nil || raw == "true" || raw == "false" else {
                throw AWSError.snsInvalidParameter("Attributes Reason: RawMessageDelivery: Invalid value [\(raw ?? "")]. Must be true or false.")
            }
            isRaw = raw == "true"
            self.transport = transport
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let arn = try TopicARN.named(input.topic, by: context)
        let subscription = try await topics.subscribe(
            input.transport, input.endpoint, isRaw: input.isRaw, to: arn, serverURL: "http://\(context.endpointHost)", at: context.now)
        guard let subscription else { throw AWSError.snsNotFound("Topic does not exist") }
        let shows = subscription.isConfirmed || input.returnsARN
        return ["SubscriptionArn": .text(shows ? subscription.arn.description : "pending confirmation")]
    }
}
