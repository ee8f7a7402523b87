import SignalModel

// `bin`, `datefloor`, `dateceil`, `now` and the query's own times are read by `FunctionCall`.
extension ScalarFunction {
    static let timeFunctions = [
        ScalarFunction("fromMillis", 1...1) { arguments in
            guard let number = arguments.number(0), let milliseconds = Int64(exactly: number.rounded(.down)) else { return .null }
            return Timestamp(exactlyMilliseconds: milliseconds).map { .time($0.nanoseconds) } ?? .null
        },
        ScalarFunction("toMillis", 1...1) { $0.number(0).map(InsightsValue.number) ?? .null },
    ]
}
