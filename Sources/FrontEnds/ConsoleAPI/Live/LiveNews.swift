import SignalModel

/// What has happened and may concern somebody: noted in passing by whoever commits, looked through later by the hub's own task.
struct LiveNews: Sendable {
    var batches: [TableBatch] = []
    private var bytes = 0
    /// Tables and groups whose rows were too many to keep.
    var lost: [Lost] = []
    /// Tenants that have new series.
    var newSeries: Set<Tenant> = []
    var alarms: Set<AlarmName> = []

    struct Lost: Sendable {
        let table: TableID
        let scope: BlockScope
        var rows: Int
    }

    struct AlarmName: Hashable, Sendable {
        let tenant: Tenant
        let name: String
    }

    var isEmpty: Bool { batches.isEmpty && lost.isEmpty && alarms.isEmpty && newSeries.isEmpty }

    mutating func note(_ batch: TableBatch) {
        let size = batch.byteCount
        guard bytes + size <= Limits.pendingBytesMax else {
            if let place = lost.firstIndex(where: { $0.table == batch.table && $0.scope == batch.scope }) {
                lost[place].rows += batch.rowCount
            } else {
                lost.append(Lost(table: batch.table, scope: batch.scope, rows: batch.rowCount))
            }
            return
        }
        batches.append(batch)
        bytes += size
    }
}

/// What anybody wants at all, so that what nobody wants costs a look-up.
struct LiveInterest: Sendable {
    private var groups: Set<UInt32> = []
    private var sampled: Set<Tenant> = []
    private var alarmed: Set<Tenant> = []

    init() {}

    init(_ clients: some Sequence<LiveClient>) {
        for client in clients {
            for subscription in client.subscriptions {
                switch subscription.topic {
                case .logs(let some, _): groups.formUnion(some.map(\.number))
                case .metrics: sampled.insert(client.tenant)
                case .alarms: alarmed.insert(client.tenant)
                case .health: break
                }
            }
        }
    }

    func wants(_ batch: TableBatch) -> Bool {
        switch batch.table {
        case .logs: groups.contains(batch.scope.group)
        case .samples, .seriesDefinitions: sampled.contains(batch.scope.tenant)
        default: false
        }
    }

    func wantsAlarms(of tenant: Tenant) -> Bool { alarmed.contains(tenant) }
}
