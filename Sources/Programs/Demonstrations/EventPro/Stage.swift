import SignalModel
import WireFormats

/// What the system needs on the server before it can tell anything: log groups, the topic with the pager, the dashboard, the alarms.
/// All of it may be there already.
struct Stage: Sendable {
    let client: AWSClient
    let say: @Sendable (String) -> Void

    func makeGroups() async throws {
        for function in LambdaFunction.all {
            let group: WireValue = .text(function.logGroup)
            try await tolerating("ResourceAlreadyExistsException") {
                try await client.send(.logs("CreateLogGroup", ["logGroupName": group]))
            }
            try await tolerating { try await client.send(.logs("PutRetentionPolicy", ["logGroupName": group, "retentionInDays": 30])) }
        }
    }

    /// When the last run's logs end; nil when there was none.
    func lastEvent() async throws -> Timestamp? {
        let input: WireValue = [
            "logGroupName": .text(LambdaFunction.checkout.logGroup), "orderBy": "LastEventTime", "descending": true, "limit": 5,
        ]
        let answer = try await client.send(.logs("DescribeLogStreams", input))
        let times = (answer.json?.root["logStreams"]?.children ?? .none).compactMap { stream in
            stream["lastEventTimestamp"]?.integer.flatMap(Timestamp.init(exactlyMilliseconds:))
        }
        return times.max()
    }

    /// - Returns: the topic's ARN.
    func makeTopic() async throws -> String {
        let answer = try await client.send(.sns("CreateTopic", [("Name", EventPro.alertTopic)]))
        return answer.texts(inElements: "TopicArn").first ?? EventPro.arn("sns", EventPro.alertTopic)
    }

    /// Subscribes the pager, and ends what earlier pagers have left.
    func subscribe(_ url: String, to topicARN: String) async throws {
        try await unsubscribe(from: topicARN, by: client.send) { $0 != url }
        try await client.send(.sns("Subscribe", [("TopicArn", topicARN), ("Protocol", "http"), ("Endpoint", url)]))
    }

    /// The pager goes; a server that is away is not waited for.
    func unsubscribe(_ url: String, from topicARN: String) async throws {
        try await unsubscribe(from: topicARN, by: client.sendOnce) { $0 == url }
    }

    /// - Parameter isUnwanted: of the pagers' addresses.
    private func unsubscribe(
        from topicARN: String, by send: (AWSCall) async throws -> AWSAnswer, where isUnwanted: (String) -> Bool
    ) async throws {
        let answer = try await send(.sns("ListSubscriptionsByTopic", [("TopicArn", topicARN)]))
        let arns = answer.texts(inElements: "SubscriptionArn"), endpoints = answer.texts(inElements: "Endpoint")
        for (arn, endpoint) in zip(arns, endpoints) {
            guard arn.hasPrefix("arn:"), endpoint.hasSuffix(AlarmReceiver.path), isUnwanted(endpoint) else { continue }
            _ = try await send(.sns("Unsubscribe", [("SubscriptionArn", arn)]))
        }
    }

    func makeAlarms(notifying topicARN: String) async throws {
        for alarm in AlarmDefinition.all { try await tolerating { try await client.send(alarm.call(notifying: topicARN)) } }
    }

    /// The operators' dashboard: `operations-dashboard.json`, as it is.
    func makeDashboard() async throws {
        let body = String(decoding: PackageResources.operations_dashboard_json, as: UTF8.self)
        let input: WireValue = ["DashboardName": .text(EventPro.dashboard), "DashboardBody": .text(body)]
        try await tolerating { try await client.send(.cloudWatch("PutDashboard", input)) }
    }

    /// A refusal is no reason to end: the rest is worth seeing.
    /// - Parameter expected: an error code that means that nothing is to be done.
    private func tolerating(_ expected: String = "", _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as DemonstrationError {
            guard error.code != .refused(reason: expected) else { return }
            say(error.message)
        }
    }
}
