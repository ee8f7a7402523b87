package import SignalModel
import WireFormats

/// `arn:aws:sns:{region}:{account}:{topic}`, with `:{subscription id}` behind it for a subscription.
package struct TopicARN: Hashable, Sendable, CustomStringConvertible {
    package let tenant: Tenant
    package let name: String

    package init(tenant: Tenant, name: String) {
        self.tenant = tenant
        self.name = name
    }

    /// Nil when the text is not the ARN of a topic.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[1] == "aws", parts[2] == "sns", Topic.isName(parts[5]) else { return nil }
        self.init(tenant: Tenant(account: parts[4], region: parts[3]), name: parts[5])
    }

    package var description: String { "arn:aws:sns:\(tenant.region):\(tenant.account):\(name)" }
}

package struct SubscriptionARN: Hashable, Sendable, CustomStringConvertible {
    package let topic: TopicARN
    package let id: String

    package init(topic: TopicARN, id: String) {
        self.topic = topic
        self.id = id
    }

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let topic = TopicARN(String(text[..<colon])) else { return nil }
        let id = String(text[text.index(after: colon)...])
        guard id.utf8.count == 36, id.utf8.allSatisfy({ $0 == 45 || $0 &- 48 < 10 || $0 &- 97 < 6 }) else { return nil }
        self.init(topic: topic, id: id)
    }

    package var description: String { "\(topic):\(id)" }
}

/// Where messages are sent to, to be spread among its subscriptions.
package struct Topic: Sendable {
    package let arn: TopicARN
    package var displayName: String

    package init(arn: TopicARN, displayName: String = "") {
        self.arn = arn
        self.displayName = displayName
    }

    /// 1 to 256 of letters, digits, `-` and `_`.
    package static func isName(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 == 45 || $0 == 95 || $0 &- 48 < 10 || $0 | 0x20 &- 97 < 26 }
    }

    var document: WireValue { ["displayName": .text(displayName)] }

    init(arn: TopicARN, document: WireNode) {
        self.init(arn: arn, displayName: document["displayName"]?.text ?? "")
    }
}

/// An endpoint that gets a topic's messages once it has said that it wants them.
package struct Subscription: Sendable {
    package enum Transport: String, CaseIterable, Sendable { case http, https }

    package let arn: SubscriptionARN
    package let transport: Transport
    package let endpoint: String
    /// Body is the message alone, without the envelope.
    package var isRaw: Bool
    package var isConfirmed: Bool
    /// What the endpoint must show to confirm.
    package let token: String
    /// Scheme, host and port under which the subscriber reached us: addresses in our messages begin with it.
    package let serverURL: String

    package init(
        arn: SubscriptionARN, transport: Transport, endpoint: String, isRaw: Bool, isConfirmed: Bool, token: String, serverURL: String
    ) {
        self.arn = arn
        self.transport = transport
        self.endpoint = endpoint
        self.isRaw = isRaw
        self.isConfirmed = isConfirmed
        self.token = token
        self.serverURL = serverURL
    }

    var document: WireValue {
        [
            "protocol": .text(transport.rawValue), "endpoint": .text(endpoint), "raw": .bool(isRaw), "confirmed": .bool(isConfirmed),
            "token": .text(token), "serverURL": .text(serverURL),
        ]
    }

    /// Nil when the document is not one of ours.
    init?(arn: SubscriptionARN, document: WireNode) {
        guard let transport = document["protocol"]?.text.flatMap(Transport.init), let endpoint = document["endpoint"]?.text,
            let isRaw = document["raw"]?.bool, let isConfirmed = document["confirmed"]?.bool, let token = document["token"]?.text,
            let serverURL = document["serverURL"]?.text
        else { return nil }
        self.init(
            arn: arn, transport: transport, endpoint: endpoint, isRaw: isRaw, isConfirmed: isConfirmed, token: token, serverURL: serverURL)
    }
}
