/// Why a text is not a query that we can run: its grammar is wrong, or it asks for something that is not built.
package struct InsightsError: Error, Sendable, Equatable {
    package let message: String
    /// Offsets of the offending characters, the second one past the last, in UTF-16 code units as AWS counts them.
    package let start: Int
    package let end: Int

    package init(message: String, start: Int, end: Int) {
        self.message = message
        self.start = start
        self.end = end
    }
}
