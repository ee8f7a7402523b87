import Testing
import WireFormats

@testable import ConsoleAPI

struct LiveQueueTests {
    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
    private func text(_ frames: [[UInt8]]?) -> String { text(Array((frames ?? []).joined())) }

    @Test func `what is put comes out once, in order`() {
        var queue = LiveQueue()
        #expect(queue.take() == nil && queue.isEmpty)
        queue.put(Array("a".utf8), of: "1")
        queue.put(Array("b".utf8), of: "2")
        #expect(text(queue.take()) == "ab")
        #expect(queue.take() == nil)
    }

    @Test func `what does not fit is counted, and so is what follows until the client has caught up`() {
        var queue = LiveQueue(bytesMax: 10)
        queue.put(Array("12345678".utf8), of: "1")
        queue.put(Array("123".utf8), of: "1", count: 3)
        queue.put(Array("x".utf8), of: "1", count: 2)          // would fit, but its place is after the gap
        queue.put(Array("y".utf8), of: "2")                    // another's own
        #expect(text(queue.take()) == "12345678y" + "event: lag\ndata: {\"id\":\"1\",\"leftOut\":5}\n\n")
        queue.put(Array("z".utf8), of: "1")
        #expect(text(queue.take()) == "z")
    }

    @Test func `of hints the newest counts, and none is left out`() {
        var queue = LiveQueue(bytesMax: 1)
        for number in 0..<1000 { queue.putHint(Array("h\(number) ".utf8), of: "1") }
        queue.putHint(Array("other".utf8), of: "2")
        #expect(text(queue.take()) == "h999 other")
    }

    @Test func `a subscription that ends leaves no hints and no gaps behind`() {
        var queue = LiveQueue(bytesMax: 0)
        queue.putHint(Array("a".utf8), of: "1")
        queue.put(Array("b".utf8), of: "2")
        queue.keep(only: ["3"])
        #expect(queue.isEmpty)
    }

    @Test func `a frame is one event, whatever is in it`() {
        let frame = text(LiveFrame.event("logs", ["message": "a\nevent: x\n\ndata: y\r\n\u{0}"]))
        #expect(frame.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
        #expect(frame.hasPrefix("event: logs\ndata: {") && frame.hasSuffix("}\n\n"))
    }
}
