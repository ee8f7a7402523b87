import Bytes
import Columns
import ColumnStore
import SignalModel
import Synchronization

/// What every stream holds in sum, kept as rows become visible: descriptions are answered from here, not by scans.
package final class LogStatistics: Sendable {
    package struct Stream: Sendable, Equatable {
        var firstEvent = Int64.max
        var lastEvent = Int64.min
        var lastIngestion = Int64.min
        var rowCount = 0
        /// Of message text.
        var byteCount = 0

        mutating func merge(_ other: Stream) {
            firstEvent = min(firstEvent, other.firstEvent)
            lastEvent = max(lastEvent, other.lastEvent)
            lastIngestion = max(lastIngestion, other.lastIngestion)
            rowCount += other.rowCount
            byteCount += other.byteCount
        }
    }

    /// Group number → stream number → figures.
    private let groups = Mutex<[UInt32: [UInt32: Stream]]>([:])

    package init() {}

    func add(_ streams: [(number: UInt32, figures: Stream)], toGroup group: UInt32) {
        groups.withLock { groups in
            for (number, figures) in streams { groups[group, default: [:]][number, default: Stream()].merge(figures) }
        }
    }

    func forget(group: UInt32) { groups.withLock { $0[group] = nil } }

    func stream(_ number: UInt32, ofGroup group: UInt32) -> Stream? { groups.withLock { $0[group]?[number] } }

    /// Message bytes of a group, 26 an event added as AWS counts them.
    func storedBytes(ofGroup group: UInt32) -> Int {
        groups.withLock { $0[group]?.values.reduce(0) { $0 + $1.byteCount + 26 * $1.rowCount } ?? 0 }
    }
}

extension LogRows {
    /// Figures of each stream among the rows, by ascending number.
    func streamFigures() -> [(number: UInt32, figures: LogStatistics.Stream)] {
        var result: [UInt32: LogStatistics.Stream] = [:]
        // Rows of one stream mostly follow each other: the dictionary is asked when the stream changes.
        var row = 0
        while row < count {
            let stream = streams[row]
            var figures = LogStatistics.Stream()
            while row < count, streams[row] == stream {
                figures.merge(LogStatistics.Stream(
                    firstEvent: times[row], lastEvent: times[row], lastIngestion: ingestionTimes[row], rowCount: 1,
                    byteCount: messages.range(at: row).count))
                row += 1
            }
            result[stream, default: LogStatistics.Stream()].merge(figures)
        }
        return result.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
