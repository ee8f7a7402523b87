/// How the clock on the wall goes where a metric's days are lived: UTC, so many seconds off it, or off it by the rules of a place.
package struct LocalTime: Sendable, Hashable {
    /// Tells one from another.
    private let name: String
    private let offset: @Sendable (_ utc: Int64) -> Int64

    package static let utc = LocalTime(secondsFromUTC: 0)

    package init(secondsFromUTC seconds: Int64) { self.init(name: "\(seconds)") { _ in seconds } }

    /// - Parameters:
    ///   - name: of the rules: two of one name are the same.
    ///   - offset: seconds east of Greenwich at a time, both in seconds, the time since 1970.
    package init(name: String, offset: @escaping @Sendable (_ utc: Int64) -> Int64) {
        self.name = name
        self.offset = offset
    }

    /// - Parameter time: seconds since 1970.
    /// - Returns: the same as the clock there shows it, as if it were UTC. In the hour in which it is put back it goes twice over the same.
    package func local(_ time: Int64) -> Int64 { time + offset(time) }

    package static func == (a: LocalTime, b: LocalTime) -> Bool { a.name == b.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
