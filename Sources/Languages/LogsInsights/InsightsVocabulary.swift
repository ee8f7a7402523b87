/// The words of the language for whoever helps to write it, from the tables that the parser itself reads, so that an editor can
/// neither offer a word that is refused nor leave one out.
///
///     InsightsVocabulary.commands.map(\.name)    // ["dedup", "display", …]
package enum InsightsVocabulary {
    package struct Word: Sendable, Equatable {
        package let name: String
        /// What it does in a few words; empty for one that needs none.
        package let summary: String
    }

    package static let commands = words(Array(LogCommands.built.keys), commandSummaries)

    package static let functions = words(
        AggregateFunction.all.map(\.name) + ScalarFunction.named.values.map(\.name) + FunctionCall.withOwnArguments, functionSummaries)

    /// Words between values, such as `like`.
    package static let connectives = QueryParser.reserved.sorted()

    /// Fields that every event has or that are found in it.
    package static let fields = words(Array(fieldSummaries.keys), fieldSummaries)

    private static func words(_ names: [String], _ summaries: [String: String]) -> [Word] {
        Set(names).sorted { ($0.lowercased(), $0) < ($1.lowercased(), $1) }.map { Word(name: $0, summary: summaries[$0.lowercased()] ?? summaries[$0] ?? "") }
    }

    private static let commandSummaries = [
        "dedup": "keeps the first row of each value",
        "display": "shows only these fields",
        "fields": "takes or computes fields",
        "filter": "keeps the rows that match",
        "head": "keeps the first rows",
        "limit": "keeps the first rows",
        "parse": "takes fields out of a text",
        "pattern": "gathers lines of one shape",
        "sort": "orders the rows",
        "stats": "counts and sums, by group",
        "tail": "keeps the last rows",
        "unnest": "makes a row of each element",
    ]

    /// By name in lower case.
    private static let functionSummaries = [
        "abs": "without the sign",
        "avg": "mean",
        "bin": "the period a row falls in: bin(5m)",
        "case": "the value of the first condition that holds",
        "ceil": "rounds up",
        "coalesce": "the first that is there",
        "concat": "joins texts",
        "count": "how many",
        "count_distinct": "how many different",
        "dateceil": "rounds a time up: dateceil(@timestamp, 1h)",
        "datefloor": "rounds a time down: datefloor(@timestamp, 1h)",
        "earliest": "the oldest row's value",
        "endswith": "1 when it ends with the text",
        "floor": "rounds down",
        "frommillis": "milliseconds to a time",
        "greatest": "the largest of these",
        "if": "one of two by a condition",
        "isblank": "missing or blank",
        "isempty": "missing or empty",
        "isipinsubnet": "whether the address is in the subnet",
        "isipv4insubnet": "whether the address is in the subnet",
        "isipv6insubnet": "whether the address is in the subnet",
        "isnumeric": "1 when it is a number",
        "ispresent": "whether the field is there",
        "isvalidip": "whether it is an address",
        "isvalidipv4": "whether it is an IPv4 address",
        "isvalidipv6": "whether it is an IPv6 address",
        "latest": "the newest row's value",
        "least": "the smallest of these",
        "log": "natural logarithm",
        "ltrim": "without blanks before",
        "max": "largest",
        "median": "the middle",
        "min": "smallest",
        "now": "the present, in seconds",
        "pct": "a percentile: pct(@duration, 99)",
        "queryendtime": "the end of the query's range",
        "querystarttime": "the start of the query's range",
        "querytimerange": "how long the query's range is",
        "replace": "replaces a text",
        "round": "rounds to the nearest",
        "rtrim": "without blanks after",
        "sortsfirst": "first in order",
        "sortslast": "last in order",
        "sqrt": "square root",
        "startswith": "1 when it begins with the text",
        "stddev": "spread",
        "strcontains": "1 when it contains the text",
        "strlen": "length",
        "substr": "a part of the text",
        "sum": "total",
        "todouble": "as a number",
        "toint": "as a whole number",
        "tolong": "as a whole number",
        "tolower": "in small letters",
        "tomillis": "a time to milliseconds",
        "tonumber": "as a number",
        "toupper": "in capitals",
        "trim": "without blanks around",
    ]

    private static let fieldSummaries = [
        SystemField.timestamp: "when it happened",
        SystemField.message: "the whole line",
        SystemField.logStream: "its stream",
        SystemField.log: "its account and group",
        SystemField.ingestionTime: "when it arrived",
        "@billedDuration": "of a Lambda REPORT line",
        "@duration": "of a Lambda REPORT line, in milliseconds",
        "@initDuration": "of a Lambda REPORT line: a cold start",
        "@maxMemoryUsed": "of a Lambda REPORT line, in bytes",
        "@requestId": "of a Lambda line",
        "@type": "of a Lambda line: START, END or REPORT",
    ]
}
