import AWSProtocol
import HTTPTransport
import Platform
import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct AlarmDefinitionTests {
    @Test func `the operators' table is covered, each alarm says what it means and notifies the topic`() throws {
        let alarms = try AlarmDefinition.all.map { try WireDocument(json: $0.call(notifying: "arn:topic").body).root }
        let names = alarms.compactMap { $0["AlarmName"]?.text }
        #expect(
            Set(names) == [
                "eventpro-api-5xx", "eventpro-api-latency-p99", "eventpro-lambda-errors", "eventpro-queue-depth", "eventpro-queue-age",
                "eventpro-dynamodb-throttles", "eventpro-payment-failures",
            ])
        for alarm in alarms {
            let name = alarm["AlarmName"]?.text ?? ""
            #expect(alarm["AlarmDescription"]?.text?.contains("Runbook: https://runbooks.eventpro.example/\(name)") == true)
            #expect(
                alarm["AlarmActions"]?.children.compactMap(\.text) == ["arn:topic"]
                    && alarm["OKActions"]?.children.compactMap(\.text) == ["arn:topic"])
            // One metric, or metric math of which one query is the result.
            let results = alarm["Metrics"]?.children.count { $0["ReturnData"]?.bool == true }
            #expect((alarm["MetricName"] != nil) != (results == 1))
        }
    }

    @Test func `the error rate is metric math, payment failures are looked at every ten seconds`() throws {
        func alarm(_ name: String) throws -> WireNode {
            let definition = try #require(AlarmDefinition.all.first { $0.name == name })
            return try WireDocument(json: definition.call(notifying: "arn:topic").body).root
        }
        let rate = try alarm("eventpro-api-5xx")
        #expect(rate["Metrics"]?.children.compactMap { $0["Expression"]?.text } == ["100 * m5xx / mcount"])
        #expect(rate["EvaluationPeriods"]?.integer == 5 && rate["Threshold"]?.double == 1)
        let payments = try alarm("eventpro-payment-failures")
        #expect(payments["Period"]?.integer == 10 && payments["Namespace"]?.isText("EventPro") == true)
    }
}

struct AlarmReceiverTests {
    private let words = Words(), visits = Words()
    private let endpoint = Endpoint("http://127.0.0.1:4566")!

    private func told(_ body: String, method: String = "POST", path: String = AlarmReceiver.path) async throws -> Int {
        let receiver = try AlarmReceiver(endpoint: endpoint, time: SystemTime(), say: words.say) { [visits] in visits.say($0) }
        let http = try HTTPClient()
        let base = receiver.url.dropLast(AlarmReceiver.path.count)
        var request = HTTPClientRequest(method: method, url: base + path, body: Array(body.utf8))
        request.totalSecondsMax = StubServer.patience
        let response = try await http.send(request)
        await http.close()
        await receiver.close()
        return response.status
    }

