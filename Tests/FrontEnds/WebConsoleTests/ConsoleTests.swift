import Bytes
import Platform
import Simulation
import Testing
import WireFormats

@testable import WebConsole

@Suite struct ConsoleTests {
    // Three files packed by hand: "page", "code" and "library".
    static let packed = PackedFiles(version: "v1", [
        PackedFile(name: "index.html", member: "H4sIAAAAAAACAytITE8FACC2ChQEAAAA"),
        PackedFile(name: "core/app.js", member: "H4sIAAAAAAACA0vOT0kFAJgwFXcEAAAA"),
        PackedFile(name: "vendor/vue.js", member: "H4sIAAAAAAACA8vJTCpKLKoEALyYgKEHAAAA"),
    ])
    let console = Console(files: { Self.packed })

    func get(_ path: String, _ headers: HTTPHeaders = [:], method: String = "GET", query: String = "") -> HTTPResponse? {
        console.response(to: HTTPRequestHead(method: method, path: path, query: query, headers: headers))
    }

    @Test func `other paths are none of the console's`() {
        for path in ["/", "/uix", "/u", "/UI/", "/health/ready", "/v1/ui/"] { #expect(get(path) == nil, "\(path)") }
    }

    @Test func `the page answers 200 by itself, to a person with curl as well`() throws {
        let response = try #require(get("/ui/", ["Accept": "*/*"]))
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(response.headers["Content-Encoding"] == nil)
        #expect(response.headers["Cache-Control"] == "no-cache")
        #expect(response.text == "page")
    }

    @Test func `the address without its slash leads to the one with it, query and all`() throws {
        #expect(try #require(get("/ui")).headers["Location"] == "/ui/")
        let response = try #require(get("/ui", query: "from=-1h"))
        #expect(response.status == 308)
        #expect(response.headers["Location"] == "/ui/?from=-1h")
    }

    @Test func `a browser opening a page's address gets the page, a script asking for a file does not`() throws {
        #expect(try #require(get("/ui/alarms/cpu.high", ["Accept": "text/html,*/*;q=0.8"])).status == 200)
        #expect(try #require(get("/ui/alarms", ["Sec-Fetch-Mode": "navigate"])).status == 200)
        #expect(try #require(get("/ui/alarms", ["Sec-Fetch-Mode": "cors", "Accept": "text/html"])).status == 404)
        #expect(try #require(get("/ui/data.json", ["Accept": "*/*"])).status == 404)
    }

    @Test func `a module under its version may be kept for ever`() throws {
        let response = try #require(get("/ui/_/v1/core/app.js", ["Accept-Encoding": "gzip, br"]))
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "text/javascript; charset=utf-8")
        #expect(response.headers["Content-Encoding"] == "gzip")
        #expect(response.headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(response.headers["Vary"] == "Accept-Encoding")
        #expect(try Gzip.decompress(response.bytes, atMost: 100) == Array("code".utf8))
    }

    @Test func `another version's address is not found, since its content is another`() throws {
        for path in ["/ui/_/v0/core/app.js", "/ui/_/v1", "/ui/_/", "/ui/_/v1/", "/ui/_/v1/core", "/ui/_/v1/core/app.js/"] {
            #expect(try #require(get(path, ["Accept": "text/html"])).status == 404, "\(path)")
        }
    }

    @Test(arguments: [
        (nil, false), ("", false), ("identity", false), ("gzip", true), ("GZIP", true), ("deflate, gzip;q=0.5", true), ("x-gzip", true),
        ("gzip;q=0", false), ("gzip; q=0.000", false), ("gzip;q=0.01", true), ("*", true), ("*;q=0", false), ("*, gzip;q=0", false), ("br", false),
    ] as [(String?, Bool)])
    func `the encoding is one the client accepts`(field: String?, isGzip: Bool) throws {
        var headers: HTTPHeaders = [:]
        if let field { headers.add("Accept-Encoding", field) }
        let response = try #require(get("/ui/_/v1/core/app.js", headers))
        #expect((response.headers["Content-Encoding"] == "gzip") == isGzip)
        if !isGzip { #expect(response.text == "code") }
    }

    @Test func `a client that has the content gets none`() throws {
        let tag = try #require(get("/ui/")?.headers["ETag"])
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
        for field in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let response = try #require(get("/ui/", ["If-None-Match": field]))
            #expect(response.status == 304, "\(field)")
            #expect(response.bytes.isEmpty)
            #expect(response.headers["ETag"] == tag)
            #expect(response.headers["Cache-Control"] == "no-cache")
        }
        #expect(try #require(get("/ui/", ["If-None-Match": "\"other\""])).status == 200)
    }

