import WireFormats

/// What waits for one client, in order and bounded: decides what is kept, what is left out, and that the client hears of it.
///
/// Frames that are all needed stand in line until they do not fit; what then comes is counted instead. Hints, of which only the newest
/// matters, replace each other and are never left out.
struct LiveQueue {
    private let bytesMax: Int
    private var line: [[UInt8]] = []
    private var bytes = 0
    private var hints: [(subscription: String, frame: [UInt8])] = []
    private var leftOut: [(subscription: String, count: Int)] = []

    init(bytesMax: Int = Limits.queueBytesMax) { self.bytesMax = bytesMax }

    var isEmpty: Bool { line.isEmpty && hints.isEmpty && leftOut.isEmpty }

    /// - Parameter count: of the things in the frame, for the count of what is left out.
    mutating func put(_ frame: [UInt8], of subscription: String, count: Int = 1) {
        // Once something is left out, so is what follows, until the client has caught up: a gap has one place.
        guard !leftOut.contains(where: { $0.subscription == subscription }), bytes + frame.count <= bytesMax else {
            return leaveOut(count, of: subscription)
        }
        line.append(frame)
        bytes += frame.count
    }

    mutating func putHint(_ frame: [UInt8], of subscription: String) {
        if let place = hints.firstIndex(where: { $0.subscription == subscription }) {
            hints[place].frame = frame
        } else {
            hints.append((subscription, frame))
        }
    }

    mutating func leaveOut(_ count: Int, of subscription: String) {
        if let place = leftOut.firstIndex(where: { $0.subscription == subscription }) {
            leftOut[place].count += count
        } else {
            leftOut.append((subscription, count))
        }
    }

    /// Every frame there is to send now, with what was left out at the place where it is missing; nil when there is nothing.
    mutating func take() -> [[UInt8]]? {
        guard !isEmpty else { return nil }
        let all = line + leftOut.map { LiveFrame.lag($0.subscription, count: $0.count) } + hints.map(\.frame)
        (line, bytes, hints, leftOut) = ([], 0, [], [])
        return all
    }

    /// Forgets what waits for subscriptions that are no more.
    mutating func keep(only subscriptions: Set<String>) {
        hints.removeAll { !subscriptions.contains($0.subscription) }
        leftOut.removeAll { !subscriptions.contains($0.subscription) }
    }
}

/// Server-sent events (WHATWG HTML, 9.2): a name and one line of JSON.
enum LiveFrame {
    static func event(_ name: String, _ value: WireValue) -> [UInt8] {
        // JSON has no raw line feeds, so the data is one line.
        Array("event: \(name)\ndata: ".utf8) + JSON.encode(value) + Array("\n\n".utf8)
    }

    static func lag(_ subscription: String, count: Int) -> [UInt8] {
        event("lag", ["id": .text(subscription), "leftOut": .integer(Int64(count))])
    }
}
