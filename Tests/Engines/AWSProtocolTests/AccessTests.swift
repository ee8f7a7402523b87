import AWSProtocol
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

private let cloudWatchTarget = "GraniteServiceVersion20100801"

/// Answers whatever the test says.
private struct ScriptedGate: CallerAuthentication {
    let answer: Result<Caller, AccessFault>
    func caller(of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?, now: Timestamp) throws(AccessFault) -> Caller { try answer.get() }
}

/// How each protocol says that somebody is not believed, or may not.
@Suite struct AccessTests {
    private func server(_ answer: Result<Caller, AccessFault>) -> SampleServer { SampleServer(authentication: ScriptedGate(answer: answer)) }

    private static let faults: [(fault: AccessFault, shape: String, code: String)] = [
        (.missing, "MissingAuthenticationTokenException", "MissingAuthenticationToken"),
        (.unknownKey, "UnrecognizedClientException", "InvalidClientTokenId"),
        (.mismatch, "InvalidSignatureException", "SignatureDoesNotMatch"),
        (.outOfTime("Signature expired: …"), "InvalidSignatureException", "SignatureDoesNotMatch"),
        (.outOfTime("Request has expired.", isPresigned: true), "InvalidSignatureException", "RequestExpired"),
        (.wrongScope("Credential should be scoped to correct service: 'monitoring'. "), "InvalidSignatureException", "SignatureDoesNotMatch"),
        (.denied("no"), "AccessDeniedException", "AccessDenied"),
    ]

    @Test(arguments: faults.indices)
    func `a fault is told in each protocol's words`(index: Int) async throws {
        let (fault, shape, code) = Self.faults[index]
        let server = server(.failure(fault))
        let json10 = try #require(await server.json("\(cloudWatchTarget).PutThing", #"{"ThingName":"a"}"#))
        #expect(json10.status == 400 && json10.root?["__type"]?.text == "com.amazonaws.cloudwatch#\(shape)")
        let json11 = try #require(await server.json("Logs_20140328.PutThing", #"{"ThingName":"a"}"#, version: "1.1"))
        #expect(json11.status == 400 && json11.root?["__type"]?.text == shape)
        let cbor = try #require(await server.cbor("PutThing", CBOR.encode(["ThingName": "a"])))
        #expect(cbor.status == 403 && cbor.root?["__type"]?.text == "com.amazonaws.cloudwatch#\(shape)")
        let query = try #require(await server.query("Action=PutThing&Version=2010-08-01&ThingName=a"))
        #expect(query.status == 403 && query.text.contains("<Type>Sender</Type><Code>\(code)</Code>"))
        let rest = try #require(await server.send("POST", "/DeleteThing", body: Array(#"{"ThingName":"x"}"#.utf8)))
        #expect(rest.status == 403 && rest.headers["X-Amzn-ErrorType"] == shape)
    }

    @Test func `a session that is over is 401 everywhere`() async throws {
        let server = server(.failure(.sessionOver))
        #expect(await server.json("\(cloudWatchTarget).PutThing", "{}")?.status == 401)
        #expect(await server.send("POST", "/DeleteThing", body: Array("{}".utf8))?.status == 401)
    }

    @Test func `whose key it is decides over the account, the signature over the region`() async throws {
        let server = server(.success(Caller(name: "key/AKIA", account: "333333333333", mayChange: true)))
        let named = [("Authorization", authorization(key: "444444444444", region: "eu-west-1", service: "monitoring"))]
        let answer = try #require(await server.json("\(cloudWatchTarget).PutThing", #"{"ThingName":"a"}"#, headers: named))
        #expect(answer.root?["Tenant"]?.text == "333333333333/eu-west-1")
        let unsigned = try #require(await server.json("\(cloudWatchTarget).PutThing", #"{"ThingName":"a"}"#))
        #expect(unsigned.root?["Tenant"]?.text == "333333333333/us-east-1")
    }

    @Test func `who may only read is refused every other operation, known or not`() async throws {
        let server = server(.success(Caller(name: "user/ada", account: "333333333333", mayChange: false)))
        let refused = try #require(await server.json("Logs_20140328.CreateLogGroup", "{}", version: "1.1"))
        #expect(refused.root?["__type"]?.text == "AccessDeniedException")
        #expect(
            refused.root?["message"]?.text
                == "User: arn:aws:iam::333333333333:user/ada is not authorized to perform: logs:CreateLogGroup")
        #expect(await server.json("Logs_20140328.Unheard", "{}", version: "1.1")?.root?["__type"]?.text == "AccessDeniedException")
        #expect(await server.send("POST", "/Traces", body: Array("{}".utf8))?.status == 200)
    }

    @Test func `links that we send out ourselves need no credentials, everything else does`() async throws {
        let server = server(.failure(.missing))
        let confirmed = try #require(await server.send("GET", "/", query: "Action=ConfirmSubscription&TopicArn=a&Token=b"))
        #expect(confirmed.status == 200)
        #expect(await server.send("GET", "/", query: "Action=CreateTopic&Name=a")?.status == 403)
        // Wrong credentials are not the same as none.
        #expect(await self.server(.failure(.mismatch)).send("GET", "/", query: "Action=ConfirmSubscription&TopicArn=a&Token=b")?.status == 403)
    }

    @Test func `a request for AWS is known by its head`() {
        let dispatcher = SampleServer().dispatcher
        func head(_ method: String, _ path: String, _ headers: HTTPHeaders = [:]) -> HTTPRequestHead {
            HTTPRequestHead(method: method, path: path, headers: headers)
        }
        #expect(dispatcher.isAddressed(by: head("POST", "/api/v1/write", ["X-Amz-Target": "x"])))
        #expect(dispatcher.isAddressed(by: head("POST", "/service/x/operation/y", ["smithy-protocol": "rpc-v2-cbor"])))
        #expect(dispatcher.isAddressed(by: head("GET", "/")) && dispatcher.isAddressed(by: head("POST", "/Traces")))
        for other in [head("GET", "/Traces"), head("POST", "/api/v1/write"), head("POST", "/v1/traces"), head("GET", "/metrics")] {
            #expect(!dispatcher.isAddressed(by: other))
        }
    }
}
