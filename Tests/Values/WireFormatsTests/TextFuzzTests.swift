import Columns
import Simulation
import Testing

@testable import WireFormats

/// Lines and short texts as outsiders send them, damaged and in memory that ends where they end.
struct TextFuzzTests {
    @Test(arguments: fuzzSeeds(3)) func `a damaged log message has a shape that gives it back, or none`(seed: UInt64) {
        var messages = RandomMessages(seed: seed)
        var shapes = MessageShapes()
        var tokens = TokenList()
        for round in 0..<600 {
            var message = Array(messages.next().utf8)
            if messages.random.oneIn(2) { message.mutate(using: &messages.random) }
            withExactBytes(message) { raw in
                let text = raw.assumingMemoryBound(to: UInt8.self)
                guard let number = shapes.shape(of: text, &tokens) else { return }
                let shape = shapes.shapes[number]
                var whole: [UInt8] = []
                for (slot, field) in shape.slots.enumerated() {
                    let token = UnsafeBufferPointer(rebasing: text[tokens[slot]])
                    whole += shape.literals[slot] + token
                    _ = shapes.fields[field].kind.shown(token)
                }
                #expect(whole + shape.literals[shape.slots.count] == message, "seed \(seed), round \(round)")
            }
        }
        #expect(!shapes.shapes.isEmpty)
    }

    @Test(arguments: fuzzSeeds(3)) func `the fields of a damaged log message are found in it, or none are`(seed: UInt64) {
        var messages = RandomMessages(seed: seed)
        let extractor = LogFieldExtractor(names: RandomMessages.names)
        for round in 0..<600 {
            var message = Array(messages.next().utf8)
            message.mutate(using: &messages.random)
            // Escapes may become longer as characters: \u0800 is six bytes as three.
            let all = LogFields.all(in: message[...])
            #expect(all.reduce(0) { $0 + $1.value.utf8.count } <= 4 * message.count * 3, "seed \(seed), round \(round)")
            #expect(extractor.values(of: message[...]).count == RandomMessages.names.count)
            withExactBytes(message) { raw in
                var scanner = JSONScanner(raw.assumingMemoryBound(to: UInt8.self))
                while let value = scanner.value() { #expect(value.range.upperBound <= raw.count, "seed \(seed), round \(round)") }
            }
        }
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged time, number or query is read or refused`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let times = ["2026-11-21T08:00:00.123456789Z", "2026-11-21 08:00:00+01:30", "2026-11-21", "2261-12-31T23:59:60-2359"]
        let numbers = ["-123456789012345678901.5e-300", "1", "1e400", "0.000001"]
        let queries = ["a=%20x&b=+&c", "Metric.member.1=%E2%82%AC&&=", "%41%zz=%"]
        for round in 0..<600 {
            func damaged(_ texts: [String]) -> [UInt8] {
                var bytes = Array(texts.randomElement(using: &random)!.utf8)
                bytes.mutate(using: &random)
                return bytes
            }
            withExactBytes(damaged(times)) { _ = ISO8601.nanoseconds($0.assumingMemoryBound(to: UInt8.self)) }
            withExactBytes(damaged(numbers)) { raw in
                let number = DecimalText.double(raw.assumingMemoryBound(to: UInt8.self))
                #expect(number?.isNaN != true, "seed \(seed), round \(round)")
            }
            let query = String(decoding: damaged(queries), as: UTF8.self)
            let head = HTTPRequestHead(method: "GET", path: query, query: query)
            if let items = head.queryItems {
                #expect(
                    items.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count } <= query.utf8.count, "seed \(seed), round \(round)")
            }
            #expect((head.decodedPath?.utf8.count ?? 0) <= query.utf8.count, "seed \(seed), round \(round)")
        }
    }
}
