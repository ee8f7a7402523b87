import Simulation
import Testing
import WireFormats

@testable import ConsoleAPI

struct SessionCookieTests {
    private let token = String(repeating: "ab", count: 32)

    @Test func `the cookie is found among others, and only in its own form`() {
        func tokens(_ cookies: String...) -> [String] {
            var head = HTTPRequestHead(method: "GET", path: "/")
            for cookie in cookies { head.headers.add("Cookie", cookie) }
            return SessionCookie.tokens(of: head)
        }
        #expect(tokens("theme=dark; groundwatch_session=\(token); x=y") == [token])
        #expect(tokens("a=b", "groundwatch_session=\(token)") == [token])
        for none in ["", "groundwatch_session", "groundwatch_session=", "groundwatch_session=abc", "xgroundwatch_session=\(token)", ";;=;"] {
            #expect(tokens(none) == [], "\(none)")
        }
        #expect(tokens(String(repeating: "groundwatch_session=\(token); ", count: 1000)).count == 4)
    }

    @Test(arguments: fuzzSeeds(3)) func `of damaged cookies and places in a stream only what has their form is read`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<400 {
            func damaged(_ text: String) -> String {
                var bytes = Array(text.utf8)
                bytes.mutate(using: &random)
                return String(decoding: bytes, as: UTF8.self)
            }
            let head = HTTPRequestHead(method: "GET", path: "/", headers: ["Cookie": damaged("theme=dark; groundwatch_session=\(token); a=b")])
            #expect(SessionCookie.tokens(of: head).allSatisfy { $0.utf8.count == 64 && !$0.contains(";") }, "seed \(seed), round \(round)")
            #expect(LiveReplay.place(damaged("0123456789abcdef-12"))?.number ?? 0 >= 0, "seed \(seed), round \(round)")
        }
    }

    @Test func `scripts and other sites cannot have it, and over https it stays there`() {
        let plain = HTTPRequestHead(method: "POST", path: "/", headers: ["Origin": "http://h"])
        #expect(
            SessionCookie.set(token, secondsMax: 60, for: plain)
                == "groundwatch_session=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=60")
        let secure = HTTPRequestHead(method: "POST", path: "/", headers: ["Origin": "https://h"])
        #expect(SessionCookie.set(token, secondsMax: 60, for: secure).hasSuffix("; Secure"))
        #expect(SessionCookie.removed(for: plain).contains("Max-Age=0"))
    }

    @Test(arguments: [("10.1.2.3:999", "10.1.2.3"), ("[2001:db8:1:2:3:4:5:6]:999", "2001:db8:1:2"), ("[::1]:9", "::1")])
    func `an address is counted without its port, an IPv6 one by its network`(_ peer: String, _ address: String) {
        #expect(SessionAPI.address(HTTPRequestHead(method: "GET", path: "/", peer: peer)) == address)
    }
}
