import AWSProtocol
import CloudWatchAPI
import Platform
import Simulation
import Testing
import WireFormats

/// The table of what is served is made from the list of operations, so it cannot say anything else.
///
/// `UPDATE_TABLES=1 Scripts/test unit CompatibilityTests` writes it anew.
struct CompatibilityTests {
    private static let page = "Documentation/Compatibility/cloudwatch.md"

    private func names() throws -> [String] {
        try Fixtures.text("aws/cloudwatch-operations.txt").split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    private func table(_ served: Set<String>) throws -> String {
        let names = try names()
        let rows = names.map { name in
            served.contains(name) ? "| \(name) | yes | |" : "| \(name) | no | \(CloudWatchUnserved.reasons[name] ?? "not yet") |"
        }
        return """
            # CloudWatch

            What of CloudWatch's API is served, in its JSON, query and CBOR protocols. This page is made by a test from the lists of operations;
            the names are those of the current SDK model. What is not served is answered `UnsupportedOperation` with the reason.

            \(names.count(where: served.contains)) of \(names.count) operations are served.

            | Operation | Served | Why not |
            |---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    @Test func `the page of what is served is what is served`() throws {
        let served = Set(try TestServer().operationNames)
        let expected = try table(served)
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/") + "/"
        if Machine.environment["UPDATE_TABLES"] != nil {
            if LinuxFileSystem().exists(root + Self.page) { try LinuxFileSystem().remove(root + Self.page) }
            let file = try LinuxFileSystem().open(root + Self.page, .create)
            try Array(expected.utf8).withUnsafeBytes { try file.write($0, at: 0) }
        }
        let page = try LinuxFileSystem().open(root + Self.page, .read)
        var bytes = [UInt8](repeating: 0, count: try page.size())
        _ = try bytes.withUnsafeMutableBytes { try page.read(into: $0, at: 0) }
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `nothing is served that the API does not have, and no reason is given for what is served`() throws {
        let served = try TestServer().operationNames, names = try names()
        #expect(served == served.sorted())
        #expect(served.filter { !names.contains($0) } == [])
        #expect(CloudWatchUnserved.reasons.keys.filter { !names.contains($0) || served.contains($0) } == [])
    }

    @Test(arguments: TestServer.protocols)
    func `what is not served says so by name`(wire: WireProtocol) async throws {
        let answer = try await TestServer().call("PutInsightRule", ["RuleName": "a"], as: wire)
        #expect(answer.status == 400 && answer.code == "UnsupportedOperation")
        #expect(answer.message.contains("PutInsightRule") && answer.message.contains("Contributor Insights"))
        #expect(try await TestServer().call("PutNonsense", [:], as: wire).code.contains("UnknownOperation") || wire == .query)
    }
}
