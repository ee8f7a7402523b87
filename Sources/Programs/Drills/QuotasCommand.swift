import HTTPTransport
import Platform
import WireFormats

/// `groundwatch quotas`: the table behind SERVICE_QUOTA, listed and changed on a server.
package struct QuotasCommand: Sendable {
    package static let help = """
        groundwatch quotas [OPTIONS]
        groundwatch quotas set NAMESPACE METRIC VALUE [--dimension NAME=VALUE]... [OPTIONS]

        Lists what metrics may be used up to, or sets one of the figures. Alarms ask for them by SERVICE_QUOTA(m1).

          --server URL         the server (http://127.0.0.1:4566)
          --account NUMBER     whose quotas, where the server asks nobody (000000000000)
          --region NAME        (us-east-1)
          --json               the server's answer, for programs

        Where the server asks for a key, it is AWS_ACCESS_KEY_ID's, with AWS_SECRET_ACCESS_KEY.
        """

    private let arguments: [String]
    private var target: ServerTarget
    private var isJSON = false

    /// - Parameter environment: where the key is that requests are signed with.
    /// - Throws: for arguments that cannot be read.
    package init(_ arguments: [String], environment: [String: String]) throws(DrillError) {
        target = ServerTarget(environment: environment)
        var words: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if argument == "--json" {
                isJSON = true
            } else if ServerTarget.options.contains(parts[0]) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { throw DrillError("cannot read \(parts[0]): it needs a value") }
                try target.set(parts[0], value)
            } else {
                words.append(argument)
            }
        }
        self.arguments = words
    }

    /// - Parameter now: UTC nanoseconds.
    package func run(now: Int64) async throws(DrillError) -> String {
        let change = try self.change()
        let request = try target.request(change == nil ? "GET" : "PUT", "/api/ui/v1/quotas", body: change.map(JSON.encode), now: now)
        let answer = try await target.answer(to: request)
        if isJSON { return String(decoding: answer, as: UTF8.self) }
        do { return Self.text(try WireDocument(json: answer).root) } catch { throw DrillError("cannot read the server's answer: \(error)") }
    }

    /// Nil: only list.
    private func change() throws(DrillError) -> WireValue? {
        guard let word = arguments.first else { return nil }
        guard word == "set", arguments.count >= 4, let value = Double(arguments[3]) else {
            throw DrillError("cannot read \(arguments.joined(separator: " ")): see groundwatch quotas --help")
        }
        var dimensions: [(String, WireValue)] = []
        var rest = arguments[4...]
        while let argument = rest.popFirst() {
            let pair = argument.hasPrefix("--dimension=") ? String(argument.dropFirst(12)) : argument == "--dimension" ? rest.popFirst() : nil
            let parts = (pair ?? "").split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw DrillError("cannot read \(argument): it is no --dimension NAME=VALUE") }
            dimensions.append((parts[0], .text(parts[1])))
        }
        return ["quotas": [[
            "namespace": .text(arguments[1]), "metricName": .text(arguments[2]), "dimensions": .map(dimensions), "value": .double(value),
        ]]]
    }

    static func text(_ answer: WireNode) -> String {
        (answer["quotas"]?.children ?? WireChildren.none).map { quota in
            let dimensions = (quota["dimensions"]?.children ?? WireChildren.none).map { " \($0.key)=\($0.text ?? "")" }.joined()
            let note = quota["description"]?.text.map { "  (\($0))" } ?? ""
            return "\(quota["namespace"]?.text ?? "") \(quota["metricName"]?.text ?? "")\(dimensions): \(quota["value"]?.double ?? 0)\(note)"
        }.joined(separator: "\n")
    }
}
