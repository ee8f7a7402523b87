import FilterPatterns
import SignalModel
import WireFormats

/// What a page wants to hear of.
enum LiveTopic: Sendable {
    /// Events of groups as they are committed.
    case logs([LogGroup], FilterPattern?)
    /// That series have newer samples; which they are is the page's to ask.
    case metrics([LabelMatcher])
    /// Alarms whose state or rule has changed.
    case alarms
    /// The server's figures about itself.
    case health
}

struct LiveSubscription: Sendable {
    /// The page's own name for it.
    let id: String
    let topic: LiveTopic
}

/// A subscription as it is asked for: `{"id": "1", "topic": "logs", "groups": ["/shop"], "filter": "ERROR"}`.
struct LiveRequest: Sendable {
    let id: String
    private let topicName: String
    private let groups: [String]
    private let filter: String?
    private let namespace: String?
    private let metric: String?

    /// - Throws: what is wrong with it, for the page's author.
    init(_ node: WireNode) throws(LiveMistake) {
        guard let id = node["id"]?.text, 1...64 ~= id.utf8.count else { throw LiveMistake("a subscription needs an id of 1 to 64 bytes") }
        self.id = id
        guard let topic = node["topic"]?.text else { throw LiveMistake("subscription \(id) needs a topic") }
        topicName = topic
        groups = node["groups"]?.children.map { $0.text ?? "" } ?? []
        filter = node["filter"]?.text
        (namespace, metric) = (node["namespace"]?.text, node["metric"]?.text)
    }

    /// - Returns: also the names of the groups that are not there; the subscription goes without them.
    func subscription(of tenant: Tenant, directory: any LogDirectory) async throws -> (subscription: LiveSubscription, unknownGroups: [String]) {
        var unknown: [String] = []
        let topic: LiveTopic
        switch topicName {
        case "logs": (topic, unknown) = try await logs(of: tenant, directory)
        case "metrics":
            topic = .metrics(
                [(LabelSet.namespace, namespace), (LabelSet.metricName, metric)].compactMap { name, value in
                    value.map { LabelMatcher(name, .equals($0)) }
                })
        case "alarms": topic = .alarms
        case "health": topic = .health
        default: throw LiveMistake("subscription \(id) has an unknown topic: say logs, metrics, alarms or health")
        }
        return (LiveSubscription(id: id, topic: topic), unknown)
    }

    private func logs(of tenant: Tenant, _ directory: any LogDirectory) async throws -> (LiveTopic, unknown: [String]) {
        guard 1...Limits.groupsMax ~= groups.count, !groups.contains("") else {
            throw LiveMistake("subscription \(id) needs a list \"groups\" of 1 to \(Limits.groupsMax) names")
        }
        let pattern = try self.pattern()
        var found: [LogGroup] = []
        var unknown: [String] = []
        for name in groups {
            if let group = try await directory.group(named: name, of: tenant) { found.append(group) } else { unknown.append(name) }
        }
        return (.logs(found, pattern), unknown)
    }

    private func pattern() throws(LiveMistake) -> FilterPattern? {
        guard let filter, !filter.isEmpty else { return nil }
        do throws(FilterPatternError) { return try FilterPattern(parsing: filter) } catch {
            throw LiveMistake("subscription \(id): the filter cannot be read at \(error.position): \(error.reason)")
        }
    }
}

struct LiveMistake: Error {
    let message: String
    init(_ message: String) { self.message = message }
}
