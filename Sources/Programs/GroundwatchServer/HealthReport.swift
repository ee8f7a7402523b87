import Platform
import WireFormats

/// Whether the server lives, can take requests, and how its parts are; in the plain form and in that of `/api/v1/health`.
struct HealthReport: Sendable {
    /// One part of the server and whether it works.
    struct Check: Sendable {
        let name: String
        /// It can be lived with: the server stays up, and says so.
        let isWarning: Bool
        /// Nil: it works; else why not.
        let failure: @Sendable () async -> String?

        init(name: String, isWarning: Bool = false, failure: @escaping @Sendable () async -> String?) {
            self.name = name
            self.isWarning = isWarning
            self.failure = failure
        }
    }

    private let checks: [Check]
    private let time: any TimeSource

    init(checks: [Check], time: any TimeSource) {
        self.checks = checks
        self.time = time
    }

    /// - Parameter showsReasons: why something is down may say more than everybody should know.
    func response(to head: HTTPRequestHead, showsReasons: Bool = true) async -> HTTPResponse? {
        guard head.method == "GET" || head.method == "HEAD" else { return nil }
        switch head.path {
        case "/health/live", "/api/v1/health/live": return Self.answer(200, ["status": "UP"])
        case "/health/ready", "/api/v1/health/ready", "/health/detailed", "/api/v1/health": return await detailed(showsReasons)
        default: return nil
        }
    }

    private func detailed(_ showsReasons: Bool) async -> HTTPResponse {
        var members: [(String, WireValue)] = []
        var reasons: [(String, WireValue)] = []
        var isUp = true
        for check in checks {
            let failure = await check.failure()
            members.append((check.name, failure == nil ? "UP" : check.isWarning ? "WARNING" : "DOWN"))
            if failure != nil, !check.isWarning { isUp = false }
            if let failure { reasons.append((check.name, .text(failure))) }
        }
        return Self.answer(isUp ? 200 : 503, .members(
            ("status", isUp ? "UP" : "DOWN"), ("checks", .map(members)),
            ("reasons", reasons.isEmpty || !showsReasons ? nil : .map(reasons)),
            ("timestamp", .text(UTCText.milliseconds(time.wallNanoseconds)))))
    }

    private static func answer(_ status: Int, _ value: WireValue) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", JSON.encode(value))
    }
}
