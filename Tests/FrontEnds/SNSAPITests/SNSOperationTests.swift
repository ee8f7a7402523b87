import AWSProtocol
import Catalog
import Notifications
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import SNSAPI

/// The operations as query requests over a catalog in a folder of its own.
struct SNSOperationTests {
    private let folder = TemporaryFolder()
    private let catalog: Catalog
    private let dispatcher: AWSDispatcher

    init() throws {
        catalog = try Catalog.open(folder.path("catalog.db"))
        let random = RandomSource(SeededRandom(seed: 1))
        let topics = TopicDirectory(catalog: catalog, random: random)
        let service = SNSOperations.service(topics: topics, outbox: Outbox(directory: topics, random: random))
        dispatcher = AWSDispatcher(
            services: [service], time: ManualClock(), random: random, log: Log(component: "test", write: { _ in }))
    }

    private func call(_ form: String, account: String = "123456789012") async throws -> (status: Int, body: String) {
        let credential = "AWS4-HMAC-SHA256 Credential=\(account)/20260131/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=00"
        let head = HTTPRequestHead(
            method: "POST", path: "/",
            headers: ["Content-Type": "application/x-www-form-urlencoded", "Authorization": credential, "Host": "localhost:4566"])
        let response = try #require(await dispatcher.handle(head, body: Array((form + "&Version=2010-03-31").utf8)))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    private let arn = "arn:aws:sns:us-east-1:123456789012:alerts"

    @Test func `a topic is made once and listed, and another account does not see it`() async throws {
        for _ in 0..<2 { #expect(try await call("Action=CreateTopic&Name=alerts").body.contains("<TopicArn>\(arn)</TopicArn>")) }
        #expect(try await call("Action=ListTopics").body.components(of: "<member>") == 1)
        #expect(try await call("Action=ListTopics", account: "999999999999").body.contains("<Topics/>"))
        let foreign = try await call("Action=Publish&Message=m&TopicArn=\(arn)", account: "999999999999")
        #expect(foreign.status == 404 && foreign.body.contains("<Code>NotFound</Code>"))
        #expect(try await call("Action=DeleteTopic&TopicArn=\(arn)").status == 200)
        #expect(try await call("Action=ListTopics").body.contains("<Topics/>"))
    }

    @Test func `more topics than a page holds come on several, each once`() async throws {
        for index in 0..<130 { #expect(try await call("Action=CreateTopic&Name=t\(1000 + index)").status == 200) }
        let first = try await call("Action=ListTopics").body
        let token = try #require(first.firstMatch(of: /<NextToken>([^<]+)<\/NextToken>/).map { String($0.1) })
        let second = try await call("Action=ListTopics&NextToken=\(token.replacing("=", with: "%3D").replacing("+", with: "%2B"))").body
        #expect(first.components(of: "<member>") == 100 && second.components(of: "<member>") == 30)
        #expect(!second.contains("NextToken"))
    }

    @Test(arguments: [
        ("Action=CreateTopic&Name=bad%20name", "InvalidParameter"), ("Action=CreateTopic", "ValidationError"),
        ("Action=CreateTopic&Name=a&Attributes.entry.1.key=FifoTopic&Attributes.entry.1.value=true", "InvalidParameter"),
        ("Action=Subscribe&TopicArn=ARN&Protocol=sms&Endpoint=1", "InvalidParameter"),
        ("Action=Subscribe&TopicArn=ARN&Protocol=http&Endpoint=https://x", "InvalidParameter"),
        ("Action=Subscribe&TopicArn=ARN&Protocol=http&Endpoint=http://x%20y", "InvalidParameter"),
        ("Action=Subscribe&TopicArn=arn:aws:sns:us-east-1:123456789012:none&Protocol=http&Endpoint=http://x", "NotFound"),
        ("Action=Subscribe&TopicArn=nonsense&Protocol=http&Endpoint=http://x", "InvalidParameter"),
        ("Action=ConfirmSubscription&TopicArn=ARN&Token=wrong", "InvalidParameter"),
        ("Action=Publish&TopicArn=ARN&Message=", "InvalidParameter"), ("Action=Publish&Message=m", "InvalidParameter"),
        ("Action=Publish&TopicArn=ARN&Message=m&Subject=%0A", "InvalidParameter"),
        ("Action=Publish&PhoneNumber=1&Message=m", "InvalidParameter"),
        ("Action=Publish&TopicArn=ARN&Message=m&MessageStructure=json", "InvalidParameter"),
        ("Action=Publish&TopicArn=ARN&Message=m&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=Odd&MessageAttributes.entry.1.Value.StringValue=x", "InvalidParameter"),
        ("Action=Unsubscribe&SubscriptionArn=x", "InvalidParameter"), ("Action=ListTopics&NextToken=%21", "InvalidParameter"),
        ("Action=SetTopicAttributes&TopicArn=ARN", "InvalidAction"),
    ])
    func `what cannot be is refused by its code`(form: String, code: String) async throws {
        _ = try await call("Action=CreateTopic&Name=alerts")
        let answer = try await call(form.replacing("ARN", with: arn))
        #expect(answer.status >= 400)
        #expect(answer.body.contains("<Code>\(code)</Code>"), "\(answer.body)")
    }

    @Test func `a subscription is pending until its token is shown, and the same endpoint is one subscription`() async throws {
        _ = try await call("Action=CreateTopic&Name=alerts")
        let subscribe = "Action=Subscribe&TopicArn=\(arn)&Protocol=http&Endpoint=http://127.0.0.1:1/x"
        #expect(try await call(subscribe).body.contains("<SubscriptionArn>pending confirmation</SubscriptionArn>"))
        #expect(try await call(subscribe + "&ReturnSubscriptionArn=true").body.contains("<SubscriptionArn>\(arn):"))
        let listed = try await call("Action=ListSubscriptionsByTopic&TopicArn=\(arn)").body
        #expect(listed.components(of: "<member>") == 1 && listed.contains("PendingConfirmation"))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
