import Platform
import Simulation
import Synchronization
import Testing

struct LogTests {
    private let lines = Lines()
    private let clock = ManualClock(wallNanoseconds: 1_769_847_300_250_999_999)

    private var log: Log { Log(component: "test", time: clock, write: { [lines] in lines.append($0) }) }

    @Test func `an event is one line with its time, level, component and fields`() {
        log.warning("part set aside", ["part": "day 7", "bytes": 310, "path": "/a\"b\n", "none": ""])
        #expect(
            lines.all == [
                "time=2026-01-31T08:15:00.250Z level=warning component=test message=\"part set aside\" part=\"day 7\" bytes=310"
                    + " path=\"/a\\\"b\\n\" none=\"\"\n"
            ])
    }

    @Test func `what is below the level is not written`() {
        log.debug("x")
        log.info("y")
        #expect(lines.all.count == 1)
    }

    @Test func `a flood is cut, and the next line says by how much`() {
        let limit = LogLimit(count: 2, intervalNanoseconds: 1_000_000_000)
        for number in 0..<10 { log.warning("slow", limit: limit, ["number": number]) }
        #expect(lines.all.count == 2)
        clock.advance(bySeconds: 1)
        log.warning("slow", limit: limit)
        #expect(lines.all.last?.hasSuffix("message=slow omitted=8\n") == true)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (Int64.max, "2262-04-11T23:47:16.854Z"), (Int64.min, "1677-09-21T00:12:43.145Z"),
        (1_709_251_199_999_000_000, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000Z"),
    ] as [(Int64, String)])
    func `instants are told in UTC`(nanoseconds: Int64, text: String) {
        #expect(UTCText.milliseconds(nanoseconds) == text)
    }
}

private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func append(_ line: String) { lines.withLock { $0.append(line) } }
}
