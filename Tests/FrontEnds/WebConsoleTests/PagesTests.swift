import Testing

@testable import WebConsole

/// Looks at the pages this build packed, as a browser would have to.
@Suite struct PagesTests {
    let files = PackedFiles.fromBuild

    func text(_ name: String) throws -> String {
        String(decoding: try #require(try files.file(name, gzip: false), "there is no \(name)").bytes, as: UTF8.self)
    }

    var modules: [String] { files.names.filter { $0.hasSuffix(".js") && !$0.hasPrefix("vendor/") }.sorted() }

    @Test func `the build packed the libraries`() {
        #expect(files.hasLibraries, "run Scripts/assets and build again")
    }

    @Test func `every file that the page names is there, under the version of this build`() throws {
        let page = try text("index.html")
        let prefix = "/ui/_/\(files.version)/"
        let named = page.matches(of: /(?:src|href)="([^"]+)"/).map { String($0.1) }
        #expect(named.count > 10)
        for address in named {
            #expect(address.hasPrefix(prefix), "\(address)")
            #expect(try files.file(String(address.dropFirst(prefix.count)), gzip: true) != nil, "\(address)")
        }
    }

    @Test func `the modules that every page needs are announced, and no others, so that depth costs no round trips`() throws {
        let page = try text("index.html")
        let announced = Set(page.matches(of: /modulepreload" href="\/ui\/_\/[^\/]+\/([^"]+)"/).map { String($0.1) })
        var needed: Set<String> = [], waiting = ["core/app.js"]
        while let module = waiting.popLast() {
            guard needed.insert(module).inserted, !module.hasPrefix("vendor/") else { continue }
            // An import that a function makes is for a page of its own, and waits for it.
            waiting += try text(module).matches(of: /from '([^']+)'/).map { resolve(String($0.1), from: module) }
        }
        #expect(announced == needed.subtracting(["core/app.js"]))
    }

    @Test func `every style is linked`() throws {
        let page = try text("index.html")
        for name in files.names where name.hasSuffix(".css") { #expect(page.contains("/\(name)\""), "index.html does not link \(name)") }
    }

    @Test func `every import leads to a file`() throws {
        for module in modules {
            for match in try text(module).matches(of: /(?:from|import\() ?'(\.[^']+)'/) {
                let target = resolve(String(match.1), from: module)
                #expect(try files.file(target, gzip: true) != nil, "\(module) imports \(target)")
            }
        }
    }

    /// Markup from text, code from text and inline styles are how hostile data becomes a program.
    @Test func `no page builds markup or code from text`() throws {
        for module in modules {
            let source = try text(module)
            for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser", "srcdoc", "setAttribute('style"] {
                #expect(!source.contains(word), "\(module) uses \(word)")
            }
        }
        let page = try text("index.html")
        #expect(page.matches(of: /<script(?![^>]*src=)/).isEmpty && !page.contains("style=") && page.matches(of: /\son[a-z]+=/).isEmpty)
    }

    private func resolve(_ path: String, from module: String) -> String {
        var parts = module.split(separator: "/").dropLast().map(String.init)
        for part in path.split(separator: "/") {
            if part == ".." { parts.removeLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
