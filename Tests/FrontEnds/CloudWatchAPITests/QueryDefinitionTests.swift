import AWSProtocol
import Testing
import WireFormats

/// Metric queries that are kept.
struct QueryDefinitionTests {
    private let server: TestServer

    init() throws { server = try TestServer() }

    private func put(
        _ path: String, id: String? = nil, expression: String = "m1 * 2", as wire: WireProtocol = .json10, tags: WireValue? = nil
    ) async throws -> TestServer.Answer {
        try await server.call(
            "PutMetricDataQueryDefinition",
            .members(
                ("Id", id.map(WireValue.text)), ("Path", .text(path)), ("Expression", .text(expression)), ("Type", "METRIC_MATH"), ("Tags", tags)),
            as: wire)
    }

    @Test(arguments: TestServer.protocols)
    func `a query is kept, changed, found and forgotten`(wire: WireProtocol) async throws {
        let made = try await put("team/latency", as: wire, tags: [["Key": "team", "Value": "web"]])
        let id = made.body["Id"].text
        #expect(made.status == 200 && id.utf8.count == 32)
        #expect(made.body["Arn"].text == "arn:aws:cloudwatch:us-east-1:123456789012:metric-query-definition/\(id)")
        #expect(try await server.call("ListTagsForResource", ["ResourceARN": .text(made.body["Arn"].text)], as: wire).body["Tags"].elements.count == 1)
        let changed = try await put("team/errors", id: id, expression: "m2", as: wire)
        #expect(changed.body["Id"].text == id && changed.body["CreatedAt"].text == made.body["CreatedAt"].text)
        let found = try await server.call("GetMetricDataQueryDefinition", ["Id": .text(id)], as: wire).body
        #expect(found["Path"].text == "team/errors" && found["Expression"].text == "m2" && found["Type"].text == "METRIC_MATH")
        let listed = try await server.call("ListMetricDataQueryDefinitions", [:], as: wire).body["Items"].elements
        #expect(listed.count == 1 && listed[0]["Path"].text == "team/errors" && !listed[0].has("Expression"))
        for _ in 0..<2 { #expect(try await server.call("DeleteMetricDataQueryDefinition", ["Id": .text(id)], as: wire).status == 200) }
        let gone = try await server.call("GetMetricDataQueryDefinition", ["Id": .text(id)], as: wire)
        #expect(gone.status == 404 && gone.code == "ResourceNotFoundException")
        #expect(try await put("team/latency", as: wire).status == 200)
    }

    @Test func `a path is one definition's, and an update needs one that is there`() async throws {
        let first = try await put("a").body["Id"].text, second = try await put("b").body["Id"].text
        let taken = try await put("a", id: second)
        #expect(taken.status == 409 && taken.code == "ConflictException")
        #expect(try await put("a").status == 409)
        #expect(try await put("a", id: first).status == 200)
        #expect(try await put("c", id: "nobody").code == "ResourceNotFoundException")
    }

    @Test(arguments: ["", "/a", "a/", "a//b", "a\u{7}b", String(repeating: "é", count: 508)])
    func `what is no path is refused`(path: String) async throws { #expect(try await put(path).code == "ValidationError") }

    @Test func `more than a page comes in pages, and a token is its tenant's`() async throws {
        for number in 0..<5 { #expect(try await put("p\(number)").status == 200) }
        var paths: [String] = [], token: String?
        repeat {
            let page = try await server.call(
                "ListMetricDataQueryDefinitions", .members(("MaxResults", 2), ("NextToken", token.map(WireValue.text)))).body
            paths += page["Items"].elements.map { $0["Path"].text }
            token = page.has("NextToken") ? page["NextToken"].text : nil
            let isPlain = token?.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 45 || $0 == 95 } ?? true
            #expect(isPlain)
        } while token != nil
        #expect(paths.sorted() == ["p0", "p1", "p2", "p3", "p4"])
        #expect(try await server.call("ListMetricDataQueryDefinitions", ["NextToken": "x_1"]).code == "InvalidNextToken")
    }
}
