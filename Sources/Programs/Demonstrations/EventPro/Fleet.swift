import Platform
import SignalModel

/// The environments of one Lambda function. Each handles one invocation at a time and writes a log stream of its own.
struct Fleet: Sendable {
    struct Environment: Sendable {
        let stream: String
        /// Megabytes; grows a little with use.
        var memory: Int
        var busySince: Timestamp
        var freeAt: Timestamp
    }

    /// AWS keeps an idle environment for some minutes; less here, so that every sale sees new ones.
    private static let idleSecondsMax = 100.0

    let function: LambdaFunction
    let concurrencyMax: Int
    private(set) var environments: [Environment] = []
    /// Streams made since they were last asked for.
    private var newStreams: [String] = []

    init(_ function: LambdaFunction, speed: Double) {
        self.function = function
        concurrencyMax = max(1, Int((Double(function.concurrencyMax) * speed).rounded()))
    }

    func busyCount(at time: Timestamp) -> Int { environments.count { $0.busySince <= time && time < $0.freeAt } }

    /// Whether an invocation could begin now.
    func hasRoom(at time: Timestamp) -> Bool { environments.count < concurrencyMax || environments.contains { $0.freeAt <= time } }

    /// An environment for an invocation that begins now: the one that was used last, else a new one.
    /// - Returns: nil when as many as are allowed are busy.
    mutating func take(at time: Timestamp, _ chance: inout Chance) -> (index: Int, isCold: Bool)? {
        environments.removeAll { time.seconds(since: $0.freeAt) > Self.idleSecondsMax }
        let warm = environments.indices.filter { environments[$0].freeAt <= time }
        if let index = warm.max(by: { environments[$0].freeAt < environments[$1].freeAt }) {
            environments[index].memory = min(function.memoryMegabytes, environments[index].memory + chance.integer(in: 0...1))
            return (index, false)
        }
        guard environments.count < concurrencyMax else { return nil }
        let day = UTCText.milliseconds(time.nanoseconds).prefix(10).split(separator: "-").joined(separator: "/")
        let stream = "\(day)/[$LATEST]\(chance.hex(digits: 32))"
        let memory = function.memoryMegabytes / 4 + chance.integer(in: 0...20)
        environments.append(Environment(stream: stream, memory: memory, busySince: time, freeAt: time))
        newStreams.append(stream)
        return (environments.count - 1, true)
    }

    mutating func occupy(_ index: Int, from start: Timestamp, until end: Timestamp) {
        environments[index].busySince = start
        environments[index].freeAt = end
    }

    mutating func takeNewStreams() -> [String] {
        defer { newStreams = [] }
        return newStreams
    }
}
