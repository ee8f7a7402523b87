import AWSProtocol
import Bytes
import Notifications
import WireFormats

/// Sends a message to every confirmed subscription of a topic; it is durable for each when the answer goes out.
/// Source: SNS API reference, Publish. Phone numbers, platform endpoints and per-protocol messages are refused.
struct Publish: APIOperation {
    static let name = "Publish"
    private static let messageBytesMax = 256 << 10
    let outbox: Outbox

    struct Input: APIInput {
        let topic: String
        let message: String
        let subject: String?
        let attributes: [Message.Attribute]

        init(from reader: inout InputReader) throws {
            let target = reader.text("TargetArn")
            topic = reader.text("TopicArn") ?? target ?? ""
            message = reader.requiredText("Message")
            subject = reader.text("Subject")
            let hasStructure = reader.has("MessageStructure")
            attributes = try Publish.attributes(reader.node?["MessageAttributes"])
            try reader.check()
            guard !reader.has("PhoneNumber") else { throw AWSError.snsInvalidParameter("PhoneNumber is not supported by this server") }
            guard !topic.isEmpty else { throw AWSError.snsInvalidParameter("TopicArn or TargetArn Reason: no value for required parameter") }
            guard !hasStructure else { throw AWSError.snsInvalidParameter("MessageStructure is not supported by this server yet") }
            guard !message.isEmpty else { throw AWSError.snsInvalidParameter("Empty message") }
            guard message.utf8.count <= Publish.messageBytesMax else { throw AWSError.snsInvalidParameter("Message too long") }
            if let subject {
                guard !subject.isEmpty, subject.count <= 100, subject.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value < 127 }) else {
                    throw AWSError.snsInvalidParameter("Subject")
                }
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let arn = try TopicARN.named(input.topic, by: context)
        let id = try await outbox.publish(
            input.message, subject: input.subject, attributes: input.attributes, to: arn, at: context.now)
        guard let id else { throw AWSError.snsNotFound("Topic does not exist") }
        return ["MessageId": .text(id)]
    }

    /// The wire's `MessageAttributes.entry.1.Name`, `.Value.DataType`, `.Value.StringValue` or `.BinaryValue`.
    private static func attributes(_ node: WireNode?) throws(AWSError) -> [Message.Attribute] {
        var result: [Message.Attribute] = []
        for member in node?.children ?? WireChildren.none {
            guard let type = member["DataType"]?.text, !type.isEmpty else {
                throw .snsInvalidParameter("The message attribute '\(member.key)' must contain non-empty message attribute type.")
            }
            let isBinary = type == "Binary" || type.hasPrefix("Binary.")
            guard let value = member[isBinary ? "BinaryValue" : "StringValue"]?.text, !value.isEmpty else {
                throw .snsInvalidParameter("The message attribute '\(member.key)' must contain non-empty message attribute value for message attribute type '\(type)'.")
            }
            guard ["String", "Number", "Binary"].contains(where: { type == $0 || type.hasPrefix($0 + ".") }) else {
                throw .snsInvalidParameter("The message attribute '\(member.key)' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.")
            }
            if isBinary, Base64.decode(value) == nil { throw .snsInvalidParameter("The message attribute '\(member.key)' has a BinaryValue that is not base64.") }
            result.append(Message.Attribute(name: member.key, type: type, value: value))
        }
        return result
    }
}