    @Test func `a confirmation is visited where it leads to the server, and nowhere else`() async throws {
        #expect(
            try await told(
                #"{"Type":"SubscriptionConfirmation","SubscribeURL":"http://127.0.0.1:4566/?Action=ConfirmSubscription&Token=a"}"#) == 200)
        #expect(visits.all == ["http://127.0.0.1:4566/?Action=ConfirmSubscription&Token=a"])
        for url in ["http://127.0.0.1:45660/?Action=ConfirmSubscription", "http://elsewhere.example/", "http://127.0.0.1:4566.example/"] {
            #expect(try await told(#"{"Type":"SubscriptionConfirmation","SubscribeURL":"\#(url)"}"#) == 400)
        }
        #expect(visits.all.count == 1)
    }

    @Test func `an alarm is one line, whatever is in it`() async throws {
        let alarm =
            #"{\"AlarmName\":\"a\",\"OldStateValue\":\"OK\",\"NewStateValue\":\"ALARM\",\"NewStateReason\":\"Threshold\\nCrossed\\u001b[2J\"}"#
        #expect(try await told(#"{"Type":"Notification","Subject":"s","Message":"\#(alarm)"}"#) == 200)
        #expect(try await told(#"{"Type":"Notification","Subject":"just so","Message":"text"}"#) == 200)
        #expect(words.all == ["ALARM a (was OK): Threshold Crossed [2J", "alert: just so"])
    }

    @Test(arguments: ["", "{", "[]", #"{"Type":"Other"}"#, #"{"Message":"x"}"#])
    func `what SNS does not send is refused`(body: String) async throws {
        #expect(try await told(body) == 400)
        #expect(words.all.isEmpty && visits.all.isEmpty)
    }

    @Test func `other places are not there`() async throws {
        #expect(try await told("{}", path: "/") == 404)
        #expect(try await told("{}", method: "PUT") == 404)
    }
}

struct StageTests {
    private let words = Words()

    private func onStage<Result: Sendable>(
        _ answer: @escaping StubServer.Answer, _ work: (Stage) async throws -> Result
    ) async throws -> (result: Result, asked: [StubServer.Asked]) {
        let server = try StubServer(answer: answer), http = try HTTPClient()
        let client = AWSClient(
            endpoint: server.endpoint, credentials: .forOpenServers, http: http, time: HastyClock(), callSecondsMax: StubServer.patience, say: words.say)
        let result = try await work(Stage(client: client, say: words.say))
        await http.close()
        await server.server.closeNow()
        return (result, server.asked)
    }

    @Test func `groups that are there already are no trouble`() async throws {
        let (_, asked) = try await onStage({ asked, _ in
            asked.operation == "CreateLogGroup" ? StubServer.error("ResourceAlreadyExistsException") : StubServer.json("{}")
        }) { try await $0.makeGroups() }
        #expect(asked.count { $0.operation == "CreateLogGroup" } == 5 && asked.count { $0.operation == "PutRetentionPolicy" } == 5)
        #expect(words.all.isEmpty)
    }

    @Test func `the story goes on where the newest stream ends`() async throws {
        let streams =
            #"{"logStreams":[{"logStreamName":"a","lastEventTimestamp":1769846400000},{"logStreamName":"b","lastEventTimestamp":1769846401000},{"logStreamName":"c"}]}"#
        #expect(
            try await onStage({ _, _ in StubServer.json(streams) }) { try await $0.lastEvent() }.result?.milliseconds == 1_769_846_401_000)
        #expect(try await onStage({ _, _ in StubServer.json(#"{"logStreams":[]}"#) }) { try await $0.lastEvent() }.result == nil)
    }

    @Test func `pagers of earlier runs are unsubscribed, others and this one stay`() async throws {
        let members = [
            ("arn:aws:sns:us-east-1:000000000000:eventpro-alerts:1", "http://127.0.0.1:4577/eventpro-alarms"),
            ("arn:aws:sns:us-east-1:000000000000:eventpro-alerts:2", "http://127.0.0.1:9999/eventpro-alarms"),
            ("PendingConfirmation", "http://127.0.0.1:9998/eventpro-alarms"),
            ("arn:aws:sns:us-east-1:000000000000:eventpro-alerts:4", "https://pager.example/hook"),
        ].map { "<member><SubscriptionArn>\($0)</SubscriptionArn><Endpoint>\($1)</Endpoint></member>" }.joined()
        let (_, asked) = try await onStage({ asked, _ in
            HTTPResponse(status: 200, contentType: "text/xml", Array("<R><Subscriptions>\(members)</Subscriptions></R>".utf8))
        }) { try await $0.subscribe("http://127.0.0.1:4577/eventpro-alarms", to: "arn:aws:sns:us-east-1:000000000000:eventpro-alerts") }
        let bodies = asked.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(asked.map(\.operation) == ["ListSubscriptionsByTopic", "Unsubscribe", "Subscribe"])
        #expect(bodies[1].hasSuffix("eventpro-alerts%3A2"))
        #expect(bodies[2].contains("Protocol=http&Endpoint=http%3A%2F%2F127.0.0.1%3A4577%2Feventpro-alarms"))
    }

    @Test func `an alarm that is refused is said, and the others are made`() async throws {
        let (_, asked) = try await onStage({ _, earlier in
            earlier.isEmpty ? StubServer.error("ValidationError") : StubServer.json("{}")
        }) { try await $0.makeAlarms(notifying: "arn:topic") }
        #expect(asked.count == AlarmDefinition.all.count)
        #expect(words.all == ["cannot call PutMetricAlarm: ValidationError because"])
    }
}

struct OptionsTests {
    @Test func `options are read in both forms`() throws {
        let options = try Options(arguments: [
            "--endpoint", "http://localhost:9/", "--seed=5", "--seconds", "20", "--speed=2.5", "--history", "0",
        ])
        #expect(options.endpoint.authority == "localhost:9")
        #expect(options.seed == 5 && options.seconds == 20 && options.speed == 2.5 && options.historyMinutes == 0)
        let usual = try Options(arguments: [])
        #expect(usual.endpoint.url("") == "http://127.0.0.1:4566")
        #expect(usual.seconds == nil && usual.speed == 1 && usual.historyMinutes == 30)
        #expect(usual.credentials.accessKeyID == "000000000000", "on an open server it names the account")
    }

    @Test func `a key comes from the option or the environment, its secret only from the environment`() throws {
        let environment = ["AWS_ACCESS_KEY_ID": "GWAKONE", "AWS_SECRET_ACCESS_KEY": "quiet"]
        let usual = try Options(arguments: [], environment: environment).credentials
        #expect(usual.accessKeyID == "GWAKONE" && usual.secretAccessKey == "quiet")
        #expect(try Options(arguments: ["--access-key", "GWAKTWO"], environment: environment).credentials.accessKeyID == "GWAKTWO")
        let error = #expect(throws: DemonstrationError.self) { try Options(arguments: ["--access-key=GWAKTWO"], environment: [:]) }
        #expect(error?.code == .option && error?.message.contains("AWS_SECRET_ACCESS_KEY") == true)
    }

    @Test(arguments: [
        ["--speed", "0"], ["--speed", "nan"], ["--speed", "1e9"], ["--seconds", "-1"], ["--seconds", "x"], ["--seed"], ["--seed", "-1"],
        ["--endpoint", "nowhere"], ["--history", "99999"], ["--sed", "1"], ["more"], ["--access-key", ""],
    ])
    func `what cannot be read is an error that names it`(arguments: [String]) throws {
        let error = #expect(throws: DemonstrationError.self) { try Options(arguments: arguments) }
        #expect(error?.code == .option && error?.message.contains(arguments[0]) == true)
    }

    @Test func `the help names every option`() {
        for option in ["--endpoint", "--access-key", "--history", "--seconds", "--seed", "--speed"] { #expect(Options.help.contains(option)) }
    }
}
