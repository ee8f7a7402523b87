import Columns

/// Which names mean what at the present place of a query, and what the query has been found to need so far.
struct Scope {
    /// Fields that come from the events, in the order in which they were first read.
    private(set) var sourceFields: [String] = []
    /// Names that commands before this place have made.
    private(set) var defined: Set<String> = []
    /// After `stats` the events are gone; only what was made is left.
    private(set) var isAggregated = false
    /// Conditions of events that a store may test before this query sees them.
    private(set) var pushed: [Predicate] = []
    /// False once a command has looked at more than one row at a time: what follows no longer speaks about single events.
    private(set) var isRowWise = true

    /// Columns of the result, in order.
    private var shown: [String] = []
    private var hasChosenColumns = false

    /// Fields that are not in the message but about it; stores do not know them by these names or not in these units.
    private static let systemFields: Set<String> = [
        SystemField.timestamp, SystemField.ingestionTime, SystemField.logStream, SystemField.log, SystemField.pointer,
    ]

    mutating func read(_ name: String) {
        guard !isAggregated, !defined.contains(name), !sourceFields.contains(name) else { return }
        sourceFields.append(name)
    }

    mutating func define(_ name: String) { defined.insert(name) }

    mutating func push(_ predicate: Predicate) { pushed.append(predicate) }

    func canPush(_ name: String) -> Bool {
        isRowWise && !isAggregated && !defined.contains(name) && !Self.systemFields.contains(name)
    }

    /// True when the name stands for the events' own time.
    func isEventTime(_ name: String) -> Bool { name == SystemField.timestamp && !isAggregated && !defined.contains(name) }

    mutating func leaveRows() { isRowWise = false }

    /// - Parameter names: all that is left.
    mutating func aggregate(into names: [String]) {
        isAggregated = true
        isRowWise = false
        defined = Set(names)
        shown = names
        hasChosenColumns = true
    }

    /// Adds columns to the result. - Parameter isChoice: false for by-products, beside which the default columns stay.
    mutating func show(_ names: [String], isChoice: Bool) {
        for name in names where !shown.contains(name) { shown.append(name) }
        if isChoice { hasChosenColumns = true }
    }

    mutating func showOnly(_ names: [String]) {
        shown = []
        show(names, isChoice: true)
    }

    /// The columns of the result; called once at the end of the query.
    mutating func resultColumns() -> [String] {
        if !hasChosenColumns { shown = [SystemField.timestamp, SystemField.message] + shown }
        for name in shown { read(name) }
        if !isAggregated { read(SystemField.pointer) }
        return shown
    }
}

/// Names of what every event has.
package enum SystemField {
    package static let timestamp = "@timestamp"
    package static let ingestionTime = "@ingestionTime"
    package static let message = "@message"
    package static let logStream = "@logStream"
    /// `{account}:{group}`
    package static let log = "@log"
    /// Leads back to the event by `GetLogRecord`.
    package static let pointer = "@ptr"
}
