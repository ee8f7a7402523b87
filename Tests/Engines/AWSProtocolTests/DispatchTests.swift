import AWSProtocol
import Bytes
import Testing
import WireFormats

private let cloudWatchTarget = "GraniteServiceVersion20100801"

@Suite struct DispatchTests {
    let server = SampleServer()

    /// The same call in three protocols; every value form in it must arrive alike.
    @Test func `one input means the same in json, cbor and query`() async throws {
        let input: WireValue = [
            "ThingName": "a", "Period": 60, "Threshold": .double(1.5), "IsOn": true, "Start": .timestamp(1_500_000_000),
            "Comparison": "LessThanThreshold", "Dimensions": [["Name": "n", "Value": "v"]], "First": ["Name": "f", "Value": "v"],
            "Actions": ["x", "y"], "Attributes": .textMap([("k", "é")]), "Unknown": [["A": 1]],
        ]
        let form =
            "Action=PutThing&Version=2010-08-01&ThingName=a&Period=60&Threshold=1.5&IsOn=true&Start=1970-01-01T00%3A00%3A01.5Z&Comparison=LessThanThreshold"
            + "&Dimensions.member.1.Name=n&Dimensions.member.1.Value=v&First.Name=f&First.Value=v&Actions.member.1=x&Actions.member.2=y"
            + "&Attributes.entry.1.key=k&Attributes.entry.1.value=%C3%A9&Unknown.member.1.A=1"
        let json = try #require(await server.json("\(cloudWatchTarget).PutThing", String(decoding: JSON.encode(input), as: UTF8.self)))
        let cbor = try #require(await server.cbor("PutThing", CBOR.encode(input)))
        let query = try #require(await server.query(form))
        #expect(
            json.text
                == #"{"Name":"a","Period":60,"Threshold":1.5,"IsOn":true,"Start":1.5,"Comparison":"LessThanThreshold","Dimensions":[{"Name":"n","Value":"v"}],"First":"f","Actions":["x","y"],"Attributes":{"k":"é"},"Tenant":"000000000000/us-east-1","Host":"localhost","Now":1795248000}"#)
        #expect(
            query.text
                == #"<PutThingResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><PutThingResult><Name>a</Name><Period>60</Period><Threshold>1.5</Threshold><IsOn>true</IsOn><Start>1970-01-01T00:00:01.500Z</Start><Comparison>LessThanThreshold</Comparison><Dimensions><member><Name>n</Name><Value>v</Value></member></Dimensions><First>f</First><Actions><member>x</member><member>y</member></Actions><Attributes><entry><key>k</key><value>é</value></entry></Attributes><Tenant>000000000000/eu-west-1</Tenant><Host>localhost</Host><Now>2026-11-21T08:00:00.000Z</Now></PutThingResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></PutThingResponse>"#)
        let root = try #require(cbor.root)
        #expect(root["Start"]?.kind == .timestamp && root["Start"]?.timestamp == 1_500_000_000 && root["Threshold"]?.kind == .double)
        #expect(root["Attributes"]?.member(named: "k")?.text == "é" && root["Dimensions"]?.children.map { $0["Value"]?.text } == ["v"])
        #expect(json.headers["Content-Type"] == "application/x-amz-json-1.0")
        #expect(query.headers["Content-Type"] == "text/xml")
        #expect(cbor.headers["Content-Type"] == "application/cbor" && cbor.headers["smithy-protocol"] == "rpc-v2-cbor")
        for answer in [json, cbor, query] {
            #expect(answer.status == 200 && answer.requestID.utf8.count == 36)
        }
        #expect(Set([json, cbor, query].map(\.requestID)).count == 3)
    }

    @Test func `operations without output answer nothing in each protocol's way`() async throws {
        let json10 = try #require(await server.json("\(cloudWatchTarget).DeleteThing", #"{"ThingName":"x"}"#))
        #expect(json10.status == 200 && json10.text == "{}")
        let json11 = try #require(await server.json("Logs_20140328.DeleteThing", #"{"ThingName":"x"}"#, version: "1.1"))
        #expect(json11.status == 200 && json11.bytes == [] && json11.headers["Content-Type"] == "application/x-amz-json-1.1")
        let cbor = try #require(await server.cbor("DeleteThing", CBOR.encode(["ThingName": "x"])))
        #expect(cbor.status == 200 && cbor.bytes == [0xA0])
        let query = try #require(await server.query("Action=DeleteThing&Version=2010-08-01&ThingName=x"))
        #expect(
            query.text
                == #"<DeleteThingResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></DeleteThingResponse>"#)
        let rest = try #require(await server.send("POST", "/DeleteThing", body: Array(#"{"ThingName":"x"}"#.utf8)))
        #expect(rest.status == 200 && rest.text == "{}" && rest.headers["Content-Type"] == "application/json")
    }

