import Glibc
import Platform
import WireFormats

/// Structured log lines of twenty services on five hosts each: JSON of about 375 bytes, an error's stack included.
///
/// A request holds a thousand consecutive lines of one stream; four requests in a row share their correlation ids, so that each id is in
/// eight lines of up to four streams, close together, as a call's lines are.
struct LogLoad: Sendable {
    static let group = "/bench/services"
    static let linesPerRequest = 1_000
    static let linesPerCorrelation = 8
    private static let services = 20
    private static let hostsPerService = 5
    private static let requestsPerCorrelation = 4
    private static let paths = (0..<60).map {
        "/api/v\(1 + $0 % 2)/\(["orders", "carts", "users", "payments", "items", "search"][$0 % 6])/\($0 / 6)"
    }
    private static let events = (0..<24).map {
        ["order", "cart", "user", "payment"][$0 % 4] + ".\(["created", "read", "changed", "failed", "sent", "kept"][$0 / 4])"
    }
    private static let serviceChoice = Zipf(services, exponent: 1)
    private static let pathChoice = Zipf(60, exponent: 1.1)

    enum Level: String, CaseIterable, Sendable { case INFO, DEBUG, WARN, ERROR }

    let requests: Int
    /// Of the first and past the last line, in nanoseconds.
    let start: Int64
    let end: Int64
    private let seed: UInt64

    var count: Int { requests * Self.linesPerRequest }

    /// - Parameter end: the lines are spread over the two hours before it.
    init(requests: Int, end: Int64, seed: UInt64) {
        self.requests = requests
        self.end = end
        self.seed = seed
        start = end - 7_200 * 1_000_000_000
    }

    // MARK: Requests

    static var streams: [String] { (0..<services).flatMap { service in (0..<hostsPerService).map { "service-\(service)/host-\($0)" } } }

    /// The input of the PutLogEvents call of this number.
    func input(_ request: Int) -> WireValue {
        let stream = stream(of: request)
        let events: [WireValue] = (0..<Self.linesPerRequest).map { index in
            let milliseconds = time(of: request, index) / 1_000_000
            return ["timestamp": .integer(milliseconds), "message": .text(line(request, index, stream, milliseconds))]
        }
        return [
            "logGroupName": .text(Self.group), "logStreamName": .text("service-\(stream.service)/host-\(stream.host)"),
            "logEvents": .list(events),
        ]
    }

    /// The same events as JSON lines.
    func lines(_ request: Int) -> [UInt8] {
        let stream = stream(of: request)
        var body: [UInt8] = []
        body.reserveCapacity(Self.linesPerRequest * 420)
        for index in 0..<Self.linesPerRequest {
            body += line(request, index, stream, time(of: request, index) / 1_000_000).utf8
            body.append(UInt8(ascii: "\n"))
        }
        return body
    }

    private func stream(of request: Int) -> (service: Int, host: Int) {
        var random = SeededRandom(seed: seed, item: (request, 0), use: 1)
        return (Self.serviceChoice.draw(&random), random.below(Self.hostsPerService))
    }

    private func time(of request: Int, _ index: Int) -> Int64 {
        start + (end - start) / Int64(count) * Int64(request * Self.linesPerRequest + index)
    }

    private func line(_ request: Int, _ index: Int, _ stream: (service: Int, host: Int), _ milliseconds: Int64) -> String {
        var random = SeededRandom(seed: seed, item: (request, index))
        let level = Self.level(&random)
        let path = Self.paths[Self.pathChoice.draw(&random)]
        let duration = random.logNormal(median: 12, spread: 1)
        let thousandths = Int(duration * 1_000)
        var text = """
            {"timestamp":"\(UTCText.milliseconds(milliseconds * 1_000_000))","level":"\(level.rawValue)","service":"service-\(stream.service)",\
            "host":"host-\(stream.host)","event":"\(Self.events[random.below(24)])","path":"\(path)","status":\(level == .ERROR ? 500 : 200),\
            "duration_ms":\(thousandths / 1_000).\(String(1_000 + thousandths % 1_000).dropFirst()),"user_id":"user-\(random.below(200_000))",\
            "correlation_id":"\(correlation(request, index))","message_id":"\(random.hex(32))","message":"\(Self.message(level, path, &random))"
            """
        if level == .ERROR { text += ",\"stack\":\"\(Self.stack(&random))\"" }
        return text + "}"
    }

    private static func level(_ random: inout SeededRandom) -> Level {
        switch random.below(100) {
        case 0..<78: .INFO
        case 78..<92: .DEBUG
        case 92..<98: .WARN
        default: .ERROR
        }
    }

    private static func message(_ level: Level, _ path: String, _ random: inout SeededRandom) -> String {
        switch level {
        case .INFO: "request to \(path) answered after \(random.below(5)) retries"
        case .DEBUG: "cache \(random.happens(0.9) ? "hit" : "miss") for key \(random.below(10_000))"
        case .WARN: "slow answer from upstream \(random.below(12)), queue length \(random.below(500))"
        case .ERROR: "\(["timeout", "broker refused", "deadline exceeded"][random.below(3)]) after attempt \(1 + random.below(5))"
        }
    }

    private static func stack(_ random: inout SeededRandom) -> String {
        (0..<6 + random.below(8)).map { _ in "at com.example.\(events[random.below(24)])(Handler.java:\(random.below(900)))" }
            .joined(separator: "\\n")
    }

    /// The id that a line shares with seven others.
    private func correlation(_ request: Int, _ index: Int) -> String {
        let linesInOneRequest = Self.linesPerCorrelation / Self.requestsPerCorrelation
        var random = SeededRandom(seed: seed, item: (request / Self.requestsPerCorrelation, index / linesInOneRequest), use: 2)
        return random.hex(32)
    }

    // MARK: What answers must say

    /// An id that is in exactly eight lines: one of every four requests that are complete.
    func needle(_ number: Int) -> String {
        let groups = max(requests / Self.requestsPerCorrelation, 1)
        return correlation(number % groups * Self.requestsPerCorrelation, number * 37 % Self.linesPerRequest)
    }

    func needleCount(_ number: Int) -> Int {
        requests < Self.requestsPerCorrelation ? 2 * requests : Self.linesPerCorrelation
    }

    /// How many lines there are of each level.
    func levelCounts() -> [Level: Int] {
        var counts: [Level: Int] = [:]
        for request in 0..<requests {
            for index in 0..<Self.linesPerRequest {
                var random = SeededRandom(seed: seed, item: (request, index))
                counts[Self.level(&random), default: 0] += 1
            }
        }
        return counts
    }
}
