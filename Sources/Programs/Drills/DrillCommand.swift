import HTTPTransport
import Platform
import WireFormats

/// `groundwatch drill`: what an alarm would have done over a server's data, and tests of rules in files.
package struct DrillCommand: Sendable {
    package static let help = """
        groundwatch drill [OPTIONS] (--alarm NAME | --file FILE)
        groundwatch drill test [--json] FILE...

        The first says when an alarm would have fired over the data that a server has; it changes nothing.

          --alarm NAME         an alarm that the server has
          --file FILE          an alarm in PutMetricAlarm's, PutCompositeAlarm's or PutLogAlarm's JSON
          --from TIME          ISO 8601, or so long ago: 90m, 24h, 7d (24h)
          --to TIME            ISO 8601, or so long ago (now)
          --server URL         the server (http://127.0.0.1:4566)
          --account NUMBER     whose alarm and data, where the server asks nobody (000000000000)
          --region NAME        (us-east-1)
          --json               the server's whole answer, for programs

        Where the server asks for a key, it is AWS_ACCESS_KEY_ID's, with AWS_SECRET_ACCESS_KEY.

        The second runs the tests in the files, without a server. It ends with code 1 when one fails.
        """

    /// What is printed, and the exit code.
    package struct Outcome: Sendable {
        package let text: String
        package let status: Int32
    }

    private let read: @Sendable (String) throws -> [UInt8]

    /// - Parameter read: gives a file's bytes.
    package init(read: @escaping @Sendable (String) throws -> [UInt8]) { self.read = read }

    // MARK: Tests of rules

    package func test(_ arguments: [String]) async throws(DrillError) -> Outcome {
        let isJSON = arguments.contains("--json")
        let paths = arguments.filter { $0 != "--json" }
        guard !paths.isEmpty, paths.allSatisfy({ !$0.hasPrefix("--") }) else { throw DrillError("cannot test: name one or more files") }
        var results: [WireValue] = [], lines: [String] = [], failed = 0
        for path in paths {
            let file = try RuleTestFile(json: try bytes(of: path))
            for test in file.tests {
                let failures = try await file.failures(of: test)
                results.append(["file": .text(path), "test": .text(test.name), "failures": .texts(failures)])
                failed += failures.isEmpty ? 0 : 1
                lines += failures.map { "\(path): \(test.name): \($0)" }
            }
        }
        lines.append(failed == 0 ? "\(results.count) tests passed" : "\(failed) of \(results.count) tests failed")
        let text = isJSON ? String(decoding: JSON.encode(["tests": .list(results), "failed": .integer(Int64(failed))]), as: UTF8.self) : lines.joined(separator: "\n")
        return Outcome(text: text, status: failed == 0 ? 0 : 1)
    }

    private func bytes(of path: String) throws(DrillError) -> [UInt8] {
        do { return try read(path) } catch { throw DrillError("cannot read \(path): \(error)") }
    }

    // MARK: Backtests

    /// - Parameters:
    ///   - environment: where the key is that requests are signed with.
    ///   - now: UTC nanoseconds.
    package func backtest(_ arguments: [String], environment: [String: String], now: Int64) async throws(DrillError) -> Outcome {
        let options = try DrillOptions(arguments, environment: environment, now: now)
        let answer = try await options.target.answer(to: try request(options, now: now))
        if options.isJSON { return Outcome(text: String(decoding: answer, as: UTF8.self), status: 0) }
        do {
            return Outcome(text: Self.text(try WireDocument(json: answer).root), status: 0)
        } catch {
            throw DrillError("cannot read the server's answer: \(error)")
        }
    }

    private func request(_ options: DrillOptions, now: Int64) throws(DrillError) -> HTTPClientRequest {
        let range: [(String, WireValue)] = [("start", .text(UTCText.milliseconds(options.from))), ("end", .text(UTCText.milliseconds(options.to)))]
        var body = JSON.encode(.structure(range + (options.alarm.map { [("name", .text($0))] } ?? [])))
        if let path = options.file {
            // The alarm goes as it is: what is wrong with it is the server's to say.
            body = Array(#"{"alarm":"#.utf8) + (try bytes(of: path)) + Array(",".utf8) + JSON.encode(.structure(range)).dropFirst()
        }
        return try options.target.request("POST", "/api/ui/v1/alarms/preview", body: body, now: now)
    }

    static func text(_ answer: WireNode) -> String {
        func member(_ name: String) -> String { answer.member(named: name)?.text ?? "" }
        let fired = answer["fired"]?.integer ?? 0
        let times = fired == 0 ? "not have fired" : fired == 1 ? "have fired once" : "have fired \(fired) times"
        var lines = ["\(member("alarm")) would \(times) between \(member("start")) and \(member("end")); it would be \(member("state")) now"]
        for change in answer["changes"]?.children ?? WireChildren.none {
            let time = change["time"]?.text ?? "", from = change["from"]?.text ?? "", to = change["to"]?.text ?? ""
            lines.append("  \(time)  \(from) -> \(to)  \(change["reason"]?.text ?? "")")
        }
        for told in answer["told"]?.children ?? WireChildren.none {
            lines.append("  \(told["time"]?.text ?? "")  actions of \(told["state"]?.text ?? "") would have run")
        }
        for held in answer["held"]?.children ?? WireChildren.none {
            let end = held["end"]?.text.map { "to \($0)" } ?? "on"
            lines.append("  \(held["start"]?.text ?? "")  \(end): \(held["reason"]?.text ?? "")")
        }
        return lines.joined(separator: "\n")
    }
}
