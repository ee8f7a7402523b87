import Testing
import WireFormats

@testable import GroundwatchServer

struct HostGuardTests {
    private let guardian = HostGuard(hostNames: ["groundwatch", "obs.example"])

    private func isRefused(_ headers: HTTPHeaders, method: String = "POST") -> Bool {
        guardian.refusal(of: HTTPRequestHead(method: method, path: "/", headers: headers)) != nil
    }

    @Test(arguments: ["127.0.0.1:4566", "localhost", "LOCALHOST:1", "[::1]:4566", "127.9.9.9", "sqs.localhost:1", "groundwatch:4566", "obs.example"])
    func `an unsigned request for one of our names goes on`(host: String) {
        #expect(!isRefused(["Host": host]))
    }

    @Test(arguments: ["evil.example", "127.0.0.1.evil.example", "127.0.0.256", "10.0.0.1", "", "localhost.evil.example:4566", "xlocalhost"])
    func `an unsigned request for another name is refused`(host: String) {
        #expect(isRefused(["Host": host]))
    }

    @Test func `a signed request may come under any name`() {
        #expect(!isRefused(["Host": "10.0.0.1:4566", "Authorization": "AWS4-HMAC-SHA256 Credential=x"]))
    }

    @Test func `a server that asks for credentials may be reached by any name, but not from another site's page`() {
        let head = HTTPRequestHead(method: "POST", path: "/", headers: ["Host": "10.0.0.1:4566"])
        #expect(guardian.refusal(of: head) != nil && guardian.refusal(of: head, asksForCredentials: true) == nil)
        for headers: HTTPHeaders in [["Host": "h", "Origin": "http://evil.example"], ["Host": "h", "Sec-Fetch-Site": "cross-site"]] {
            #expect(guardian.refusal(of: HTTPRequestHead(method: "POST", path: "/", headers: headers), asksForCredentials: true) != nil)
        }
    }

    @Test func `a page of another origin is refused, one of ours is not`() {
        #expect(isRefused(["Host": "localhost:4566", "Origin": "http://evil.example"]))
        #expect(isRefused(["Host": "localhost:4566", "Origin": "null"]))
        #expect(isRefused(["Host": "localhost:4566", "Origin": "http://localhost:3000"]))
        #expect(!isRefused(["Host": "localhost:4566", "Origin": "http://localhost:4566"]))
        #expect(isRefused(["Host": "10.0.0.1", "Origin": "http://evil.example", "Authorization": "AWS4-HMAC-SHA256"]))
    }

    @Test func `a form that another site's page posts is refused, a link from it is not`() {
        #expect(isRefused(["Host": "localhost:4566", "Sec-Fetch-Site": "cross-site"]))
        #expect(!isRefused(["Host": "localhost:4566", "Sec-Fetch-Site": "cross-site"], method: "GET"))
    }
}
