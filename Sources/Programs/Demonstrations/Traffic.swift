import SignalModel
import WireFormats

/// What a system has to tell of some time: values, which a `TrafficSender` turns into calls.
struct Traffic: Sendable {
    struct Stream: Hashable, Sendable {
        let group: String
        let name: String
    }

    struct Line: Sendable {
        let stream: Stream
        let time: Timestamp
        let message: String
    }

    /// One metric's values in one period, each with how often it came.
    struct Datum: Sendable {
        let metric: Metric
        /// The period's start.
        let time: Timestamp
        let values: [(value: Double, count: Int)]
    }

    /// A segment document of X-Ray.
    struct Document: Sendable {
        /// When it was sent: when its last work ended.
        let time: Timestamp
        let value: WireValue
    }

    /// Streams whose first line is among these or will follow.
    var newStreams: [Stream] = []
    /// By time.
    var lines: [Line] = []
    var data: [Datum] = []
    /// By time.
    var documents: [Document] = []
}

struct Metric: Hashable, Sendable {
    let namespace: String
    let name: String
    let unit: String
    var dimension: Dimension?

    struct Dimension: Hashable, Sendable {
        let name: String
        let value: String
    }

    var sortKey: (String, String, String) { (namespace, name, dimension?.value ?? "") }
}
