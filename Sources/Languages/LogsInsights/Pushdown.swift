import Columns

extension Expression {
    /// Conditions that must all hold.
    var conjuncts: [Expression] {
        if case .and(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] }
    }

    /// The same condition for a store, or nil when a store would not see it as the language does.
    ///
    /// A store's tests are false without a value, so "not equal" goes as the opposite of "equal".
    func predicate(in scope: Scope) -> Predicate? {
        switch self {
        case .and(let parts): return Self.predicates(parts, in: scope).map(Predicate.and)
        case .or(let parts): return Self.predicates(parts, in: scope).map(Predicate.or)
        case .not(let part): return part.predicate(in: scope).map(Predicate.not)
        case .compare(let comparison, .field(let name), .value(let value)) where scope.canPush(name):
            return Self.predicate(name, comparison, value)
        case .compare(let comparison, .value(let value), .field(let name)) where scope.canPush(name):
            return Self.predicate(name, comparison.mirrored, value)
        case .isOneOf(.field(let name), let list) where scope.canPush(name):
            var literals: [Predicate.Literal] = []
            for case .value(let value) in list { if let literal = value.literal { literals.append(literal) } }
            return literals.count == list.count ? .isOneOf(name, literals) : nil
        case .contains(.field(let name), let needle) where scope.canPush(name): return .contains(name, needle)
        case .matches(.field(let name), let expression) where scope.canPush(name): return .matches(name, expression)
        case .call(let function, let arguments):
            guard function.name == "ispresent", case .field(let name) = arguments[0], scope.canPush(name) else { return nil }
            return .isPresent(name)
        default: return nil
        }
    }

    private static func predicates(_ parts: [Expression], in scope: Scope) -> [Predicate]? {
        let predicates = parts.compactMap { $0.predicate(in: scope) }
        return predicates.count == parts.count ? predicates : nil
    }

    private static func predicate(_ name: String, _ comparison: Predicate.Comparison, _ value: InsightsValue) -> Predicate? {
        guard let literal = value.literal else { return nil }
        switch comparison {
        case .equal: return .compare(name, .equal, literal)
        case .notEqual: return .not(.compare(name, .equal, literal))
        default:
            // Text that spells a number sorts as a number with other such text; a store only knows letters.
            if case .text = literal, value.number != nil { return nil }
            return .compare(name, comparison, literal)
        }
    }
}

extension InsightsValue {
    fileprivate var literal: Predicate.Literal? {
        switch self {
        case .number(let number): .number(number)
        case .text(let bytes): .text(Array(bytes))
        case .null, .time: nil
        }
    }
}

extension Predicate.Comparison {
    /// What holds with the sides exchanged.
    fileprivate var mirrored: Predicate.Comparison {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}
