import AWSProtocol
import Bytes
import Testing
import WireFormats

@Suite struct ErrorShapeTests {
    let server = SampleServer()

    @Test func `json 1.0 names the shape, and the query code when asked`() async throws {
        let body = #"{"ThingName":"missing"}"#
        let plain = try #require(await server.json("GraniteServiceVersion20100801.DeleteThing", body))
        #expect(plain.status == 404)
        #expect(plain.text == #"{"__type":"com.amazonaws.cloudwatch#ResourceNotFound","message":"No <thing> & \"more\""}"#)
        #expect(plain.headers["x-amzn-ErrorType"] == "ResourceNotFound" && plain.headers["x-amzn-query-error"] == nil)
        let asked = try #require(await server.json("GraniteServiceVersion20100801.DeleteThing", body, headers: [("x-amzn-query-mode", "true")]))
        #expect(asked.headers["x-amzn-query-error"] == "ResourceNotFound;Sender" && asked.bytes == plain.bytes)
    }

    @Test func `json 1.1 names the bare shape and carries the shape's own members`() async throws {
        let answer = try #require(await server.json("Logs_20140328.DeleteThing", #"{"ThingName":"details"}"#, version: "1.1"))
        #expect(answer.status == 400 && answer.text == #"{"__type":"MalformedException","message":"bad","where":{"offset":3}}"#)
    }

    @Test func `query answers an ErrorResponse`() async throws {
        let answer = try #require(await server.query("Action=DeleteThing&Version=2010-08-01&ThingName=missing"))
        #expect(answer.status == 404)
        #expect(
            answer.text
                == #"<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>ResourceNotFound</Code><Message>No &lt;thing&gt; &amp; &quot;more&quot;</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"#)
    }

    @Test func `cbor answers a map`() async throws {
        let answer = try #require(await server.cbor("DeleteThing", CBOR.encode(["ThingName": "missing"]), headers: [("x-amzn-query-mode", "true")]))
        #expect(answer.status == 404 && answer.headers["smithy-protocol"] == "rpc-v2-cbor")
        #expect(answer.bytes == CBOR.encode(["__type": "com.amazonaws.cloudwatch#ResourceNotFound", "message": "No <thing> & \"more\""]))
        #expect(answer.headers["x-amzn-query-error"] == "ResourceNotFound;Sender")
    }

    @Test func `rest-json names the shape in a header`() async throws {
        let answer = try #require(await server.send("POST", "/DeleteThing", body: Array(#"{"ThingName":"missing"}"#.utf8)))
        #expect(answer.status == 404 && answer.headers["X-Amzn-ErrorType"] == "ResourceNotFound")
        #expect(answer.text == #"{"Message":"No <thing> & \"more\""}"#)
    }

    @Test func `faults of ours tell the client nothing and the log everything`() async throws {
        for name in ["surprise", "corrupt"] {
            let answer = try #require(await server.json("Logs_20140328.DeleteThing", #"{"ThingName":"\#(name)"}"#, version: "1.1"))
            #expect(answer.status == 500 && answer.root?["__type"]?.text == "InternalFailure")
            #expect(!answer.text.contains("s3cr3t") && !answer.text.contains("part 12"))
            #expect(server.log.contains(answer.requestID) && server.log.contains("DeleteThing"))
        }
        #expect(server.log.contains("Surprise") && server.log.contains("part 12"))
        let fault = try #require(await server.query("Action=DeleteThing&Version=2010-08-01&ThingName=broken"))
        #expect(fault.status == 500 && fault.text.contains("<Type>Receiver</Type><Code>InternalFailure</Code>"))
    }

    @Test func `a store that is full slows its clients down and is no fault of ours`() async throws {
        let answer = try #require(await server.json("Logs_20140328.DeleteThing", #"{"ThingName":"busy"}"#, version: "1.1"))
        #expect(answer.root?["__type"]?.text == "ThrottlingException")
        #expect(server.log == "")
    }
}
