import SignalModel

/// How finely metrics are kept, and for how long.
///
/// Every row is in one tier only: as it came at first, and when its window is older than that tier keeps, rolled up into the next one
/// that keeps it longer. So what a time is answered from is always the finest that there is, and no row is counted twice.
///
/// Ages are counted from the tenant's newest sample, or from now where that lies in the future: data of who stopped sending stay.
package struct MetricTiers: Sendable, Equatable {
    package struct Tier: Sendable, Equatable {
        /// Of the rows, nanoseconds; 0: rows keep their own times.
        package let period: Int64
        /// How old rows become in it, nanoseconds.
        package let kept: Int64
        /// Of a partition, in days. Windows of coarser tiers are whole numbers of finer ones, so that a window moves into one.
        let windowDays: Int64
    }

    /// By `PartitionKey.tier`; the numbers are on disk.
    package let all: [Tier]

    private static let day = DayWindow.nanoseconds
    private static let second: Int64 = 1_000_000_000

    /// - Parameters: how many days each tier keeps its rows. The defaults are CloudWatch's, but for data finer than a minute, which
    ///   stay as long as those of a minute.
    package init(rawDays: Int64 = 15, minuteDays: Int64 = 15, fiveMinuteDays: Int64 = 63, hourDays: Int64 = 455) {
        all = [
            Tier(period: 0, kept: rawDays * Self.day, windowDays: 1),
            Tier(period: 60 * Self.second, kept: minuteDays * Self.day, windowDays: 1),
            Tier(period: 300 * Self.second, kept: fiveMinuteDays * Self.day, windowDays: 7),
            Tier(period: 3600 * Self.second, kept: hourDays * Self.day, windowDays: 28),
        ]
    }

    /// Of rows in the partition; 0: rows keep their own times.
    func period(of partition: PartitionKey) -> Int64 { tier(partition)?.period ?? 0 }

    private func tier(_ partition: PartitionKey) -> Tier? { Int(partition.tier) < all.count ? all[Int(partition.tier)] : nil }

    /// First and last instant of a partition, both included.
    func times(of partition: PartitionKey) -> ClosedRange<Int64> {
        let days = tier(partition)?.windowDays ?? 1
        let first = DayWindow.times(of: Int32(clamping: Int64(partition.window) * days))
        let last = DayWindow.times(of: Int32(clamping: (Int64(partition.window) + 1) * days - 1))
        return first.lowerBound...last.upperBound
    }

    /// What is to become of a partition's rows.
    enum Fate: Equatable {
        case stays
        /// To the finest coarser tier that still keeps rows as old as these.
        case moves(PartitionKey)
        case ends
    }

    /// - Parameter newest: the instant that ages are counted from.
    func fate(of partition: PartitionKey, newest: Int64) -> Fate {
        guard isOver(partition, newest) else { return .stays }
        var last = partition
        while let next = successor(of: last) {
            if !isOver(next, newest) { return .moves(next) }
            last = next
        }
        return .ends
    }

    /// The partition in the next tier that keeps rows longer.
    private func successor(of partition: PartitionKey) -> PartitionKey? {
        guard let tier = tier(partition) else { return nil }
        guard let next = all.indices.first(where: { $0 > Int(partition.tier) && all[$0].kept > tier.kept }) else { return nil }
        let window = floorDivided(Int64(partition.window) * tier.windowDays, by: all[next].windowDays)
        return PartitionKey(tier: UInt8(next), window: Int32(clamping: window))
    }

    /// True when everything in the partition is older than its tier keeps. Partitions of unknown tiers are left alone.
    private func isOver(_ partition: PartitionKey, _ newest: Int64) -> Bool {
        guard let tier = tier(partition) else { return false }
        let (floor, overflow) = newest.subtractingReportingOverflow(tier.kept)
        return !overflow && times(of: partition).upperBound < floor
    }
}
