import Synchronization

/// Which alarms have changed, so that who keeps them in memory reads those again and not all.
///
/// It remembers the newest changes only: who has not asked for long is told to look at everything.
final class AlarmChanges: Sendable {
    private static let keptMax = 10_000

    enum News: Equatable { case nothing, everything, these(Set<AlarmKey>) }

    private struct State {
        var kept: [AlarmKey] = []
        /// How many came before those that are kept.
        var dropped = 0

        var count: Int { dropped + kept.count }
    }

    private let state = Mutex(State())

    func note(_ keys: some Sequence<AlarmKey>) {
        state.withLock { state in
            state.kept += keys
            guard state.kept.count > Self.keptMax else { return }
            let surplus = state.kept.count - Self.keptMax / 2
            state.kept.removeFirst(surplus)
            state.dropped += surplus
        }
    }

    /// - Parameter count: what the last call returned; nil at first.
    func since(_ count: Int?) -> (news: News, count: Int) {
        state.withLock { state in
            guard let count, count >= state.dropped else { return (.everything, state.count) }
            let keys = state.kept[(count - state.dropped)...]
            return (keys.isEmpty ? .nothing : .these(Set(keys)), state.count)
        }
    }
}
