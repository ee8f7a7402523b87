import AWSProtocol
import Catalog
import Notifications
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import SNSAPI

/// Forms with something wrong in them: answered, or refused as the caller's mistake, never as ours.
struct RequestFuzzTests {
    private static let topic = "TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A123456789012%3Aalerts"
    private static let requests = [
        "Action=CreateTopic&Name=alerts&Tags.member.1.Key=a&Tags.member.1.Value=b", "Action=ListTopics", "Action=ListSubscriptions",
        "Action=Subscribe&\(topic)&Protocol=http&Endpoint=http%3A%2F%2F127.0.0.1%3A1%2Fx&ReturnSubscriptionArn=true",
        "Action=ListSubscriptionsByTopic&\(topic)&NextToken=YWJj",
        "Action=Publish&\(topic)&Message=caf%C3%A9+%F0%9F%98%80&Subject=s&MessageAttributes.entry.1.Name=n&MessageAttributes.entry.1.Value.DataType=Number&MessageAttributes.entry.1.Value.StringValue=1",
    ]

    @Test(arguments: fuzzSeeds(3)) func `a damaged request is answered or refused as the caller's mistake`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let folder = TemporaryFolder()
        let catalog = try Catalog.open(folder.path("catalog.db"))
        defer { catalog.close() }
        let source = RandomSource(SeededRandom(seed: seed))
        let topics = TopicDirectory(catalog: catalog, random: source)
        let dispatcher = AWSDispatcher(
            services: [SNSOperations.service(topics: topics, outbox: Outbox(directory: topics, random: source))], time: ManualClock(),
            random: source,
            log: Log(component: "test", write: { _ in }))
        let head = HTTPRequestHead(
            method: "POST", path: "/",
            headers: [
                "Content-Type": "application/x-www-form-urlencoded", "Host": "localhost:4566",
                "Authorization":
                    "AWS4-HMAC-SHA256 Credential=123456789012/20260131/us-east-1/sns/aws4_request, SignedHeaders=host, Signature=00",
            ])
        for form in Self.requests {
            let answer = try #require(await dispatcher.handle(head, body: Array((form + "&Version=2010-03-31").utf8)))
            #expect(answer.status == 200, "\(form) must be a request that is served")
        }
        var served = 0
        for round in 0..<300 {
            var body = Array((Self.requests.randomElement(using: &random)! + "&Version=2010-03-31").utf8)
            if !random.oneIn(5) { body.mutate(using: &random) }
            // A form that names no operation is somebody else's to answer.
            guard let answer = await dispatcher.handle(head, body: body) else { continue }
            #expect(
                answer.status == 200 || (400..<500).contains(answer.status),
                "seed \(seed), round \(round): \(String(decoding: body, as: UTF8.self))")
            served += answer.status == 200 ? 1 : 0
        }
        #expect(served > 20, "the noise must hold sense too")
    }
}
