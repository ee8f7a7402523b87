/// What the CloudWatch Logs API reference allows.
enum Limits {
    static let nameLengthMax = 512
    static let tagsMax = 50

    static let eventsMax = 10_000
    /// Message bytes and `eventOverheadBytes` an event, of one PutLogEvents.
    static let batchBytesMax = 1_048_576
    static let eventOverheadBytes = 26
    static let batchSpanMilliseconds: Int64 = 24 * 3_600_000
    /// Events may be this old and this early.
    static let pastMilliseconds: Int64 = 14 * 86_400_000
    static let futureMilliseconds: Int64 = 2 * 3_600_000

    /// Of one request of JSON lines, unpacked; its columns must fit a journal record.
    static let linesBytesMax = 16 << 20
    static let linesMax = 200_000
    static let lineBytesMax = 1 << 20
    static let requestStreamsMax = 10_000
    static let streamFieldsMax = 8

    static let retentionDays: [Int64] = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    /// Events and bytes of a page of GetLogEvents and FilterLogEvents.
    static let pageEventsMax = 10_000
    static let pageBytesMax = 1 << 20
    /// Events that one FilterLogEvents looks at; then it answers with what it has and a token, as CloudWatch does.
    static let pageRowsScannedMax = 1_000_000

    static let describedMax = 50
    static let namedStreamsMax = 100
    static let patternLengthMax = 1024
    /// How many names are read from the directory at a time where all are wanted.
    static let directoryPage = 1000

    static let queryGroupsMax = 50
    static let queryLengthMax = 10_000
    static let queryRowsMax = 10_000
    static let describedQueriesMax = 1000
}
