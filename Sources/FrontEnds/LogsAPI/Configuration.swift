package import Platform

/// What may be set about the logs front end.
package struct LogsConfiguration: Sendable {
    /// How long one GetLogEvents or FilterLogEvents may read, and how many bytes of columns.
    package var readSeconds: Double
    package var readBytesMax: Int
    /// The same for one Insights query.
    package var querySeconds: Double
    package var queryBytesMax: Int
    /// Memory that one query may hold between chunks.
    package var queryHeldBytesMax: Int
    /// What all queries share for what they hold; nil counts nothing.
    package var memory: MemoryBudget?
    /// Queries at work at one time; so many more may wait, the next is refused.
    package var queriesRunningMax: Int
    package var queriesWaitingMax: Int
    /// Results are kept for so long, of so many queries and so many bytes of values, whichever ends first.
    package var resultSeconds: Int64
    package var resultsMax: Int
    package var resultBytesMax: Int

    package init(
        readSeconds: Double = 30, readBytesMax: Int = 1 << 30, querySeconds: Double = 3600, queryBytesMax: Int = 1 << 36,
        queryHeldBytesMax: Int = 128 << 20, queriesRunningMax: Int = 4, queriesWaitingMax: Int = 32, resultSeconds: Int64 = 3600,
        resultsMax: Int = 1000,
        resultBytesMax: Int = 64 << 20
    ) {
        self.readSeconds = readSeconds
        self.readBytesMax = readBytesMax
        self.querySeconds = querySeconds
        self.queryBytesMax = queryBytesMax
        self.queryHeldBytesMax = queryHeldBytesMax
        self.queriesRunningMax = queriesRunningMax
        self.queriesWaitingMax = queriesWaitingMax
        self.resultSeconds = resultSeconds
        self.resultsMax = resultsMax
        self.resultBytesMax = resultBytesMax
    }
}
