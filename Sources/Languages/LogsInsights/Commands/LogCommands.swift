/// The commands of the language, a line each, sorted.
enum LogCommands {
    static let built: [String: any Command.Type] = [
        "dedup": DedupCommand.self,
        "display": DisplayCommand.self,
        "fields": FieldsCommand.self,
        "filter": FilterCommand.self,
        "filterindex": FilterCommand.self,
        "head": HeadCommand.self,
        "limit": LimitCommand.self,
        "order": OrderCommand.self,
        "parse": ParseCommand.self,
        "sort": SortCommand.self,
        "stats": StatsCommand.self,
        "tail": TailCommand.self,
        "where": FilterCommand.self,
    ]

    /// Those that are not built. A query with one is refused by name.
    static let known: Set<String> = [
        "accum",
        "addtotals",
        "anomaly",
        "appendcols",
        "autoregress",
        "cidrlookup",
        "countfrequent",
        "diff",
        "expand",
        "filldown",
        "fillmissing",
        "join",
        "json",
        "logcompare",
        "lookup",
        "outlier",
        "pattern",
        "relevantfields",
        "sessionize",
        "source",
        "unmask",
        "unnest",
    ]
}
