/// A composite alarm's rule: which states of other alarms make it ALARM.
///
///     let rule = try CompositeExpression("ALARM(cpu) AND NOT OK(\"disk full\")")
///     rule.value { states[$0] }              // nil for an alarm that is not there counts as no state at all
///
/// Source: CloudWatch API reference, PutCompositeAlarm; user guide, "Create a composite alarm", for AT_LEAST.
package struct CompositeExpression: Sendable, Equatable {
    package static let lengthMax = 10_240
    /// Different alarms.
    package static let childrenMax = 100
    /// Alarms, TRUE, FALSE and parentheses.
    package static let elementsMax = 500

    indirect enum Node: Sendable, Equatable {
        case constant(Bool)
        case state(AlarmState.Value, of: String)
        case not(Node)
        case all([Node])
        case any([Node])
        case atLeast(Quorum, Condition, of: [String])
    }

    /// How many of a list.
    enum Quorum: Sendable, Equatable {
        case count(Int)
        case percent(Int)

        func isReached(by count: Int, of total: Int) -> Bool {
            switch self {
            case .count(let needed): count >= needed
            case .percent(let share): count * 100 >= total * share
            }
        }
    }

    /// `ALARM`, or `NOT ALARM`.
    struct Condition: Sendable, Equatable {
        let state: AlarmState.Value
        let isNegated: Bool

        func holds(_ value: AlarmState.Value?) -> Bool { (value == state) != isNegated }
    }

    /// As it was put.
    package let text: String
    let root: Node
    /// Names or ARNs of the alarms in it, each once, in the order of the text.
    package let references: [String]

    /// - Throws: `SyntaxError` with the place.
    package init(_ text: String) throws(SyntaxError) {
        var parser = try CompositeParser(text)
        root = try parser.whole()
        references = parser.references
        self.text = text
    }

    package func value(_ state: (String) -> AlarmState.Value?) -> Bool { Self.value(of: root, state) }

    private static func value(of node: Node, _ state: (String) -> AlarmState.Value?) -> Bool {
        switch node {
        case .constant(let value): value
        case .state(let wanted, let reference): state(reference) == wanted
        case .not(let operand): !value(of: operand, state)
        case .all(let operands): operands.allSatisfy { value(of: $0, state) }
        case .any(let operands): operands.contains { value(of: $0, state) }
        case .atLeast(let quorum, let condition, let references):
            quorum.isReached(by: references.count { condition.holds(state($0)) }, of: references.count)
        }
    }

    package struct SyntaxError: Error, Sendable, Equatable {
        package let message: String
        /// Of the first character that does not fit, from 1.
        package let position: Int
    }
}
