import AWSProtocol
import Alarms
import SignalModel
import WireFormats

/// Alarms by name, page by page: of the kinds that are asked for, the children of a composite alarm, or the composite alarms above one.
/// Source: CloudWatch API reference, DescribeAlarms.
struct DescribeAlarms: APIOperation {
    static let name = "DescribeAlarms"
    let alarms: AlarmBook

    struct Input: APIInput {
        enum Relatives { case children(of: String), parents(of: String) }

        let names: [String]
        let prefix: String
        let kinds: Set<AlarmKind>
        let state: AlarmState.Value?
        let actionPrefix: String?
        let relatives: Relatives?
        let recordsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) throws {
            names = reader.texts("AlarmNames", count: 0...100, length: 1...255)
            prefix = reader.text("AlarmNamePrefix", length: 1...255) ?? ""
            let kinds: [AlarmKind] = reader.enumerations("AlarmTypes")
            self.kinds = kinds.isEmpty ? [.MetricAlarm] : Set(kinds)
            state = reader.enumeration("StateValue")
            actionPrefix = reader.text("ActionPrefix", length: 1...1024)
            let child = reader.text("ParentsOfAlarmName", length: 1...255), parent = reader.text("ChildrenOfAlarmName", length: 1...255)
            recordsMax = Int(reader.integer("MaxRecords", in: 1...Int64(Limits.alarmsPageSize)) ?? 50)
            nextToken = reader.text("NextToken")
            try reader.check()
            guard names.isEmpty || prefix.isEmpty else { throw AWSError.exclusive("AlarmNames", "AlarmNamePrefix") }
            let isFiltered = !names.isEmpty || !prefix.isEmpty || !kinds.isEmpty || state != nil || actionPrefix != nil
            relatives = try Self.relatives(children: parent, parents: child, isFiltered: isFiltered)
        }

        private static func relatives(children parent: String?, parents child: String?, isFiltered: Bool) throws(AWSError) -> Relatives? {
            guard parent != nil || child != nil else { return nil }
            guard !isFiltered, parent == nil || child == nil else {
                let name = parent == nil ? "ParentsOfAlarmName" : "ChildrenOfAlarmName"
                throw .validation("\(name) can only be used with MaxRecords and NextToken.")
            }
            return parent.map { .children(of: $0) } ?? child.map { .parents(of: $0) }
        }

        var key: [String] {
            let filters = ["\(names.count)"] + names + [prefix, state?.rawValue ?? "", actionPrefix ?? "", "\(String(describing: relatives))"]
            return filters + kinds.map(\.rawValue).sorted()
        }

        func holds(_ alarm: Alarm) -> Bool {
            guard kinds.contains(alarm.kind) else { return false }
            if let state, alarm.state.value != state { return false }
            guard let actionPrefix else { return true }
            return alarm.settings.allActions.contains { $0.hasPrefix(actionPrefix) }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let request = [context.tenant.account, context.tenant.region] + input.key
        let last = try input.nextToken.map { try PageToken.lastName($0, for: request) }
        // One more than the page holds tells whether there is another.
        let found = try await matching(input, after: last, count: input.recordsMax + 1, context)
        let shown = found.prefix(input.recordsMax)
        let next = found.count > shown.count ? shown.last.map { PageToken(fields: [$0.name]).text(for: request) } : nil
        return page(Array(shown), input, next)
    }

    private func matching(_ input: Input, after last: String?, count: Int, _ context: RequestContext) async throws -> [Alarm] {
        if let relatives = input.relatives {
            let found = try await related(relatives, context).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return Array(found.filter { Self.isBehind(last, $0.name) }.prefix(count))
        }
        if !input.names.isEmpty { return try await named(input, after: last, count: count, context) }
        var found: [Alarm] = []
        var last = last
        while found.count < count {
            let batch = try await alarms.alarms(of: context.tenant, prefix: input.prefix, after: last, limit: 500)
            guard let end = batch.last else { break }
            found += batch.filter(input.holds)
            last = end.name
        }
        return Array(found.prefix(count))
    }

    private func named(_ input: Input, after last: String?, count: Int, _ context: RequestContext) async throws -> [Alarm] {
        var found: [Alarm] = []
        for name in Set(input.names).sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where Self.isBehind(last, name) {
            if found.count < count, let alarm = try await alarms.alarm(name, of: context.tenant), input.holds(alarm) { found.append(alarm) }
        }
        return found
    }

    private func related(_ relatives: Input.Relatives, _ context: RequestContext) async throws -> [Alarm] {
        switch relatives {
        case .parents(of: let name): return try await alarms.parents(of: name, tenant: context.tenant)
        case .children(of: let name):
            guard let children = try await alarms.children(of: name, tenant: context.tenant) else { throw AWSError.noSuchAlarm(name) }
            return children
        }
    }

    private static func isBehind(_ last: String?, _ name: String) -> Bool {
        last.map { $0.utf8.lexicographicallyPrecedes(name.utf8) } ?? true
    }

    private func page(_ alarms: [Alarm], _ input: Input, _ token: String?) -> WireValue {
        func list(_ kind: AlarmKind) -> WireValue {
            .list(alarms.filter { $0.kind == kind }.map { alarm in
                switch input.relatives {
                case nil: alarm.wire
                case .children: alarm.wireOfChild
                case .parents: alarm.wireOfParent
                }
            })
        }
        // Clients of before there were log alarms do not look for them: the list is there when it was asked for.
        let hasLogs = input.kinds.contains(.LogAlarm) || alarms.contains { $0.kind == .LogAlarm }
        return .members(
            ("CompositeAlarms", list(.CompositeAlarm)), ("MetricAlarms", list(.MetricAlarm)), ("LogAlarms", hasLogs ? list(.LogAlarm) : nil),
            ("NextToken", token.map(WireValue.text)))
    }
}