    @Test func `the two encodings of a file have two tags`() throws {
        let plain = try #require(get("/ui/_/v1/core/app.js")), packed = try #require(get("/ui/_/v1/core/app.js", ["Accept-Encoding": "gzip"]))
        #expect(plain.headers["ETag"] != packed.headers["ETag"])
    }

    @Test func `HEAD has the headers of GET, anything else is refused`() throws {
        let head = try #require(get("/ui/", method: "HEAD")), full = try #require(get("/ui/"))
        #expect(head.status == 200)
        #expect(head.headers["ETag"] == full.headers["ETag"])
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
            let response = try #require(get("/ui/", method: method))
            #expect(response.status == 405, "\(method)")
            #expect(response.headers["Allow"] == "GET, HEAD")
        }
    }

    @Test func `every answer carries the headers that keep a browser safe`() throws {
        for path in ["/ui", "/ui/", "/ui/_/v1/core/app.js", "/ui/_/v0/x", "/ui/nothing"] {
            let headers = try #require(get(path)).headers
            let policy = try #require(headers["Content-Security-Policy"])
            #expect(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(headers["X-Content-Type-Options"] == "nosniff")
            #expect(headers["Referrer-Policy"] == "same-origin")
        }
    }

    @Test func `no name leads out of the packed files`() throws {
        for name in ["../index.html", "..%2findex.html", "core/../core/app.js", "/etc/passwd", "core//app.js", "core/app.js%00", "%63ore/app.js"] {
            #expect(try #require(get("/ui/_/v1/\(name)")).status == 404, "\(name)")
        }
    }

    @Test func `without its libraries the console says which command brings them`() throws {
        let bare = Console(files: { PackedFiles(version: "v1", []) })
        let response = try #require(bare.response(to: HTTPRequestHead(method: "GET", path: "/ui/")))
        #expect(response.status == 503)
        #expect(response.text.contains("assets were not packed") && response.text.contains("Scripts/setup"))
    }
}

@Suite struct DiskFilesTests {
    func console() throws -> Console {
        let disk = SimulatedFileSystem(directories: ["/disk/Web/core"])
        for (path, text) in [("/disk/Web/index.html", "draft"), ("/disk/Web/core/app.js", "new code"), ("/disk/secret.js", "secret")] {
            let file = try disk.open(path, .create)
            try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
        }
        let files = DiskFiles(directory: "/disk/Web", fileSystem: disk, libraries: ConsoleTests.packed)
        return Console(files: { files })
    }

    @Test func `pages come from the folder and are asked for again each time, libraries from the binary`() throws {
        let console = try console()
        let page = try #require(console.response(to: HTTPRequestHead(method: "GET", path: "/ui/")))
        #expect(page.text == "draft")
        #expect(page.headers["ETag"] == nil)
        let code = try #require(console.response(to: HTTPRequestHead(method: "GET", path: "/ui/_/dev/core/app.js")))
        #expect(code.text == "new code")
        #expect(code.headers["Cache-Control"] == "no-cache")
        #expect(try #require(console.response(to: HTTPRequestHead(method: "GET", path: "/ui/_/dev/vendor/vue.js"))).text == "library")
    }

    @Test func `no name leads out of the folder`() throws {
        let console = try console()
        for name in ["../secret.js", "core/../../secret.js", "./index.html", "core//app.js", "", ".hidden", "core/%2e%2e/app.js", "a\\b.js", "nothing.js"] {
            #expect(try #require(console.response(to: HTTPRequestHead(method: "GET", path: "/ui/_/dev/\(name)"))).status == 404, "\(name)")
        }
    }
}

extension HTTPResponse {
    fileprivate var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
