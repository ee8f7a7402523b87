import Drills
import Platform
import Testing

/// The alarms of five real systems, each in a file of its own with data that must set it off, data that must not, and no data at all.
struct SeedAlarmTests {
    private static let folder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/Examples/alarms"

    struct Example: Sendable, CustomTestStringConvertible {
        let path: String
        var testDescription: String { path.split(separator: "/").suffix(2).joined(separator: "/") }
    }

    private static let disk = LinuxFileSystem()

    static let examples: [Example] = ((try? disk.list(folder)) ?? []).sorted().flatMap { seed in
        ((try? disk.list("\(folder)/\(seed)")) ?? []).sorted().filter { $0.hasSuffix(".json") }.map { Example(path: "\(folder)/\(seed)/\($0)") }
    }

    @Test(arguments: examples)
    func `an example alarm fires when it must, is quiet when it must be, and knows what silence means`(example: Example) async throws {
        let file = try RuleTestFile(json: try Self.disk.contents(of: example.path, bytesMax: 1 << 20))
        #expect(file.tests.map(\.name) == ["it fires when it must", "it stays quiet when it must not fire", "without data"])
        for test in file.tests {
            let failures = try await file.failures(of: test)
            #expect(failures.isEmpty, "\(test.name): \(failures.joined(separator: "; "))")
        }
    }

    @Test func `every system has its alarms, three of them composite`() throws {
        let counts = Dictionary(grouping: Self.examples) { String($0.path.split(separator: "/").dropLast().last ?? "") }.mapValues(\.count)
        #expect(counts == ["000-eventpro": 9, "001-eventflow": 12, "002-observability-platform": 9, "003-weight-validation": 10, "004-rez-agent": 6])
        #expect(Self.examples.count { $0.path.contains("/composite-") } == 3)
    }
}
