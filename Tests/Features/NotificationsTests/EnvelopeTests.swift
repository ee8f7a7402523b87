import Bytes
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import Notifications

let acme = Tenant(account: "111111111111", region: "eu-west-1")
let topic = TopicARN(tenant: acme, name: "alerts")

func subscription(raw: Bool = false, endpoint: String = "http://127.0.0.1:1/hook") -> Subscription {
    Subscription(
        arn: SubscriptionARN(topic: topic, id: "00000000-0000-0000-0000-00000000000a"), transport: .http, endpoint: endpoint, isRaw: raw,
        isConfirmed: true, token: "token", serverURL: "http://127.0.0.1:4566")
}

struct EnvelopeTests {
    private let message = Message(
        id: "m-1", topic: topic, subject: "ALARM: \"x\"", body: "{\"a\":1}\n", published: Timestamp(seconds: 1_795_255_681),
        attributes: [Message.Attribute(name: "severity", type: "String", value: "high")])

    @Test func `a notification is signed over its fields in SNS's order, and anybody with the key can check it`() throws {
        let key = try SigningKey.generate()
        let body = try Envelope(kind: .notification, message: message, subscription: subscription()).body(signedBy: key, certificatePath: "/c.pem")
        let node = try WireDocument(json: body).root
        let text = "Message\n{\"a\":1}\n\nMessageId\nm-1\nSubject\nALARM: \"x\"\nTimestamp\n2026-11-21T10:08:01.000Z\nTopicArn\n\(topic)\nType\nNotification\n"
        let signature = try #require(node["Signature"]?.text.flatMap { Base64.decode($0) })
        #expect(key.verifies(signature, of: Array(text.utf8), with: .sha1))
        #expect(node["SigningCertURL"]?.text == "http://127.0.0.1:4566/c.pem")
        #expect(node["UnsubscribeURL"]?.text?.contains("Action=Unsubscribe&SubscriptionArn=\(topic):") == true)
        #expect(node["MessageAttributes"]?["severity"]?["Value"]?.text == "high")
    }

    @Test func `a confirmation carries the token and the address to visit`() throws {
        let key = try SigningKey.generate()
        let envelope = Envelope(kind: .confirmation, message: message, subscription: subscription(raw: true))
        let node = try WireDocument(json: envelope.body(signedBy: key, certificatePath: "/c.pem")).root
        #expect(node["Type"]?.text == "SubscriptionConfirmation")
        #expect(node["Token"]?.text == "token")
        #expect(node["SubscribeURL"]?.text == "http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=\(topic)&Token=token")
        #expect(envelope.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation")
        #expect(envelope.headers["x-amz-sns-subscription-arn"] == nil)
    }

    @Test func `raw delivery is the message alone`() throws {
        let envelope = Envelope(kind: .notification, message: message, subscription: subscription(raw: true))
        #expect(try envelope.body(signedBy: SigningKey.generate(), certificatePath: "/c.pem") == Array("{\"a\":1}\n".utf8))
        #expect(envelope.headers["x-amz-sns-rawdelivery"] == "true")
    }

    @Test func `a message comes back from its document`() throws {
        let again = try #require(Message(document: WireDocument(json: JSON.encode(message.document)).root))
        #expect(again.subject == message.subject && again.body == message.body && again.attributes.count == 1)
    }

    @Test(arguments: [
        "", "arn:aws:sns:r:a", "arn:aws:sqs:r:1:t", "arn:aws:sns:r:1:t:x", "arn:aws:sns:r:1:bad name", "arn:aws:sns:r:1:", "x",
    ])
    func `what is no topic's ARN is none`(text: String) {
        #expect(TopicARN(text) == nil)
    }

    @Test func `ARNs are read as they are written`() {
        #expect(TopicARN("\(topic)") == topic)
        let arn = subscription().arn
        #expect(SubscriptionARN("\(arn)") == arn)
        #expect(SubscriptionARN("\(topic):not-an-id") == nil)
    }

    @Test func `tries come soon at first, then for about a day, then no more`() throws {
        let schedule = RetrySchedule.standard
        #expect(schedule.delay(afterAttempts: 1) == 1_000_000_000)
        let all = (1...schedule.delays.count).compactMap { schedule.delay(afterAttempts: $0) }
        #expect(all == all.sorted())
        #expect(all.reduce(0, +) > 86_400_000_000_000)
        #expect(schedule.delay(afterAttempts: schedule.delays.count + 1) == nil)
    }
}
