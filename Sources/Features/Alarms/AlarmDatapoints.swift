/// What an alarm judges at a mark: the periods of one series, or those of every group of a Metrics Insights query that groups.
enum AlarmDatapoints: Sendable {
    case series([AlarmEvaluator.Point])
    /// In the order of the query.
    case groups([Group])

    struct Group: Sendable {
        /// Of the labels that the query groups by, in their order.
        let values: [String]
        let points: [AlarmEvaluator.Point]
    }

    /// The newest datapoint, of groups that which goes furthest.
    func newest(isUpward: Bool) -> AlarmEvaluator.Point? {
        switch self {
        case .series(let points): return points.last
        case .groups(let groups):
            let last = groups.compactMap(\.points.last).filter { $0.value != nil }
            return isUpward ? last.max { $0.value ?? 0 < $1.value ?? 0 } : last.min { $0.value ?? 0 < $1.value ?? 0 }
        }
    }
}

/// What an alarm's datapoints come to.
struct AlarmJudgement: Sendable {
    /// Nil when the alarm stays in its state.
    var transition: AlarmTransition?
    /// The groups that breach, when they are others than before.
    var contributors: [LogResults.Contributor]?
}

extension AlarmWatch {
    func judgement(of data: AlarmDatapoints, at now: Int64) -> AlarmJudgement {
        switch data {
        case .series(let points): AlarmJudgement(transition: transition(on: points, at: now))
        case .groups(let groups): judgement(of: groups, at: now)
        }
    }

    /// The alarm is in ALARM while a group is, and in OK while none is and there are some. A group is there because it has data: only
    /// where there is none at all does it matter what missing data counts as.
    /// Source: CloudWatch user guide, "Acting on alarm changes", about alarms that monitor multiple time series.
    private func judgement(of groups: [AlarmDatapoints.Group], at now: Int64) -> AlarmJudgement {
        let known = contributors ?? []
        var breaching: [LogResults.Contributor] = [], quiet: AlarmEvaluator.Verdict?
        for group in groups {
            let verdict = evaluator.verdict(on: group.points)
            let attributes = Array(zip(grouping ?? [], group.values)).map { (name: $0, value: $1) }
            let before = known.first { $0.attributes.elementsEqual(attributes, by: ==) }
            guard verdict.state.map({ $0 == .alarm }) ?? (before != nil) else {
                if verdict.state == .ok { quiet = quiet ?? verdict }
                continue
            }
            let value = verdict.judged.first { $0.value != nil }?.value ?? 0
            let reason = StateReason(rule: rule, state: .alarm, verdict: verdict).textOfContributor
            breaching.append(before ?? LogResults.Contributor(attributes: attributes, value: value, since: now, reason: reason))
        }
        let isSame = breaching.count == known.count && zip(breaching, known).allSatisfy { $0.attributes.elementsEqual($1.attributes, by: ==) }
        return AlarmJudgement(transition: transition(breaching, quiet, hasGroups: !groups.isEmpty, at: now), contributors: isSame ? nil : breaching)
    }

    private func transition(
        _ breaching: [LogResults.Contributor], _ quiet: AlarmEvaluator.Verdict?, hasGroups: Bool, at now: Int64
    ) -> AlarmTransition? {
        let value: AlarmState.Value, reason: String
        if let first = breaching.first {
            (value, reason) = (.alarm, first.reason ?? "")
        } else if let quiet {
            (value, reason) = (.ok, StateReason(rule: rule, state: .ok, verdict: quiet).text)
        } else {
            guard !hasGroups else { return nil }
            let verdict = evaluator.verdict(on: missingPoints(endingAt: now))
            guard let state = verdict.state else { return nil }
            (value, reason) = (state, StateReason(rule: rule, state: state, verdict: verdict).text)
        }
        guard value != alarm.state.value else { return nil }
        return AlarmTransition(alarm: alarm, new: AlarmState(value: value, reason: reason, updated: now, transitioned: now))
    }
}
