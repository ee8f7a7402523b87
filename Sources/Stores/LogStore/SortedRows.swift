import Columns
import SignalModel

/// The rows of several batches by time and order of ingestion. Messages stay where they are until they are asked for, so that a seal holds
/// little more than what it seals.
struct SortedRows {
    private struct Place {
        let time: Int64
        let number: UInt64
        let batch: UInt32
        let row: UInt32

        static func precedes(_ a: Place, _ b: Place) -> Bool { a.time != b.time ? a.time < b.time : a.number < b.number }
    }

    private let batches: [LogRows]
    private var places: [Place] = []

    var count: Int { places.count }

    /// - Throws: `.corrupt` when the columns are not those of the log table.
    init(_ batches: [TableBatch]) throws(StorageError) {
        var rows: [LogRows] = []
        for batch in batches { rows.append(try LogRows([batch])) }
        self.batches = rows
        places.reserveCapacity(rows.reduce(0) { $0 + $1.count })
        for (index, batch) in rows.enumerated() {
            for row in 0..<batch.count {
                places.append(Place(time: batch.times[row], number: batch.numbers[row], batch: UInt32(index), row: UInt32(row)))
            }
        }
        // Batches come in order mostly; the standard library's sort makes use of runs.
        places.sort(by: Place.precedes)
    }

    func messageBytes(at index: Int) -> Int { batches[Int(places[index].batch)].messages.range(at: Int(places[index].row)).count }

    func rows(_ range: Range<Int>) -> LogRows {
        var result = LogRows()
        result.reserve(rows: range.count, bytes: range.reduce(0) { $0 + messageBytes(at: $1) })
        for place in places[range] { result.append(Int(place.row), of: batches[Int(place.batch)]) }
        return result
    }
}
