@testable import Platform
import Testing

struct TimeZoneTests {
    private func seconds(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64 = 0) -> Int64 {
        CivilDate.days(year: year, month: month, day: day) * 86_400 + hour * 3600
    }

    @Test(arguments: [
        ("Europe/Berlin", 1, 3600), ("Europe/Berlin", 7, 7200), ("America/New_York", 1, -18_000), ("America/New_York", 7, -14_400),
        ("Asia/Tokyo", 7, 32_400), ("Asia/Kolkata", 1, 19_800), ("Australia/Sydney", 1, 39_600), ("Australia/Sydney", 7, 36_000),
        ("Europe/Dublin", 7, 3600), ("UTC", 7, 0), ("Etc/GMT+5", 1, -18_000),
    ] as [(String, Int64, Int64)])
    func `offsets are those of the place and the season, for ever`(name: String, month: Int64, offset: Int64) throws {
        let zone = try #require(TimeZones().rules(named: name))
        for year: Int64 in [2010, 2026, 2037, 2060, 2200] { #expect(zone.secondsFromUTC(at: seconds(year, month, 15)) == offset, "\(year)") }
    }

    @Test func `clocks change at the second they change`() throws {
        let zone = try #require(TimeZones().rules(named: "Europe/Berlin"))
        for year: Int64 in [2026, 2050] {
            let last = (25...31).last { CivilDate.weekday(CivilDate.days(year: year, month: 3, day: $0)) == 0 }!
            let change = seconds(year, 3, last, 1)
            #expect(zone.secondsFromUTC(at: change - 1) == 3600 && zone.secondsFromUTC(at: change) == 7200)
        }
    }

    @Test func `local times turn into UTC and back, but for those that clocks skip`() throws {
        let zone = try #require(TimeZones().rules(named: "America/New_York"))
        for day in stride(from: seconds(2026, 1, 1), to: seconds(2027, 1, 1), by: 86_400 / 4) {
            let utc = zone.utc(ofLocal: day)
            #expect(utc + zone.secondsFromUTC(at: utc) == day)
        }
        #expect(zone.utc(ofLocal: seconds(2026, 3, 8, 2)) == seconds(2026, 3, 8, 7), "02:00 becomes 03:00 EDT")
        #expect(zone.utc(ofLocal: seconds(2026, 11, 1, 1)) == seconds(2026, 11, 1, 5), "the first of two")
    }

    @Test(arguments: ["EST5EDT,M3.2.0,M11.1.0", "<+03>-3", "CET-1CEST,M3.5.0,M10.5.0/3", "IST-1GMT0,M10.5.0,M3.5.0/1", "XXX3YYY,J60,J300/-2", "A-1", "", "EST", "EST5EDT", "CET-1CEST,M13.5.0,M10.5.0", "EST5EDT,M3.2.0"])
    func `rules of other forms are read or refused`(text: String) {
        let isRule = text.contains(",") && !text.contains("M13") && text != "EST5EDT,M3.2.0" || text == "<+03>-3"
        #expect((TimeZoneRule(text) != nil) == isRule)
    }

    @Test func `no bytes make the reader fall over`() throws {
        var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 200)
        for place in 5..<200 {
            for value: UInt8 in [1, 0x7f, 0xff] {
                bytes[place] = value
                _ = TimeZoneRules(tzif: bytes)
            }
            _ = TimeZoneRules(tzif: Array(bytes.prefix(place)))
        }
        for name in ["", "/etc/passwd", "../shadow", "Europe/../Asia/Tokyo", "posixrules.tab", String(repeating: "a", count: 500)] {
            #expect(TimeZones().rules(named: name) == nil)
        }
    }

    @Test func `days and dates agree`() {
        for days in stride(from: Int64(-40_000), to: 90_000, by: 17) {
            let date = CivilDate(days: days)
            #expect(CivilDate.days(year: date.year, month: date.month, day: date.day) == days)
        }
        #expect(CivilDate.weekday(CivilDate.days(year: 2026, month: 11, day: 21)) == 6, "a Saturday")
    }
}
