// The web console under `/ui/`: pages and their modules, from the binary, with the headers that keep a browser safe.

package import Platform
package import WireFormats

/// Answers every request under `/ui`; it knows nothing of data, which the pages fetch from the public APIs.
///
///     let console = Console()
///     if let answer = console.response(to: request.head) { return answer }
///
/// - `/ui/` and each address of a page below it: `index.html`; the page's own router reads the rest of the address.
/// - `/ui/_/<version>/<name>`: a module, style or library. The version names the content, so it may be kept for ever.
package struct Console: Sendable {
    package struct Configuration: Sendable {
        /// Reads the pages from this folder at each request, for work on them; nil serves what the build packed.
        /// The libraries come from the binary in either case.
        package var uiDirectory: String?

        package init(uiDirectory: String? = nil) { self.uiDirectory = uiDirectory }
    }

    /// Asked at each request, so that a server nobody looks at never unpacks its pages.
    private let source: @Sendable () -> any ConsoleFiles
    private var files: any ConsoleFiles { source() }

    /// - Parameter fileSystem: where `uiDirectory` is; not used without one.
    package init(_ configuration: Configuration = Configuration(), fileSystem: any FileSystem = LinuxFileSystem()) {
        if let directory = configuration.uiDirectory {
            source = { DiskFiles(directory: directory, fileSystem: fileSystem, libraries: PackedFiles.fromBuild) }
        } else {
            source = { PackedFiles.fromBuild }
        }
    }

    init(files: @escaping @Sendable () -> any ConsoleFiles) { source = files }

    /// The answer to a request for the console, or nil when its path is another's.
    ///
    /// The body is the same for `HEAD`, so that the transport can count it; the transport sends none.
    package func response(to head: HTTPRequestHead) -> HTTPResponse? {
        guard head.path == "/ui" || head.path.hasPrefix("/ui/") else { return nil }
        var response = answer(to: head)
        for (name, value) in Self.securityHeaders { response.headers.set(name, value) }
        return response
    }

    private func answer(to head: HTTPRequestHead) -> HTTPResponse {
        guard head.method == "GET" || head.method == "HEAD" else {
            var refusal = Self.text(405, "cannot \(head.method) a page: it can only be read")
            refusal.headers.set("Allow", "GET, HEAD")
            return refusal
        }
        if head.path == "/ui" {
            let query = head.query.isEmpty ? "" : "?" + head.query
            return HTTPResponse(status: 308, headers: ["Location": "/ui/" + query])
        }
        if let rest = head.path.dropping(prefix: "/ui/_/") { return asset(rest, for: head) }
        guard head.path == "/ui/" || Self.isNavigation(head) else { return Self.text(404, "cannot find \(head.path)") }
        guard files.hasLibraries else { return Self.text(503, Self.missingLibraries) }
        return content("index.html", for: head, cacheControl: "no-cache")
    }

    /// - Parameter rest: `<version>/<name>`, as sent.
    private func asset(_ rest: Substring, for head: HTTPRequestHead) -> HTTPResponse {
        guard let slash = rest.firstIndex(of: "/"), rest[..<slash] == files.version else {
            return Self.text(404, "cannot find \(head.path): this build has version \(files.version)")
        }
        let name = String(rest[rest.index(after: slash)...])
        return content(name, for: head, cacheControl: files.isFixed ? "public, max-age=31536000, immutable" : "no-cache")
    }

    private func content(_ name: String, for head: HTTPRequestHead, cacheControl: String) -> HTTPResponse {
        let accepted = AcceptedEncodings(head.headers["Accept-Encoding"])
        let file: ConsoleFile?
        do { file = try files.file(name, gzip: accepted.gzip) } catch { return Self.text(500, "cannot read \(name): \(error)") }
        guard let file else { return Self.text(404, "cannot find \(head.path)") }

        var headers: HTTPHeaders = ["Cache-Control": cacheControl, "Vary": "Accept-Encoding"]
        if let tag = file.tag {
            headers.set("ETag", tag)
            if EntityTags(head.headers["If-None-Match"]).contains(tag) { return HTTPResponse(status: 304, headers: headers) }
        }
        headers.set("Content-Type", MediaType.of(name))
        if file.isGzip { headers.set("Content-Encoding", "gzip") }
        return HTTPResponse(status: 200, headers: headers, body: .bytes(file.bytes))
    }

    /// A person's browser opening an address, and not a page asking for a file that is not there.
    private static func isNavigation(_ head: HTTPRequestHead) -> Bool {
        if let mode = head.headers["Sec-Fetch-Mode"] { return mode == "navigate" }
        return head.headers["Accept"]?.contains("text/html") ?? false
    }

    private static func text(_ status: Int, _ message: String) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", Array((message + "\n").utf8))
        response.headers.set("Cache-Control", "no-store")
        return response
    }

    static let missingLibraries = """
        The console's assets were not packed into this build.
        Run Scripts/setup (or Scripts/assets alone), then Scripts/build, and start the server again.
        """

    /// Source: CSP level 3. Scripts and styles come from here alone; libraries set styles through CSSOM, which is allowed.
    static let securityHeaders = [
        (
            "Content-Security-Policy",
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}

extension String {
    /// What follows `prefix`, or nil when the string does not start with it.
    fileprivate func dropping(prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
}