    @Test func `each service is found by what its clients send`() async throws {
        let logs = try #require(await server.json("Logs_20140328.CreateLogGroup", "{}", version: "1.1"))
        #expect(logs.root?["Called"]?.text == "CreateLogGroup")
        let traces = try #require(await server.send("POST", "/Traces", headers: [("Authorization", authorization(service: "xray"))], body: Array("{}".utf8)))
        #expect(traces.root?["Called"]?.text == "BatchGetTraces")
        let unsigned = try #require(await server.send("POST", "/Traces", body: []))
        #expect(unsigned.root?["Called"]?.text == "BatchGetTraces")
        let topic = try #require(await server.query("Action=CreateTopic&Version=2010-03-31&Name=t", scope: "sns"))
        #expect(topic.text.hasPrefix(#"<CreateTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><CreateTopicResult><Called>CreateTopic"#))
        let byVersion = try #require(
            await server.send(headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("Action=CreateTopic&Version=2010-03-31".utf8)))
        #expect(byVersion.status == 200)
        let link = try #require(await server.send("GET", "/", query: "Action=ConfirmSubscription&TopicArn=arn%3Aaws&Token=abc"))
        #expect(link.status == 200 && link.text.hasPrefix("<ConfirmSubscriptionResponse"))
        let prefixed = try #require(
            await server.send("POST", "/proxy/service/GraniteServiceVersion20100801/operation/DeleteThing", headers: [("smithy-protocol", "rpc-v2-cbor")]))
        #expect(prefixed.status == 400 && prefixed.root?["__type"]?.text == "com.amazonaws.cloudwatch#ValidationError")
    }

    @Test func `what is not for AWS is left to others`() async {
        #expect(await server.send("GET", "/ui/") == nil)
        #expect(await server.send("GET", "/") == nil)
        #expect(await server.send("POST", "/api/v1/query", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("query=up".utf8)) == nil)
        #expect(await server.send("POST", "/api/v1/query", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("query=%".utf8)) == nil)
        #expect(await server.send("GET", "/Traces") == nil)
        #expect(await server.send("POST", "/v1/traces", headers: [("Content-Type", "application/json")], body: Array("{}".utf8)) == nil)
        #expect(await server.send("PUT", "/bucket/key", headers: [("Authorization", authorization(service: "s3"))]) == nil)
        #expect(await server.send("GET", "/", headers: [("Authorization", "Bearer AWS4")]) == nil)
    }

    @Test func `unknown operations are named in each protocol`() async throws {
        let json = try #require(await server.json("Logs_20140328.Nothing", "{}", version: "1.1"))
        #expect(json.status == 400 && json.root?["__type"]?.text == "UnknownOperationException")
        let target = try #require(await server.json("Nobody_2014.Nothing", "{}", version: "1.1"))
        #expect(target.root?["__type"]?.text == "UnknownOperationException")
        let noDot = try #require(await server.json("Nonsense", "{}", version: "1.1"))
        #expect(noDot.root?["__type"]?.text == "UnknownOperationException")
        let cbor = try #require(await server.cbor("Nothing", []))
        #expect(cbor.root?["__type"]?.text == "com.amazonaws.cloudwatch#UnknownOperationException")
        let query = try #require(await server.query("Action=Nothing&Version=2010-08-01"))
        #expect(query.status == 400 && query.text.contains("<Code>InvalidAction</Code><Message>Could not find operation Nothing for version 2010-08-01</Message>"))
        let stranger = try #require(await server.query("Action=Nothing&Version=1999-01-01", scope: "ec2"))
        #expect(stranger.text.contains("<Code>InvalidAction</Code>"))
        let rest = try #require(await server.send("POST", "/Nothing", headers: [("Authorization", authorization(service: "xray"))]))
        #expect(rest.status == 400 && rest.headers["X-Amzn-ErrorType"] == "UnknownOperationException")
    }

    // MARK: Whose request it is

    @Test(arguments: [
        ("123456789012", "eu-west-1", "123456789012/eu-west-1"), ("AKIDEXAMPLE", "eu-west-1", "000000000000/eu-west-1"),
        ("12345678901", "us-east-1", "000000000000/us-east-1"),
    ])
    func `an access key id of twelve digits names the account, the scope the region`(_ key: String, _ region: String, _ tenant: String) async throws {
        let header = authorization(key: key, region: region, service: "monitoring")
        let answer = try #require(
            await server.json("\(cloudWatchTarget).PutThing", #"{"ThingName":"a"}"#, headers: [("Authorization", header), ("Host", "obs.example:4566")]))
        #expect(answer.root?["Tenant"]?.text == tenant && answer.root?["Host"]?.text == "obs.example:4566")
        let presigned = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\(key)%2F20261121%2F\(region)%2Fmonitoring%2Faws4_request&X-Amz-Signature=00"
        let link = try #require(await server.send("GET", "/", query: "Action=PutThing&ThingName=a&\(presigned)"))
        #expect(link.text.contains("<Tenant>\(tenant)</Tenant>"))
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=a", "AWS4-HMAC-SHA512 Credential=a/20261121/r/s/aws4_request",
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/monitoring, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=AKID/2026/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/US EAST/monitoring/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=AKID/20261121//monitoring/aws4_request, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/monitoring/aws4_request, SignedHeaders=host",
    ])
    func `a signature that cannot be read is refused in the caller's protocol`(_ header: String) async throws {
        let json = try #require(await server.json("\(cloudWatchTarget).DeleteThing", #"{"ThingName":"x"}"#, headers: [("Authorization", header)]))
        #expect(json.status == 400 && json.root?["__type"]?.text == "com.amazonaws.cloudwatch#IncompleteSignatureException")
        let query = try #require(
            await server.send(
                headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", header)],
                body: Array("Action=DeleteThing&Version=2010-08-01&ThingName=x".utf8)))
        #expect(query.status == 400 && query.text.contains("<Code>IncompleteSignature</Code>"))
    }

    @Test func `an access key id that cannot be one is refused`() async throws {
        for key in ["", String(repeating: "A", count: 200), "é"] {
            let answer = try #require(
                await server.json("\(cloudWatchTarget).DeleteThing", "{}", headers: [("Authorization", authorization(key: key, service: "monitoring"))]))
            #expect(answer.status == 403 && answer.root?["__type"]?.text == "com.amazonaws.cloudwatch#UnrecognizedClientException", "\(key)")
        }
    }

    // MARK: Bodies

    @Test func `gzip bodies are read in every protocol, bad ones refused, bombs stopped`() async throws {
        let gzip = [("Content-Encoding", "gzip")]
        let json = Array(#"{"ThingName":"zipped"}"#.utf8)
        let target = [("X-Amz-Target", "\(cloudWatchTarget).PutThing")]
        #expect(await server.send(headers: target + gzip, body: Gzip.compress(json))?.root?["Name"]?.text == "zipped")
        #expect(await server.cbor("PutThing", Gzip.compress(CBOR.encode(["ThingName": "zipped"])), headers: gzip)?.root?["Name"]?.text == "zipped")
        let form = Gzip.compress(Array("Action=PutThing&Version=2010-08-01&ThingName=zipped".utf8))
        let query = await server.send(headers: [("Content-Type", "application/x-www-form-urlencoded")] + gzip, body: form)
        #expect(query?.text.contains("<Name>zipped</Name>") == true)

        for bad in [[], Array(Gzip.compress(json).dropLast(3)), json] as [[UInt8]] {
            let answer = try #require(await server.send(headers: target + gzip, body: bad))
            #expect(answer.status == 400 && answer.root?["__type"]?.text == "com.amazonaws.cloudwatch#SerializationException")
        }
        let bomb = Gzip.compress([UInt8](repeating: 0x20, count: AWSLimits.inflatedBytesMax + 1))
        #expect(bomb.count < AWSLimits.metricBodyBytesMax)
        #expect(await server.send(headers: target + gzip, body: bomb)?.status == 413)
        let large = [UInt8](repeating: 0x20, count: AWSLimits.metricBodyBytesMax + 1)
        #expect(await server.send(headers: target, body: large)?.status == 413)
        #expect(await server.query("Action=PutThing&A=" + String(repeating: "x", count: AWSLimits.metricBodyBytesMax))?.status == 413)
        #expect(await server.send(headers: target + [("Content-Encoding", "br")], body: json)?.status == 415)
    }

    @Test func `broken bodies are refused with their place`() async throws {
        let json = try #require(await server.json("\(cloudWatchTarget).PutThing", #"{"ThingName":"#))
        #expect(json.status == 400 && json.root?["message"]?.text?.contains("at byte 13") == true)
        #expect(json.root?["__type"]?.text == "com.amazonaws.cloudwatch#SerializationException")
        #expect(await server.json("\(cloudWatchTarget).PutThing", "[1]")?.root?["__type"]?.text == "com.amazonaws.cloudwatch#SerializationException")
        #expect(await server.cbor("PutThing", [0xA1])?.status == 400)
        let form = try #require(await server.query("Action=PutThing&ThingName=%zz"))
        #expect(form.status == 400 && form.text.contains("<Code>MalformedInput</Code>"))
        #expect(await server.json("\(cloudWatchTarget).DeleteThing", "")?.root?["__type"]?.text == "com.amazonaws.cloudwatch#ValidationError")
    }
}
