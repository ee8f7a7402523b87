/// What somebody may do. Each may also do what those before it may.
package enum Role: String, CaseIterable, Sendable {
    /// Reads.
    case viewer
    /// Writes data, and changes alarms, dashboards, groups and the like.
    case editor
    /// Looks after the whole server: at the console also every other account's data.
    case admin

    package var mayChange: Bool { self != .viewer }
}
