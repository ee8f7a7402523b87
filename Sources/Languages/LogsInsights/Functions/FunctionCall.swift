import Columns

/// A call in a query: of a scalar function, of an aggregate, or of one of the few whose arguments are no plain values.
enum FunctionCall {
    /// Functions of the language that are not built. Asking for one is refused by name.
    private static let known: Set<String> = [
        "base64decode", "base64encode", "countovertime", "dectohex", "formatdate", "hash", "haversine", "hextoascii", "hextodec",
        "histogram",
        "ipv4tonumber", "isprivateip", "ispublicip", "isreservedip", "jsonarraycontains", "jsonarraysize", "jsonparse", "jsonstringify",
        "md5", "messagesize", "parsedate", "rate", "regexreplace", "sha256", "split", "strftime", "sumovertime", "urldecode", "urlencode",
    ]
    private static let branchesMax = 10

    /// Those that `parse` reads by themselves, because their arguments are periods, conditions or none.
    static let withOwnArguments = ["bin", "case", "datefloor", "dateceil", "if", "now", "queryStartTime", "queryEndTime", "queryTimeRange"]

    /// - Parameters:
    ///   - name: in lower case.
    ///   - parser: stands behind the opening parenthesis.
    static func parse(_ name: String, at range: Range<Int>, from parser: inout QueryParser) throws(InsightsError) -> Expression {
        switch name {
        case "bin":
            parser.scope.read(SystemField.timestamp)
            let period = try period(from: &parser)
            try parser.expect(.close)
            return .rounded(.field(SystemField.timestamp), period, up: false)
        case "datefloor", "dateceil":
            let time = try parser.expression()
            try parser.expect(.comma)
            let period = try period(from: &parser)
            try parser.expect(.close)
            return .rounded(time, period, up: name == "dateceil")
        case "now": return try moment(.now, from: &parser)
        case "querystarttime": return try moment(.rangeStart, from: &parser)
        case "queryendtime": return try moment(.rangeEnd, from: &parser)
        case "querytimerange": return try moment(.rangeLength, from: &parser)
        case "if", "case": return try choice(name, at: range, from: &parser)
        default: break
        }
        if let aggregate = AggregateFunction.named[name] { return try call(aggregate, name, at: range, from: &parser) }
        if let function = ScalarFunction.named[name] {
            let arguments = try parser.arguments()
            try check(arguments.count, within: function.arity, of: name, at: range, in: parser)
            return .call(function, arguments)
        }
        if known.contains(name) { throw parser.error("the function \(name) is not supported here yet", at: range) }
        throw parser.error("unknown function '\(name)'", at: range)
    }

    private static func call(
        _ aggregate: AggregateFunction, _ name: String, at range: Range<Int>, from parser: inout QueryParser
    ) throws(InsightsError) -> Expression {
        guard let before = parser.aggregates else {
            throw parser.error("\(name) is only possible in stats, and not inside another aggregate", at: range)
        }
        parser.aggregates = nil
        var arguments: [Expression] = []
        if aggregate.arity.contains(0), try parser.take(.times) { try parser.expect(.close) } else { arguments = try parser.arguments() }
        try check(arguments.count, within: aggregate.arity, of: name, at: range, in: parser)
        var parameter = 0.0
        if arguments.count == 2 {
            guard case .value(.number(let number)) = arguments[1], aggregate.parameters.contains(number) else {
                throw parser.error(
                    "the second argument of \(name) is a number from \(aggregate.parameters.lowerBound) to \(aggregate.parameters.upperBound)",
                    at: range)
            }
            parameter = number
        }
        if aggregate.needsTime { parser.scope.read(SystemField.timestamp) }
        let call = AggregateCall(argument: arguments.first, aggregator: aggregate.make(parameter))
        parser.aggregates = before + [call]
        return .field(AggregateCall.columnName(before.count))
    }

    private static func choice(_ name: String, at range: Range<Int>, from parser: inout QueryParser) throws(InsightsError) -> Expression {
        var arguments = try parser.arguments()
        try check(arguments.count, within: name == "if" ? 3...3 : 3...(2 * branchesMax + 1), of: name, at: range, in: parser)
        guard arguments.count % 2 == 1 else {
            throw parser.error("case takes pairs of condition and value, and a value for all else", at: range)
        }
        let otherwise = arguments.removeLast()
        let branches = stride(from: 0, to: arguments.count, by: 2).map { (condition: arguments[$0], value: arguments[$0 + 1]) }
        return .choice(branches, otherwise: otherwise)
    }

    private static func moment(_ moment: Expression.Moment, from parser: inout QueryParser) throws(InsightsError) -> Expression {
        try parser.expect(.close)
        return .moment(moment)
    }

    /// `5m`, or `5 minutes`.
    private static func period(from parser: inout QueryParser) throws(InsightsError) -> Period {
        let start = parser.token.range.lowerBound
        let count: Double
        var unit: String
        switch parser.token.kind {
        case .period(let value, let letters): (count, unit) = (value, letters)
        case .number(let value): (count, unit) = (value, "")
        default: throw parser.unexpected("a period such as 5m")
        }
        try parser.advance()
        if unit.isEmpty { unit = try parser.name() }
        guard let period = Period(count, unit: unit) else {
            throw parser.error("not a period: a whole number and a unit from ms to y", at: start..<parser.lastRange.upperBound)
        }
        return period
    }

    private static func check(
        _ count: Int, within arity: ClosedRange<Int>, of name: String, at range: Range<Int>, in parser: QueryParser
    ) throws(InsightsError) {
        guard !arity.contains(count) else { return }
        let wanted =
            arity.lowerBound == arity.upperBound
            ? "\(arity.lowerBound)"
            : arity.upperBound == .max ? "at least \(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
        throw parser.error("\(name) takes \(wanted) arguments, not \(count)", at: range)
    }
}
