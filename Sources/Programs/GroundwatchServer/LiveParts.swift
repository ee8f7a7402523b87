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
    init(hub: LiveHub, storage: Storage, alarms: AlarmBook) {
        self.hub = hub
        sources = LiveHub.Sources(
            metrics: storage.metrics, directory: storage.logGroups, alarm: { try await alarms.alarm($0, of: $1)?.wire },
            figures: { Self.figures(storage) })
        storage.catalog.observe { changes in
            for change in changes where AlarmBook.concernsAlarms(change) { hub.changedAlarm(change.key, of: change.tenant) }
        }
    }

    /// Those without labels: what the whole server does and holds.
    private static func figures(_ storage: Storage) -> WireValue {
        .structure(ServerFigures.now(storage).filter { $0.labels.isEmpty }.map { ($0.name, .double($0.value)) })
    }
}
