/// The arguments of a call for one row.
struct Arguments {
    let operands: [Operand]
    let row: Int

    var count: Int { operands.count }
    subscript(index: Int) -> InsightsValue { operands[index].value(row) }
    func number(_ index: Int) -> Double? { self[index].number }
    func string(_ index: Int) -> String? { self[index].string }
}

/// A function of the values of one row.
struct ScalarFunction: Sendable {
    let name: String
    let arity: ClosedRange<Int>
    let body: @Sendable (Arguments) -> InsightsValue

    init(_ name: String, _ arity: ClosedRange<Int>, _ body: @escaping @Sendable (Arguments) -> InsightsValue) {
        self.name = name
        self.arity = arity
        self.body = body
    }

    /// All of them, by their names in lower case.
    static let named: [String: ScalarFunction] = {
        let functions = generalFunctions + numericFunctions + stringFunctions + timeFunctions + addressFunctions
        return Dictionary(uniqueKeysWithValues: functions.map { ($0.name.lowercased(), $0) })
    }()
}

extension ScalarFunction {
    static let generalFunctions = [
        ScalarFunction("coalesce", 1...(.max)) { arguments in
            (0..<arguments.count).lazy.map { arguments[$0] }.first { !$0.isNull } ?? .null
        },
        ScalarFunction("isNumeric", 1...1) { .bool($0.number(0) != nil) },
        ScalarFunction("ispresent", 1...1) { .bool(!$0[0].isNull) },
    ]
}
