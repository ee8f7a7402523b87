// What we answer, before a protocol gives it bytes. An absent member is simply not there.

package enum WireValue: Sendable {
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case text(String)
    case blob([UInt8])
    /// Nanoseconds since the epoch; each protocol writes its own form.
    case timestamp(Int64)
    case list([WireValue])
    /// A list of numbers without a box a number: GetMetricData answers 100,800 of them.
    case doubles([Double])
    case timestamps([Int64])
    /// Keys are the user's (tags, attributes); query XML writes entries.
    case map([(String, WireValue)])
    /// Keys are member names of the API's shape.
    case structure([(String, WireValue)])

    /// A structure of the members that are there:
    /// `.members(("AlarmName", .text(name)), ("Threshold", threshold.map(WireValue.double)))`.
    package static func members(_ members: (String, WireValue?)...) -> WireValue {
        .structure(members.compactMap { name, value in value.map { (name, $0) } })
    }

    package static func texts(_ values: some Sequence<String>) -> WireValue { .list(values.map(WireValue.text)) }

    package static func textMap(_ pairs: some Sequence<(String, String)>) -> WireValue {
        .map(pairs.map { ($0, .text($1)) })
    }
}

extension WireValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: WireValue...) { self = .list(elements) }
    /// A structure: keys in code are member names.
    package init(dictionaryLiteral elements: (String, WireValue)...) { self = .structure(elements) }
}
