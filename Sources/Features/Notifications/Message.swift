import Bytes
package import SignalModel
import Platform
import WireFormats

/// A message on its way through a topic.
package struct Message: Sendable {
    package struct Attribute: Sendable {
        package let name: String
        /// `String`, `Number`, `String.Array` or `Binary`.
        package let type: String
        /// Base64 for `Binary`.
        package let value: String

        package init(name: String, type: String, value: String) {
            self.name = name
            self.type = type
            self.value = value
        }
    }

    package let id: String
    package let topic: TopicARN
    package let subject: String?
    package let body: String
    package let published: Timestamp
    package let attributes: [Attribute]

    package init(id: String, topic: TopicARN, subject: String?, body: String, published: Timestamp, attributes: [Attribute] = []) {
        self.id = id
        self.topic = topic
        self.subject = subject
        self.body = body
        self.published = published
        self.attributes = attributes
    }

    var document: WireValue {
        .members(
            ("id", .text(id)), ("topic", .text(topic.description)), ("subject", subject.map(WireValue.text)), ("body", .text(body)),
            ("published", .integer(published.nanoseconds)),
            ("attributes", .list(attributes.map { ["name": .text($0.name), "type": .text($0.type), "value": .text($0.value)] })))
    }

    init?(document: WireNode) {
        guard let id = document["id"]?.text, let topic = document["topic"]?.text.flatMap(TopicARN.init), let body = document["body"]?.text,
            let published = document["published"]?.integer
        else { return nil }
        let attributes = (document["attributes"]?.children ?? WireChildren.none).compactMap { node -> Attribute? in
            guard let name = node["name"]?.text, let type = node["type"]?.text, let value = node["value"]?.text else { return nil }
            return Attribute(name: name, type: type, value: value)
        }
        self.init(
            id: id, topic: topic, subject: document["subject"]?.text, body: body, published: Timestamp(nanoseconds: published),
            attributes: attributes)
    }
}

/// What an HTTP subscriber is sent: SNS's JSON, signed.
///
/// Source: SNS developer guide, "Parsing Amazon SNS message formats" and "Verifying message signatures". The signature is over
/// `name\nvalue\n` of the fields that are there, in the order of `signedFields`; version 1 is RSA with SHA-1.
struct Envelope {
    enum Kind: String { case notification = "Notification", confirmation = "SubscriptionConfirmation" }

    private static let signedFields = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]

    let kind: Kind
    let message: Message
    let subscription: Subscription

    /// - Parameters:
    ///   - key: nil sends the body alone, as raw delivery does.
    ///   - certificatePath: where this server shows the key's certificate.
    func body(signedBy key: SigningKey, certificatePath: String) throws(BytesError) -> [UInt8] {
        if kind == .notification, subscription.isRaw { return Array(message.body.utf8) }
        var fields: [(String, String)] = [("Type", kind.rawValue), ("MessageId", message.id)]
        if kind == .confirmation { fields.append(("Token", subscription.token)) }
        fields.append(("TopicArn", message.topic.description))
        if let subject = message.subject { fields.append(("Subject", subject)) }
        fields.append(("Message", message.body))
        if kind == .confirmation { fields.append(("SubscribeURL", subscribeURL)) }
        fields.append(("Timestamp", UTCText.milliseconds(message.published.nanoseconds)))
        let signature = try key.sign(Self.signedText(fields), with: .sha1)

        var members = fields.map { ($0.0, WireValue.text($0.1)) }
        members.append(("SignatureVersion", "1"))
        members.append(("Signature", .text(Base64.encode(signature))))
        members.append(("SigningCertURL", .text(subscription.serverURL + certificatePath)))
        if kind == .notification {
            members.append(("UnsubscribeURL", .text(unsubscribeURL)))
            if !message.attributes.isEmpty {
                members.append(("MessageAttributes", .map(message.attributes.map { attribute in
                    (attribute.name, ["Type": .text(attribute.type), "Value": .text(attribute.value)])
                })))
            }
        }
        return JSON.encode(.structure(members))
    }

    var headers: HTTPHeaders {
        var headers: HTTPHeaders = [
            "x-amz-sns-message-type": kind.rawValue, "x-amz-sns-message-id": message.id, "x-amz-sns-topic-arn": message.topic.description,
            "Content-Type": "text/plain; charset=UTF-8", "User-Agent": "Amazon Simple Notification Service Agent",
        ]
        guard kind == .notification else { return headers }
        headers.add("x-amz-sns-subscription-arn", subscription.arn.description)
        if subscription.isRaw { headers.add("x-amz-sns-rawdelivery", "true") }
        return headers
    }

    static func signedText(_ fields: [(String, String)]) -> [UInt8] {
        var text = ""
        for name in signedFields {
            if let value = fields.first(where: { $0.0 == name })?.1 { text += "\(name)\n\(value)\n" }
        }
        return Array(text.utf8)
    }

    private var subscribeURL: String {
        "\(subscription.serverURL)/?Action=ConfirmSubscription&TopicArn=\(message.topic)&Token=\(subscription.token)"
    }

    private var unsubscribeURL: String { "\(subscription.serverURL)/?Action=Unsubscribe&SubscriptionArn=\(subscription.arn)" }
}
