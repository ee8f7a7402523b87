import MetricMath
import SignalModel

/// Alarms on their way through a drill, mark by mark. Decides only.
struct DrillRun {
    /// One a subject; nil for a composite alarm.
    private(set) var watches: [AlarmWatch?] = []
    private var timelines: [AlarmTimeline] = []
    private var states: [String: AlarmState] = [:]
    /// One a subject.
    private var actions: [DrillActions] = []
    /// Of the mark that is looked at: which subject came from which state into which.
    private var moves: [(place: Int, from: AlarmState.Value, to: AlarmState.Value)] = []
    private let tenant: Tenant
    private let start: Int64
    /// Positions of the composite alarms, each after those that it depends on.
    private let composites: [Int]

    /// - Throws: `AlarmDrill.Refusal` for what cannot be drilled.
    init(_ subjects: [AlarmDrill.Subject], tenant: Tenant, from start: Timestamp) throws {
        self.tenant = tenant
        self.start = start.nanoseconds
        composites = try Self.order(subjects, tenant)
        for subject in subjects {
            let name = subject.definition.settings.name
            let state = AlarmState.initial(at: start.nanoseconds)
            guard states.updateValue(state, forKey: name) == nil else { throw AlarmDrill.Refusal(message: "cannot drill \(name): it is there twice") }
            timelines.append(AlarmTimeline(name: name, definition: subject.definition))
            actions.append(DrillActions(subject))
            switch subject.definition {
            case .composite: watches.append(nil)
            case .data(let rule):
                let alarm = Alarm(tenant: tenant, rule: rule, configured: start.nanoseconds, state: state)
                // Silence of a query is a result of its own: the sparse mode is for metrics.
                let options = rule.isOnLogs ? AlarmOptions(tags: []) : subject.options
                watches.append(try AlarmWatch(alarm, rule, options))
            }
        }
    }

    private static func order(_ subjects: [AlarmDrill.Subject], _ tenant: Tenant) throws -> [Int] {
        var children: [Int: Set<String>] = [:]
        var wanted: [Int: Set<String>] = [:]
        for (place, subject) in subjects.enumerated() {
            guard case .composite(let rule) = subject.definition else { continue }
            children[place] = Set(rule.childNames(of: tenant))
            wanted[place] = Set(rule.namesToKnow(of: tenant))
        }
        let names = Set(subjects.map(\.definition.settings.name))
        if let (place, unknown) = wanted.lazy.compactMap({ place, wanted in wanted.subtracting(names).min().map { (place, $0) } }).first {
            throw AlarmDrill.Refusal(message: "cannot drill \(subjects[place].definition.settings.name): the alarm \(unknown) is not there")
        }
        var order: [Int] = []
        var waiting = children.keys.sorted()
        while !waiting.isEmpty {
            let waitingNames = Set(waiting.map { subjects[$0].definition.settings.name })
            let ready = waiting.filter { children[$0, default: []].isDisjoint(with: waitingNames) }
            guard !ready.isEmpty else { throw AlarmDrill.Refusal(message: "cannot drill \(waitingNames.sorted()[0]): its rule makes a cycle") }
            order += ready
            waiting.removeAll(where: ready.contains)
        }
        return order
    }

    /// Ten seconds when one of the alarms is judged so often, else a minute.
    var intervalSeconds: Int64 { watches.compactMap { $0?.rule.intervalSeconds }.min() ?? 60 }

