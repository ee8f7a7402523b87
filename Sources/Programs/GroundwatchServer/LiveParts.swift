import Alarms
import Catalog
import ConsoleAPI
import SignalModel
import WireFormats

/// What the live stream is fed from, besides committed rows.
struct LiveParts: Sendable {
    let hub: LiveHub
    let sources: LiveHub.Sources

    /// Watches the catalog for alarms from here on.
    /// - Parameter figures: the server's own, as `/metrics` shows them.
    init(hub: LiveHub, storage: Storage, alarms: AlarmBook, figures: @escaping @Sendable () -> [FiguresPage.Figure]) {
        self.hub = hub
        sources = LiveHub.Sources(
            metrics: storage.metrics, directory: storage.logGroups, alarm: { try await alarms.alarm($0, of: $1)?.wire },
            figures: { Self.unlabelled(figures()) })
        storage.catalog.observe { changes in
            for change in changes where AlarmBook.concernsAlarms(change) { hub.changedAlarm(change.key, of: change.tenant) }
        }
    }

    /// Those without labels: what the whole server does and holds.
    private static func unlabelled(_ figures: [FiguresPage.Figure]) -> WireValue {
        .structure(figures.filter { $0.labels.isEmpty }.map { ($0.name, .double($0.value)) })
    }
}
