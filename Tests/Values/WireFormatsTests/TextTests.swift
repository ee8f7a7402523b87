import Platform
import Simulation
import Testing

@testable import WireFormats

private func instant(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { ISO8601.nanoseconds($0) } }

@Suite struct TextTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1969-12-31T23:59:59.999Z", -1_000_000), ("2026-11-21T08:00:00Z", 1_795_248_000_000_000_000),
        ("2026-11-21T08:00:00+00:00", 1_795_248_000_000_000_000), ("2026-11-21T09:30:00+0130", 1_795_248_000_000_000_000),
        ("2026-11-21 08:00:00", 1_795_248_000_000_000_000), ("2026-11-21T00:00-08", 1_795_248_000_000_000_000),
        ("2000-02-29T00:00:00.123456789Z", 951_782_400_123_456_789), ("2000-02-29T00:00:00.1234567891Z", 951_782_400_123_456_789),
    ] as [(String, Int64)])
    func `instants read from text`(_ text: String, _ nanoseconds: Int64) {
        #expect(instant(text) == nanoseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-00-01", "2026-02-29", "1900-02-29", "2026-04-31", "2026-11-21T", "2026-11-21T8:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T08:60:00Z", "2026-11-21T08:00:00.Z", "2026-11-21T08:00:00Zx", "2026-11-21T08:00:00+25:00", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "2026-11-21T08:00:00+1", "not a date",
    ])
    func `what is no instant is refused`(_ text: String) {
        #expect(instant(text) == nil)
    }

    @Test func `instants written by the platform read back`() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<2000 {
            let nanoseconds = Int64(bitPattern: random.next()) / 1_000_000 * 1_000_000
            #expect(instant(UTCText.milliseconds(nanoseconds)) == nanoseconds)
        }
    }

    @Test func `epoch seconds out of range are refused`() {
        #expect(EpochTime.nanoseconds(seconds: 9.3e9) == nil && EpochTime.nanoseconds(seconds: Double.nan) == nil)
        #expect(EpochTime.nanoseconds(seconds: Int64.max) == nil)
        #expect(EpochTime.nanoseconds(seconds: 1.0000014) == 1_000_001_000)
    }

    @Test func `percent-encoding`() {
        #expect(PercentEncoding.decode("a%20b%2Fc+d") == "a b/c+d")
        #expect(PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
        #expect(PercentEncoding.decode("%e2%82%AC") == "€")
        #expect(PercentEncoding.decode("%") == nil && PercentEncoding.decode("%zz") == nil && PercentEncoding.decode("%ff") == nil)
        #expect(PercentEncoding.encode("a b/c~é") == "a%20b%2Fc~%C3%A9")
        #expect(PercentEncoding.encode("a b/c", keepingSlash: true) == "a%20b/c")
    }

    @Test func `query items keep their order`() throws {
        let items = try #require(HTTPRequestHead(method: "GET", path: "/a%20b", query: "x=1&y&x=%20+&&z=a=b").queryItems)
        #expect(items.map(\.name) == ["x", "y", "x", "z"] && items.map(\.value) == ["1", "", "  ", "a=b"])
        #expect(HTTPRequestHead(method: "GET", path: "/", query: "a=%").queryItems == nil)
        #expect(HTTPRequestHead(method: "GET", path: "/a%20b").decodedPath == "/a b")
    }
}