    /// - Parameter data: one a subject: what it judges at this mark; nil where it judges nothing.
    mutating func step(at mark: Int64, _ data: [AlarmDatapoints?]) {
        var changed: Set<String> = []
        moves = []
        for place in actions.indices { actions[place].release(in: value(of: timelines[place].name), at: mark) }
        for (place, data) in data.enumerated() {
            guard let data, let watch = watches[place] else { continue }
            timelines[place].evaluations += 1
            let isUpward = watch.rule.comparison == .greater || watch.rule.comparison == .greaterOrEqual
            note(data.newest(isUpward: isUpward), of: watch, at: mark, place)
            let judgement = watch.judgement(of: data, at: mark)
            if let contributors = judgement.contributors { watches[place]?.contributors = contributors }
            guard let new = judgement.transition?.new else { continue }
            watches[place]?.alarm.state = new
            change(place, to: new)
            changed.insert(timelines[place].name)
        }
        for place in composites { judge(place, changed: &changed, at: mark) }
        for move in moves {
            let isSuppressed = suppressor(of: move.place).map { value(of: $0) == .alarm } ?? false
            actions[move.place].transition(from: move.from, to: move.to, isSuppressorInAlarm: isSuppressed, at: mark)
        }
        for place in composites {
            guard let name = suppressor(of: place), let move = moves.first(where: { timelines[$0.place].name == name }),
                (move.from == .alarm) != (move.to == .alarm)
            else { continue }
            actions[place].suppressorChange(isInAlarm: move.to == .alarm, in: value(of: timelines[place].name), at: mark)
        }
    }

    private func value(of name: String) -> AlarmState.Value { states[name]?.value ?? .insufficientData }

    private func suppressor(of place: Int) -> String? {
        guard case .composite(let rule) = timelines[place].definition, let suppression = rule.suppression else { return nil }
        return CompositeRule.name(of: suppression.suppressor, tenant)
    }

    /// Of windows that slide, those that begin where the last one ended.
    private mutating func note(_ point: AlarmEvaluator.Point?, of watch: AlarmWatch, at mark: Int64, _ place: Int) {
        guard let point, point.value != nil, (mark - start) % (watch.rule.periodSeconds * PeriodAlignment.second) < watch.rule.intervalSeconds * PeriodAlignment.second
        else { return }
        timelines[place].points.append(point)
    }

    private mutating func judge(_ place: Int, changed: inout Set<String>, at mark: Int64) {
        guard case .composite(let rule) = timelines[place].definition, let old = states[rule.name] else { return }
        let tenant = tenant
        let isFirst = timelines[place].evaluations == 0
        let because = rule.children(of: tenant).names.filter(changed.contains)
        guard isFirst || !because.isEmpty else { return }
        timelines[place].evaluations += 1
        let value: AlarmState.Value = rule.expression.value { reference in
            CompositeRule.name(of: reference, tenant).flatMap { states[$0]?.value }
        } ? .alarm : .ok
        guard value != old.value else { return }
        let arn = { AlarmARN(tenant: tenant, name: $0).description }
        let children = because.compactMap { name in states[name].map { (arn: arn(name), state: $0) } }
        let reason = children.isEmpty
            ? "\(arn(rule.name)) was created and its alarm rule evaluates to \(value.rawValue)" : CompositeReason(children: children).text
        change(place, to: AlarmState(value: value, reason: reason, updated: mark, transitioned: mark))
        changed.insert(rule.name)
    }

    private mutating func change(_ place: Int, to new: AlarmState) {
        let name = timelines[place].name
        let old = value(of: name)
        moves.append((place, old, new.value))
        timelines[place].changes.append(.init(time: new.updated, from: old, to: new.value, reason: new.reason))
        states[name] = new
    }

    mutating func timelines(until end: Int64) -> [AlarmTimeline] {
        for place in actions.indices { actions[place].release(in: value(of: timelines[place].name), at: end) }
        return zip(timelines, actions).map { timeline, actions in
            var timeline = timeline
            (timeline.told, timeline.held) = (actions.told, actions.held)
            var (state, since) = (AlarmState.Value.insufficientData, start)
            for change in timeline.changes {
                if change.time > since { timeline.segments.append(.init(state: state, start: since, end: change.time)) }
                (state, since) = (change.to, change.time)
            }
            timeline.segments.append(.init(state: state, start: since, end: max(since, end)))
            return timeline
        }
    }
}
