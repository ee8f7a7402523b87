// Constraint violations in the exact words of AWS's request framework, collected so that one answer names them all.

struct Violations: Sendable {
    private(set) var texts: [String] = []
    /// The first value of a wrong type: more serious than a violated constraint, so it is what gets thrown.
    private(set) var failure: AWSError?

    /// `Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}`; a nil value is written `null`.
    mutating func add(value: String?, at path: MemberPath, _ constraint: String) {
        let shown = value.map { "'\($0)'" } ?? "null"
        texts.append("Value \(shown) at '\(path.framework)' failed to satisfy constraint: Member must \(constraint)")
    }

    mutating func add(wrongType expected: String, at path: MemberPath) {
        if failure == nil { failure = .serialization("cannot read '\(path.framework)': expected \(expected)") }
    }

    mutating func merge(_ other: Violations) {
        texts += other.texts
        failure = failure ?? other.failure
    }

    /// - Parameter shape: the service's error for failed framework validation.
    func error(shape: String) -> AWSError? {
        if let failure { return failure }
        guard !texts.isEmpty else { return nil }
        let count = texts.count == 1 ? "1 validation error" : "\(texts.count) validation errors"
        return AWSError(shape, queryCode: shape, "\(count) detected: \(texts.joined(separator: "; "))")
    }
}

/// Where a member lies in the input. AWS spells it in two ways.
package struct MemberPath: Sendable {
    enum Step: Sendable {
        case member(String)
        /// Zero-based.
        case element(Int)
        case key(String)
    }

    var steps: [Step] = []

    func appending(_ step: Step) -> MemberPath { MemberPath(steps: steps + [step]) }

    /// As in framework messages: `metricData.1.member.metricName`.
    package var framework: String {
        steps.map { step in
            switch step {
            case .member(let name): name.prefix(1).lowercased() + name.dropFirst()
            case .element(let index): "\(index + 1).member"
            case .key(let key): "\(key).member"
            }
        }.joined(separator: ".")
    }

    /// As in CloudWatch's own messages: `MetricData.member.1.MetricName`.
    package var parameter: String {
        steps.map { step in
            switch step {
            case .member(let name): name
            case .element(let index): "member.\(index + 1)"
            case .key(let key): "entry.\(key)"
            }
        }.joined(separator: ".")
    }
}
