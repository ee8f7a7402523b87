/// What pages may ask of the live stream.
enum Limits {
    /// Streams at once; each tab that is looked at has one.
    static let clientsMax = 128
    /// Of one user or key, or of one address where nobody is asked.
    static let clientsOfCallerMax = 32
    static let subscriptionsMax = 64
    /// Of one subscription; as many as an Insights query may name.
    static let groupsMax = 50
    /// What waits for one client. More is left out, and the client is told how much.
    static let queueBytesMax = 256 << 10
    /// Rows that were committed and wait to be looked through. More are left out, and their subscribers are told.
    static let pendingBytesMax = 16 << 20
    /// Events of one frame, and their bytes: a page can show the first before it has read the last, and a frame fits into the queue
    /// (escaped as JSON, one byte can become six).
    static let frameEventsMax = 200
    static let frameBytesMax = 64 << 10
    /// Of a log event in the stream; the rest is left out and marked. The whole is in the public API.
    static let messageBytesMax = 32 << 10
    /// Of frames that were sent, kept for a client that comes back. Most losses are of a moment; who missed more begins anew.
    static let replayBytesMax = 64 << 10
    /// How long a stream waits for its client to come back. Meanwhile it is kept up to date within `queueBytesMax`.
    static let absenceSeconds: Int64 = 60
    static let heartbeatSeconds: Int64 = 15
    /// Between two figures of the server about itself.
    static let selfSeconds: Int64 = 5
    /// A subscription to more series is told of every sample of its tenant.
    static let seriesMax = 100_000
}
