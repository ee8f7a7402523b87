import AWSProtocol
import Testing
import WireFormats

struct DashboardOperationTests {
    private let body = ##"{"widgets": [{"type":"text","x":0,"y":0,"width":6,"height":3,"properties":{"markdown":"# é"}}]}"##

    @Test(arguments: TestServer.protocols)
    func `a dashboard is put, read, listed and removed`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let put = try await server.call("PutDashboard", ["DashboardName": "shop", "DashboardBody": .text(body)], as: wire)
        #expect(put.status == 200 && put.body["DashboardValidationMessages"].elements.isEmpty)
        let got = try await server.call("GetDashboard", ["DashboardName": "shop"], as: wire).body
        #expect(got["DashboardName"].text == "shop")
        #expect(got["DashboardArn"].text == "arn:aws:cloudwatch::123456789012:dashboard/shop")
        #expect(got["DashboardBody"].text == body)
        let entries = try await server.call("ListDashboards", ["DashboardNamePrefix": "sh"], as: wire).body["DashboardEntries"].elements
        #expect(entries.map { $0["DashboardName"].text } == ["shop"])
        #expect(entries[0]["Size"].number == Double(body.utf8.count))
        #expect(entries[0].has("LastModified"))
        #expect(try await server.call("DeleteDashboards", ["DashboardNames": ["shop"]], as: wire).status == 200)
        let gone = try await server.call("GetDashboard", ["DashboardName": "shop"], as: wire)
        #expect(gone.status == 404 && gone.code == "ResourceNotFound" && gone.message == "Dashboard shop does not exist")
    }

    @Test(arguments: TestServer.protocols)
    func `a wrong body is refused with every finding, and nothing is kept`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let answer = try await server.call(
            "PutDashboard", ["DashboardName": "d", "DashboardBody": #"{"widgets":[{"type":"metric","properties":{}}]}"#], as: wire)
        #expect(answer.status == 400 && answer.code == "InvalidParameterInput")
        #expect(
            answer.message == """
                The dashboard body is invalid, there are 3 validation errors:
                [
                  {
                    "dataPath": "/widgets/0/properties",
                    "message": "Should have required property 'metrics'"
                  },
                  {
                    "dataPath": "/widgets/0/properties",
                    "message": "The metric widget should have specified a region and a data source or an alarm annotation"
                  },
                  {
                    "dataPath": "/widgets/0/properties",
                    "message": "Should have required property 'annotations'"
                  }
                ]
                """)
        #expect(try await server.call("ListDashboards", [:], as: wire).body["DashboardEntries"].elements.isEmpty)
    }

    @Test func `a body that is no object or too large, and a name that is none, have their own messages`() async throws {
        let server = try TestServer()
        let text = try await server.call("PutDashboard", ["DashboardName": "d", "DashboardBody": "hello"])
        #expect(text.code == "InvalidParameterInput" && text.message == "The field DashboardBody must be a valid JSON object")
        let name = try await server.call("PutDashboard", ["DashboardName": "a b", "DashboardBody": .text(body)])
        #expect(name.code == "InvalidParameterValue")
        #expect(
            name.message
                == "The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
        let large = #"{"widgets":[],"start":"\#(String(repeating: "x", count: 1 << 20))"}"#
        #expect(try await server.call("PutDashboard", ["DashboardName": "d", "DashboardBody": .text(large)]).status >= 400)
        let missing = try await server.call("PutDashboard", ["DashboardName": "d"])
        #expect(missing.code == "ValidationError")
    }

    @Test func `what nobody understands comes back as a message of a success`() async throws {
        let server = try TestServer()
        let answer = try await server.call("PutDashboard", ["DashboardName": "d", "DashboardBody": #"{"widgets":[],"wings":1}"#])
        let messages = answer.body["DashboardValidationMessages"].elements
        #expect(messages.map { $0["DataPath"].text } == ["/wings"])
        #expect(messages.map { $0["Message"].text } == ["Should NOT have additional properties"])
    }

    @Test(arguments: TestServer.protocols)
    func `of dashboards to be removed those go that are there, and the others are named`(wire: WireProtocol) async throws {
        let server = try TestServer()
        for name in ["a", "b"] { try await server.call("PutDashboard", ["DashboardName": .text(name), "DashboardBody": .text(body)]) }
        let answer = try await server.call("DeleteDashboards", ["DashboardNames": ["a", "x"]], as: wire)
        #expect(answer.status == 404 && answer.code == "ResourceNotFound")
        let left = try await server.call("ListDashboards", [:]).body["DashboardEntries"].elements
        #expect(left.map { $0["DashboardName"].text } == ["b"])
    }

    @Test func `more than a page of dashboards comes in pages`() async throws {
        let server = try TestServer()
        for number in 0..<1003 {
            try await server.call("PutDashboard", ["DashboardName": .text("d\(number)"), "DashboardBody": #"{"widgets":[]}"#])
        }
        let first = try await server.call("ListDashboards", [:]).body
        #expect(first["DashboardEntries"].elements.count == 1000)
        let token = first["NextToken"].text
        let second = try await server.call("ListDashboards", ["NextToken": .text(token)]).body
        #expect(second["DashboardEntries"].elements.count == 3 && !second.has("NextToken"))
        let other = try await server.call("ListDashboards", ["NextToken": .text(token), "DashboardNamePrefix": "d"])
        #expect(other.code == "InvalidParameterValue")
    }

    @Test(arguments: TestServer.protocols)
    func `dashboards carry tags`(wire: WireProtocol) async throws {
        let server = try TestServer()
        let arn: WireValue = "arn:aws:cloudwatch::123456789012:dashboard/shop"
        let reserved = try await server.call("TagResource", ["ResourceARN": arn, "Tags": [["Key": "AWS:a", "Value": "1"]]], as: wire)
        #expect(reserved.code == "InvalidParameterValue" && reserved.message.hasPrefix("aws: prefixed tag key names"))
        let nobody = try await server.call("TagResource", ["ResourceARN": arn, "Tags": [["Key": "a", "Value": "1"]]], as: wire)
        #expect(nobody.status == 404 && nobody.code == "ResourceNotFoundException")
        let input: WireValue = ["DashboardName": "shop", "DashboardBody": .text(body), "Tags": [["Key": "team", "Value": "web"]]]
        try await server.call("PutDashboard", input, as: wire)
        #expect(try await server.call("TagResource", ["ResourceARN": arn, "Tags": [["Key": "a", "Value": "1"]]], as: wire).status == 200)
        #expect(try await server.call("UntagResource", ["ResourceARN": arn, "TagKeys": ["team", "none"]], as: wire).status == 200)
        let tags = try await server.call("ListTagsForResource", ["ResourceARN": arn], as: wire).body["Tags"].elements
        #expect(tags.map { $0["Key"].text + "=" + $0["Value"].text } == ["a=1"])
    }
}
