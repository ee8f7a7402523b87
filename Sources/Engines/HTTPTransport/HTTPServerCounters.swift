/// What a server has done since its start, at one moment.
package struct HTTPServerCounters: Sendable, Equatable {
    package enum Refusal: String, Sendable, CaseIterable {
        case connections, connectionsOfAddress, malformed, timedOut, bodyTooLarge, admission, stopping
    }

    package var connectionsAccepted = 0
    package var connectionsOpen = 0
    /// Requests whose line has arrived.
    package var requests = 0
    package var requestsInFlight = 0
    /// Connections and requests turned away, by reason.
    package var refused: [Refusal: Int] = [:]
    /// Exchanges whose client went away before they were over.
    package var clientsLeft = 0
    /// Responses that could not be sent as the handler made them; the client got a 500.
    package var unsendable = 0
    /// Bytes of bodies, without heads and chunk marks.
    package var bytesIn = 0
    package var bytesOut = 0

    package init() {}
}
