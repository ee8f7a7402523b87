import Columns
import Simulation
import Testing

@testable import WireFormats

@Suite struct MessageShapesTests {
    /// What shapes say of a message: the message put together again, and what a query sees of each field.
    private struct Reading: Equatable {
        var message: [UInt8] = []
        var fields: [String: [UInt8]] = [:]
    }

    private func reading(_ message: [UInt8], _ shapes: inout MessageShapes) -> Reading? {
        var tokens = TokenList()
        return message.withUnsafeBufferPointer { text -> Reading? in
            guard let number = shapes.shape(of: text, &tokens) else { return nil }
            let shape = shapes.shapes[number]
            var reading = Reading()
            for (slot, field) in shape.slots.enumerated() {
                let token = UnsafeBufferPointer(rebasing: text[tokens[slot]])
                reading.message += shape.literals[slot] + token
                if let shown = shapes.fields[field].kind.shown(token), shapes.fields[field].isNamed {
                    reading.fields[shapes.fields[field].name] = shown
                }
            }
            reading.message += shape.literals[shape.slots.count]
            if !shape.lambdaType.isEmpty { reading.fields["@type"] = Array(shape.lambdaType.utf8) }
            return reading
        }
    }

    /// Of a message that has a shape, shape and extractor must say the same.
    private func check(_ message: String, _ shapes: inout MessageShapes, names: [String]) {
        guard let found = reading(Array(message.utf8), &shapes) else { return }
        #expect(found.message == Array(message.utf8))
        let values = LogFieldExtractor(names: names).values(of: Array(message.utf8)[...])
        for (name, value) in zip(names, values) where !isInside(name, message, shapes) {
            #expect(found.fields[name].map { String(decoding: $0, as: UTF8.self) } == value, "\(name) of \(message)")
        }
    }

    /// Names of containers and of what lies in a token: the store asks the extractor for those.
    private func isInside(_ name: String, _ message: String, _ shapes: MessageShapes) -> Bool {
        shapes.shapes.contains { $0.containers.contains(name) }
            || shapes.fields.contains { $0.kind == .json && name.hasPrefix($0.name + ".") }
    }

    @Test func `lines of one program have one shape`() {
        var shapes = MessageShapes()
        for n in 0..<100 {
            let line = #"{"level":"INFO","n":\#(n),"user":{"id":"u-\#(n)","tags":["a",\#(n)]},"ok":\#(n % 2 == 0)}"#
            #expect(reading(Array(line.utf8), &shapes)?.fields["user.id"] == Array("u-\(n)".utf8))
        }
        #expect(shapes.shapes.count == 1)
        #expect(shapes.fields.map(\.name) == ["level", "n", "user.id", "user.tags", "ok"])
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"a.b":1,"a":{"b":2}}"#, #"{"a":1} x"#, #"{"a":01}"#, #"{"a":"\q"}"#, "{\"a\":\"\n\"}", "text with { a brace", "", "  ",
        #"{"k\u0065y":1}"#, "a\tb\tc", "{",
    ]) func `what cannot be promised to read alike has no shape`(_ message: String) {
        var shapes = MessageShapes()
        #expect(reading(Array(message.utf8), &shapes) == nil)
    }

    @Test func `Lambda's own lines have shapes, and their fields show as in a query`() throws {
        var shapes = MessageShapes()
        let id = "8f507cfc-9e11-4a3f-bd1f-5d2d1a6c3a10"
        let report = "REPORT RequestId: \(id)\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t\n"
        let fields = try #require(reading(Array(report.utf8), &shapes)).fields.mapValues { String(decoding: $0, as: UTF8.self) }
        #expect(fields == [
            "@type": "REPORT", "@requestId": id, "@duration": "3.1", "@billedDuration": "4", "@memorySize": "128000000",
            "@maxMemoryUsed": "40000000",
        ])
        let own = "2026-11-21T08:00:00.000Z\t\(id)\tINFO\t"
        #expect(reading(Array((own + "hello").utf8), &shapes)?.fields["@requestId"] == Array(id.utf8))
        #expect(reading(Array((own + #"{"a":{"b":5}}"# + "\n").utf8), &shapes)?.fields["a.b"] == [UInt8(ascii: "5")])
    }

    @Test func `a hostile log stays bounded`() {
        var shapes = MessageShapes()
        for n in 0..<20_000 { _ = reading(Array(#"{"key\#(n)":\#(n),"k":{"x\#(n % 7)":1}}"#.utf8), &shapes) }
        #expect(shapes.shapes.count <= MessageShapes.shapesMax)
        #expect(shapes.fields.count <= MessageShapes.fieldsMax)
        let wide = "{" + (0..<5000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}"
        #expect(reading(Array(wide.utf8), &shapes) == nil)
        let deep = String(repeating: #"{"a":"#, count: 500) + "1" + String(repeating: "}", count: 500)
        #expect(reading(Array(deep.utf8), &shapes) == nil)
    }

    @Test(arguments: fuzzSeeds(8)) func `of random messages shapes and the extractor say the same`(seed: UInt64) {
        var messages = RandomMessages(seed: seed)
        var shapes = MessageShapes()
        for _ in 0..<400 { check(messages.next(), &shapes, names: RandomMessages.names) }
        #expect(!shapes.shapes.isEmpty)
    }
}
