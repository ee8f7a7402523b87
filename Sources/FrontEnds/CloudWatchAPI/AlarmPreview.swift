package import AWSProtocol
package import Alarms
import MetricMath
import Platform
package import SignalModel
package import WireFormats

/// What an alarm would have done over stored data: what the console's editor and `groundwatch drill` show.
///
/// `POST /api/ui/v1/alarms/preview` with `{"alarm": {…}, "start": …, "end": …}`, where the alarm is PutMetricAlarm's,
/// PutCompositeAlarm's or PutLogAlarm's JSON, or `{"name": "…"}` for one that is stored. Form: `Documentation/Alarms.md`.
package struct AlarmPreview: Sendable {
    package static let path = "/api/ui/v1/alarms/preview"

    let alarms: AlarmBook
    let metrics: MetricAccess
    let logs: LogQueries
    let defaultRegion: String

    package init(alarms: AlarmBook, metrics: MetricAccess, logs: LogQueries, defaultRegion: String) {
        self.alarms = alarms
        self.metrics = metrics
        self.logs = logs
        self.defaultRegion = defaultRegion
    }

    /// - Returns: nil when the request is not for it.
    package func answer(_ head: HTTPRequestHead, body: [UInt8], caller: Caller) async -> HTTPResponse? {
        guard head.path == Self.path else { return nil }
        guard head.method == "POST" else { return HTTPResponse.refusal(405, "cannot \(head.method) \(Self.path): it takes POST") }
        do {
            return .json(200, try await answer(body, of: try Tenant(of: head, caller, defaultRegion: defaultRegion)))
        } catch let error as AWSError {
            return HTTPResponse.refusal(400, error.message)
        } catch let error as AlarmDrill.Refusal {
            return HTTPResponse.refusal(400, error.message)
        } catch let failure as MetricDataPlan.Failure {
            return HTTPResponse.refusal(400, AWSError(failure).message)
        } catch let error as StorageError {
            return HTTPResponse.refusal(error.code == .budget || error.code == .limit ? 400 : 503, error.message)
        } catch {
            return HTTPResponse.refusal(500, "cannot preview the alarm: \(error)")
        }
    }

    private func answer(_ body: [UInt8], of tenant: Tenant) async throws -> WireValue {
        let now = Timestamp(nanoseconds: metrics.clock.wallNanoseconds)
        let root: WireNode
        do { root = try WireDocument(json: body).root } catch { throw AWSError.validation("cannot read the request: \(error)") }
        let subject = try await subject(root, of: tenant, at: now)
        let end = try time(root, "end") ?? now, start = try time(root, "start") ?? Timestamp(nanoseconds: end.nanoseconds - 86_400_000_000_000)
        guard start < end else { throw AWSError.validation("start must be before end") }
        let subjects = try await withChildren(subject, of: tenant)
        let metrics = metrics
        let drill = AlarmDrill(logs: AlarmDrill.runs(of: logs, tenant)) { metrics.buckets(of: tenant, metrics.budget()) }
        let timelines = try await drill.timelines(of: subjects, tenant, in: TimeRange(start: start, end: end))
        return Self.wire(timelines[0], from: start, to: end)
    }

    private func subject(_ root: WireNode, of tenant: Tenant, at now: Timestamp) async throws -> AlarmDrill.Subject {
        if let name = root["name"]?.text { return try await stored(name, of: tenant) }
        guard let node = root["alarm"], node.kind == .map else {
            throw AWSError.validation("cannot preview: say which alarm, as \"alarm\" in the JSON that puts it or as \"name\" of one that is stored")
        }
        let input = try AlarmDefinitionInput.read(node, of: tenant, at: now)
        if case .data(let rule) = input.definition, case .queries(let queries) = rule.subject {
            try AlarmRule.check(queries, bandID: rule.bandID, budget: metrics.budget(), quotas: metrics.quotas(tenant))
        }
        if case .data(let rule) = input.definition, case .log(let watch) = rule.subject, let refusal = logs.refusal(of: watch) {
            throw AWSError.validation("The query is not valid: \(refusal)")
        }
        let mutes = try await alarms.muteRules(of: tenant, muting: input.definition.settings.name, limit: AlarmBook.muteRulesMax)
        return AlarmDrill.Subject(input.definition, input.options, mutes: mutes)
    }

    private func stored(_ name: String, of tenant: Tenant) async throws -> AlarmDrill.Subject {
        guard let alarm = try await alarms.alarm(name, of: tenant) else { throw AWSError.validation("The alarm \(name) does not exist.") }
        let tags = try await alarms.tags(of: name, tenant: tenant) ?? []
        let mutes = try await alarms.muteRules(of: tenant, muting: name, limit: AlarmBook.muteRulesMax)
        return AlarmDrill.Subject(alarm.definition, AlarmOptions(tags: tags), mutes: mutes)
    }

    /// The subject first, then all that it depends on.
    private func withChildren(_ subject: AlarmDrill.Subject, of tenant: Tenant) async throws -> [AlarmDrill.Subject] {
        var subjects = [subject]
        var names: Set<String> = [subject.definition.settings.name]
        var place = 0
        while place < subjects.count {
            if case .composite(let rule) = subjects[place].definition {
                for name in rule.namesToKnow(of: tenant) where names.insert(name).inserted { subjects.append(try await stored(name, of: tenant)) }
            }
            place += 1
        }
        return subjects
    }

    private func time(_ root: WireNode, _ name: String) throws -> Timestamp? {
        guard let node = root.member(named: name), !node.isNull else { return nil }
        if let seconds = node.double, let time = Timestamp(secondsSinceEpoch: seconds) { return time }
        if var text = node.text, let nanoseconds = text.withUTF8({ ISO8601.nanoseconds($0) }) { return Timestamp(nanoseconds: nanoseconds) }
        throw AWSError.validation("\(name) must be a time: ISO 8601, or seconds since 1970")
    }

    static func wire(_ timeline: AlarmTimeline, from start: Timestamp, to end: Timestamp) -> WireValue {
        func time(_ nanoseconds: Int64) -> WireValue { .text(UTCText.milliseconds(nanoseconds)) }
        var rule: AlarmRule?
        if case .data(let found) = timeline.definition { rule = found }
        return .members(
            ("alarm", .text(timeline.name)), ("start", time(start.nanoseconds)), ("end", time(end.nanoseconds)),
            ("fired", .integer(Int64(timeline.firings))), ("state", .text(timeline.state.rawValue)),
            ("evaluations", .integer(Int64(timeline.evaluations))), ("period", rule.map { .integer($0.periodSeconds) }),
            ("comparison", rule.map { .text($0.comparison.rawValue) }),
            ("threshold", rule.flatMap { $0.bandID == nil ? .double($0.threshold) : nil }),
            ("changes", .list(timeline.changes.map { change in
                ["time": time(change.time), "from": .text(change.from.rawValue), "to": .text(change.to.rawValue), "reason": .text(change.reason)]
            })),
            ("told", .list(timeline.told.map { ["time": time($0.time), "state": .text($0.state.rawValue)] })),
            ("held", .list(timeline.held.map { held in
                .members(
                    ("start", time(held.start)), ("end", held.end.map(time)), ("by", .text(held.cause.rawValue)), ("reason", .text(held.reason)))
            })),
            ("segments", .list(timeline.segments.map { ["state": .text($0.state.rawValue), "start": time($0.start), "end": time($0.end)] })),
            ("datapoints", .list(timeline.points.map { point in
                .members(
                    ("time", time(point.time)), ("value", point.value.map(WireValue.double)), ("lower", (point.band?.lower).map(WireValue.double)),
                    ("upper", (point.band?.upper).map(WireValue.double)))
            })))
    }
}

/// As everything under `/api/ui/v1` answers.
extension HTTPResponse {
    static func json(_ status: Int, _ value: WireValue) -> HTTPResponse {
        var response = HTTPResponse(status: status, contentType: "application/json", JSON.encode(value))
        response.headers.set("Cache-Control", "no-store")
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }

    static func refusal(_ status: Int, _ message: String) -> HTTPResponse {
        let code = status < 500 ? "InvalidRequest" : "ServiceUnavailable"
        return .json(status, ["code": .text(code), "message": .text(message)])
    }
}
