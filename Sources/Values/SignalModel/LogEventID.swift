/// What names an event to clients: 56 digits that sort as the events do, `[19 time][20 number][17 stream]`.
package enum LogEventID {
    /// - Parameters:
    ///   - time: UTC nanoseconds of the event.
    ///   - number: unique in the store, by order of ingestion.
    package static func text(time: Int64, number: UInt64, stream: UInt32) -> String {
        padded(UInt64(max(0, time)), 19) + padded(number, 20) + padded(UInt64(stream), 17)
    }

    private static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
