import SignalModel
import Testing
import WireFormats

@testable import AWSProtocol

private func context() -> RequestContext {
    RequestContext(
        tenant: Tenant(account: Tenant.openAccount, region: "us-east-1"), requestID: "id", now: Timestamp(seconds: 0), operation: "PutThing",
        wireProtocol: .json10)
}

private func answer(_ json: String, shape: String = "ValidationError") async throws -> WireValue? {
    try await PutThing().answer(WireDocument(json: Array(json.utf8)), in: context(), validationShape: shape)
}

private func failure(_ json: String, shape: String = "ValidationError") async -> AWSError? {
    await #expect(throws: AWSError.self) { _ = try await answer(json, shape: shape) }
}

@Suite struct InputReaderTests {
    @Test(arguments: [
        ("{}", "Value null at 'thingName' failed to satisfy constraint: Member must not be null"),
        (#"{"ThingName":null}"#, "Value null at 'thingName' failed to satisfy constraint: Member must not be null"),
        (#"{"ThingName":""}"#, "Value '' at 'thingName' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        (#"{"ThingName":"123456789"}"#, "Value '123456789' at 'thingName' failed to satisfy constraint: Member must have length less than or equal to 8"),
        (#"{"ThingName":"a","Period":0}"#, "Value '0' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 1"),
        (#"{"ThingName":"a","Period":86401}"#, "Value '86401' at 'period' failed to satisfy constraint: Member must have value less than or equal to 86400"),
        (#"{"ThingName":"a","Comparison":"INVALID"}"#,
            "Value 'INVALID' at 'comparison' failed to satisfy constraint: Member must satisfy enum value set: [GreaterThanThreshold, LessThanThreshold]"),
        (#"{"ThingName":"a","Actions":["ok","N0"]}"#,
            "Value 'N0' at 'actions.2.member' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+"),
        (#"{"ThingName":"a","Dimensions":[{"Name":"n","Value":"v"},{"Name":"n","Value":""}]}"#,
            "Value '' at 'dimensions.2.member.value' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        (#"{"ThingName":"a","First":{"Value":"v"}}"#, "Value null at 'first.name' failed to satisfy constraint: Member must not be null"),
    ])
    func `one violation in AWS's words`(_ json: String, _ text: String) async {
        let error = await failure(json)
        #expect(error?.message == "1 validation error detected: \(text)")
        #expect(error?.shape == "ValidationError" && error?.queryCode == "ValidationError" && error?.status == 400)
    }

    @Test func `violations are collected, in order, under the service's own code`() async {
        let error = await failure(#"{"ThingName":"","Period":0,"Dimensions":[{"Name":"n"}]}"#, shape: "InvalidParameterException")
        #expect(
            error?.message
                == "3 validation errors detected: Value '' at 'thingName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '0' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 1; Value null at 'dimensions.1.member.value' failed to satisfy constraint: Member must not be null")
        #expect(error?.shape == "InvalidParameterException")
    }

    @Test(arguments: [
        (#"{"ThingName":5}"#, "thingName", "a string"), (#"{"ThingName":"a","Period":"60"}"#, "period", "an integer"),
        (#"{"ThingName":"a","Period":1.5}"#, "period", "an integer"), (#"{"ThingName":"a","Period":1e30}"#, "period", "an integer"),
        (#"{"ThingName":"a","Threshold":"x"}"#, "threshold", "a number"), (#"{"ThingName":"a","IsOn":"true"}"#, "isOn", "a boolean"),
        (#"{"ThingName":"a","Start":true}"#, "start", "a timestamp"), (#"{"ThingName":"a","Start":1e300}"#, "start", "a timestamp"),
        (#"{"ThingName":"a","Dimensions":{}}"#, "dimensions", "a list"), (#"{"ThingName":"a","Dimensions":[1]}"#, "dimensions.1.member", "a structure"),
        (#"{"ThingName":"a","First":[]}"#, "first", "a structure"), (#"{"ThingName":"a","Actions":["a",[]]}"#, "actions.2.member", "a string"),
        (#"{"ThingName":"a","Attributes":[]}"#, "attributes", "a map"), (#"{"ThingName":"a","Attributes":{"k":1}}"#, "attributes.k.member", "a string"),
        (#"{"ThingName":"","Period":[]}"#, "period", "an integer"),
    ])
    func `a wrong type is a serialization error that names the member`(_ json: String, _ path: String, _ expected: String) async {
        let error = await failure(json)
        #expect(error?.shape == "SerializationException" && error?.message == "cannot read '\(path)': expected \(expected)")
    }

    @Test func `too many elements are counted`() async {
        let dimension = #"{"Name":"n","Value":"v"}"#
        let error = await failure(#"{"ThingName":"a","Dimensions":[\#(dimension),\#(dimension),\#(dimension)]}"#)
        #expect(error?.message.hasSuffix("at 'dimensions' failed to satisfy constraint: Member must have length less than or equal to 2") == true)
    }

    @Test func `the framework's findings come before the operation's own`() async {
        #expect(await failure(#"{"ThingName":"a","Period":7}"#)?.message == "The parameter Period is required.")
        #expect(await failure(#"{"ThingName":"","Period":7}"#)?.shape == "ValidationError")
    }

    @Test func `unknown members and nulls are nothing`() async throws {
        let value = try #require(try await answer(#"{"ThingName":"a","Period":null,"Dimensions":null,"Extra":{"x":[1]}}"#))
        let root = try WireDocument(json: JSON.encode(value)).root
        #expect(root["Period"] == nil && root["Dimensions"]?.childCount == 0)
    }

    @Test func `paths are spelled in both of AWS's ways`() {
        let path = MemberPath(steps: [.member("MetricData"), .element(0), .member("MetricName")])
        #expect(path.framework == "metricData.1.member.metricName" && path.parameter == "MetricData.member.1.MetricName")
    }

    @Test func `an empty list or structure in a form is an empty text`() async throws {
        let form = try WireDocument(form: Array("ThingName=a&Dimensions=&Actions=&Attributes=".utf8))
        let value = try #require(try await PutThing().answer(form, in: context(), validationShape: "ValidationError"))
        #expect(try WireDocument(json: JSON.encode(value)).root["Dimensions"]?.childCount == 0)
        let bad = try WireDocument(form: Array("ThingName=a&Dimensions=x".utf8))
        await #expect(throws: AWSError.self) { _ = try await PutThing().answer(bad, in: context(), validationShape: "ValidationError") }
    }
}
