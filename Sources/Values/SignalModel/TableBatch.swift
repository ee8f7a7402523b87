package import Columns
package import Platform

// What every store hands to the engine: resolved rows of one table and partition, and the promise made for them.

/// Which table rows belong to. Numbers are on disk: never reuse one.
package enum TableID: UInt8, CaseIterable, Sendable {
    case seriesDefinitions = 1
    case samples = 2
    case logs = 3
    case spans = 4
}

/// Rows that live and die together. Parts never span two partitions.
package struct PartitionKey: Hashable, Sendable {
    /// Metrics: 0 raw, then the rolled-up tiers. Others: 0.
    package var tier: UInt8
    /// Logs: retention in days, 0 for ever. Others: 0.
    package var retentionDays: UInt16
    /// Number of the time window since the epoch (days, unless the table says otherwise). `late` gathers old rows until a merge sorts them out.
    package var window: Int32

    package static let late = Int32.min

    package init(tier: UInt8 = 0, retentionDays: UInt16 = 0, window: Int32) {
        self.tier = tier
        self.retentionDays = retentionDays
        self.window = window
    }
}

/// Whose rows a block holds: one tenant, one group, one key.
package struct BlockScope: Hashable, Sendable {
    package var tenant: Tenant
    /// The log group's number; 0 where the table has no groups.
    package var group: UInt32
    /// The data key that seals everything derived from these rows; nil: they are kept in the clear.
    package var key: DataKeyID?

    package init(tenant: Tenant, group: UInt32 = 0, key: DataKeyID? = nil) {
        self.tenant = tenant
        self.group = group
        self.key = key
    }
}

/// Names a data key of a key ring; the key itself never leaves the ring unsealed.
package struct DataKeyID: Hashable, Sendable {
    package let number: UInt64
    package init(number: UInt64) { self.number = number }
}

/// Immutable rows of one table, partition and scope, column by column in the table's own order.
package struct TableBatch: Sendable {
    package let table: TableID
    package let partition: PartitionKey
    package let scope: BlockScope
    /// Smallest and largest of the table's time column, both included; the same instant twice for rows without time.
    package let times: ClosedRange<Int64>
    package let rowCount: Int
    package let columns: [Vector]
    /// Memory held for these rows as long as they stay in memory.
    package let reservation: MemoryReservation?

    /// - Precondition: every column that is not absent has `rowCount` values.
    package init(
        table: TableID, partition: PartitionKey, scope: BlockScope, times: ClosedRange<Int64>, rowCount: Int, columns: [Vector],
        reservation: MemoryReservation? = nil
    ) {
        precondition(columns.allSatisfy { $0.count ?? rowCount == rowCount }, "columns of a batch differ in length")
        self.table = table
        self.partition = partition
        self.scope = scope
        self.times = times
        self.rowCount = rowCount
        self.columns = columns
        self.reservation = reservation
    }

    package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

/// Names one request's rows, so that a retry of them is stored once.
package struct BatchID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// For a request that names no id of its own.
    package init(randomFrom source: RandomSource) { self.init(high: source.next(), low: source.next()) }
}

/// Where a committed record ends; grows with every commit and never goes back, not even over a restart.
package struct JournalPosition: Hashable, Comparable, Sendable {
    package let sequence: UInt64

    package init(sequence: UInt64) { self.sequence = sequence }

    package static func < (a: JournalPosition, b: JournalPosition) -> Bool { a.sequence < b.sequence }
}

package protocol BatchCommitter: Sendable {
    /// Returns when the rows of all batches are durable and every scan that starts from now on sees them: all of them or, after a
    /// failure, none. A batch id that was committed before stores nothing and returns at once.
    ///
    /// - Throws: `.closed` when the store stops or a sync has failed; `.noSpace` below the disk's watermark.
    func commit(_ batches: [TableBatch], id: BatchID) async throws(StorageError) -> JournalPosition
}
