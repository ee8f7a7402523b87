import Bytes
import LogsAPI
import SignalModel
import Simulation
import Testing
import WireFormats

/// Requests and lines with something wrong in them: answered, or refused as the caller's mistake, never as ours.
struct RequestFuzzTests {
    @Test(arguments: fuzzSeeds(2)) func `a damaged request is answered or refused as the caller's mistake`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let world = LogsWorld()
        try await world.make("app/web", streams: "web-1")
        try await world.put("app/web", "web-1", [(-3000, "INFO started"), (-2000, #"{"level":"INFO","n":2}"#)])
        var requests: [(operation: String, body: [UInt8])] = []
        for path in FixtureTests.paths {
            let fixture = try WireDocument(json: Array(try Fixtures.text("aws/logs/" + path).utf8)).root
            guard let request = fixture["request"] else { continue }
            requests.append((String(path.prefix { $0 != "/" }), JSON.encode(FixtureTests.value(request))))
        }
        var served = 0
        for round in 0..<500 {
            var (operation, body) = requests.randomElement(using: &random)!
            if random.oneIn(2) { body.mutate(using: &random) } else { Self.exchangeValue(in: &body, &random) }
            let answer = try await world.call(operation, json: String(decoding: body, as: UTF8.self))
            #expect(answer.status == 200 || (400..<500).contains(answer.status), "seed \(seed), round \(round): \(operation): \(answer.text)")
            served += answer.status == 200 ? 1 : 0
        }
        #expect(served > 5, "the noise must hold sense too")
    }

    /// What stands behind one of the colons becomes something else.
    private static func exchangeValue(in body: inout [UInt8], _ random: inout SeededRandom) {
        let colons = body.indices.filter { body[$0] == UInt8(ascii: ":") }
        guard let colon = colons.randomElement(using: &random) else { return }
        let end = body[(colon + 1)...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? body.endIndex
        let words = ["null", "-1", "0", "9223372036854775807", "1e400", "\"\"", "\"\\u0000\"", "[]", "{}", "[[]]", "true", "\"\(String(repeating: "x", count: 9000))\"", "\"{ $.a = \""]
        body.replaceSubrange((colon + 1)..<end, with: words.randomElement(using: &random)!.utf8)
    }

    @Test(arguments: fuzzSeeds(3)) func `damaged lines are stored or refused, and nothing of what was refused is there`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let lines = [
            #"{"timestamp":"2026-11-21T07:59:59.250Z","service":"cart","host":"a","level":"INFO","n":1,"tags":["a",{"b":null}]}"#,
            #"{"timestamp":1795247999,"service":"cart","text":"caf\u00e9 \ud83d\ude00 \\ \" /"}"#, "",
        ]
        for round in 0..<150 {
            let world = LogsWorld()
            var body = Array((0..<Int.random(in: 1...6, using: &random)).map { _ in lines.randomElement(using: &random)! }.joined(separator: "\n").utf8)
            if random.oneIn(2) { body.mutate(using: &random) }
            let isPacked = random.oneIn(3)
            if isPacked { body = random.oneIn(2) ? Gzip.compress(body) : Zstd.compress(body) }
            let encoding = !isPacked ? nil : body.first == 0x1f ? "gzip" : "zstd"
            if random.oneIn(2) { body.mutate(using: &random) }
            let answer = try await world.post(
                "group=g&stream=service&time=timestamp", body, headers: encoding.map { ["Content-Encoding": $0] } ?? [:])
            #expect(answer.status == 200 || (400..<500).contains(answer.status), "seed \(seed), round \(round): \(answer.text)")
            guard answer.status == 200, let stored = answer.root["stored"]?.integer else {
                #expect(world.store.eventCount == 0, "seed \(seed), round \(round)")
                continue
            }
            #expect(world.store.eventCount == Int(stored), "seed \(seed), round \(round)")
        }
    }
}
