import AWSProtocol
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import LogsAPI

/// Events in and out, and what is refused on the way.
struct EventTests {
    private let world = LogsWorld()

    private func get(_ more: (String, WireValue)...) async throws -> LogsWorld.Answer {
        try await world.call("GetLogEvents", .structure([("logGroupName", "g"), ("logStreamName", "s")] + more))
    }

    private func filter(_ more: (String, WireValue)...) async throws -> LogsWorld.Answer {
        try await world.call("FilterLogEvents", .structure([("logGroupName", "g")] + more))
    }

    @Test func `what is put is read back byte for byte, in order of time and then of arrival`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", [(-5, "b"), (-5, "c\n\"ü\u{1}"), (0, "d")])
        try await world.put("g", "s", [(-9, "a"), (-5, "c2")])
        let answer = try await get(("startFromHead", true))
        #expect(answer.messages == ["a", "b", "c\n\"ü\u{1}", "c2", "d"])
        let first = try #require(answer.root["events"]?.children.first { _ in true })
        #expect(first["timestamp"]?.integer == LogsWorld.now - 9)
        #expect(first["ingestionTime"]?.integer == LogsWorld.now)
    }

    @Test func `paging forward ends with the token that was sent, which later finds what came since`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", (0..<5).map { (-100 + $0 / 2, "m\($0)") })
        var page = try await get(("startFromHead", true), ("limit", 2))
        var pages = [page.messages]
        var token = ""
        while let next = page.root["nextForwardToken"]?.text, next != token {
            token = next
            page = try await get(("startFromHead", true), ("limit", 2), ("nextToken", .text(token)))
            pages.append(page.messages)
        }
        #expect(pages == [["m0", "m1"], ["m2", "m3"], ["m4"], []])
        try await world.put("g", "s", [(-1, "late")])
        #expect(try await get(("nextToken", .text(token))).messages == ["late"])
    }

    @Test func `paging backward goes from the newest events to the oldest`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", (0..<5).map { (-100, "m\($0)") })
        var page = try await get(("limit", 2))
        var pages = [page.messages]
        while !page.messages.isEmpty {
            page = try await get(("limit", 2), ("nextToken", .text(try #require(page.root["nextBackwardToken"]?.text))))
            pages.append(page.messages)
        }
        #expect(pages == [["m3", "m4"], ["m1", "m2"], ["m0"], []])
        let forward = try await get(("limit", 9), ("nextToken", .text(try #require(page.root["nextForwardToken"]?.text))))
        #expect(forward.messages == ["m0", "m1", "m2", "m3", "m4"])
    }

    @Test func `a page ends before a megabyte is full, and holds one event at least`() async throws {
        try await world.make("g", streams: "s")
        let large = String(repeating: "x", count: 600_000)
        for index in 0..<3 { try await world.put("g", "s", [(Int64(index), large)]) }
        let page = try await get(("startFromHead", true))
        #expect(page.messages.count == 1)
        let next = try await get(("nextToken", .text(try #require(page.root["nextForwardToken"]?.text))))
        #expect(next.root["events"]?.children.map { $0["timestamp"]?.integer } == [LogsWorld.now + 1])
    }

    @Test func `a token of another stream, of another request or of one's own making is refused`() async throws {
        try await world.make("g", streams: "s", "other")
        try await world.put("g", "s", [(0, "a")])
        let token = try #require(try await get().root["nextForwardToken"]?.text)
        #expect(token.hasPrefix("f/") && token.utf8.count == 58)
        let flipped = "b/" + token.dropFirst(2)
        for bad in ["f/1/s", "x", flipped, token + "0", String(token.dropLast()) + (token.last == "0" ? "1" : "0")] {
            let answer = try await get(("nextToken", .text(bad)))
            #expect(answer.code == "InvalidParameterException" && answer.message == "The specified nextToken is invalid.", "\(bad)")
        }
        let elsewhere = try await world.call("GetLogEvents", ["logGroupName": "g", "logStreamName": "other", "nextToken": .text(token)])
        #expect(elsewhere.code == "InvalidParameterException")
        #expect(try await filter(("nextToken", .text(token))).code == "InvalidParameterException")
    }

    @Test func `times are from the start on, to before the end in a stream and with the end in a search`() async throws {
        try await world.make("g", streams: "s")
        try await world.put("g", "s", (0..<5).map { ($0, "m\($0)") })
        let times: [(String, WireValue)] = [("startTime", .integer(LogsWorld.now + 1)), ("endTime", .integer(LogsWorld.now + 3))]
        #expect(try await get(times[0], times[1], ("startFromHead", true)).messages == ["m1", "m2"])
        #expect(try await filter(times[0], times[1]).messages == ["m1", "m2", "m3"])
        #expect(try await get(times[0], ("endTime", times[0].1)).messages == [])
    }

    @Test func `events out of reach are left out and named, the others kept`() async throws {
        try await world.make("g", streams: "s")
        let day: Int64 = 86_400_000
        let old = try await world.put("g", "s", [(-14 * day - 2, "x"), (-14 * day - 1, "y"), (-14 * day, "kept")])
        #expect(old.text.contains(#""rejectedLogEventsInfo":{"tooOldLogEventEndIndex":2}"#))
        let new = try await world.put("g", "s", [(0, "kept too"), (7_200_000, "just in time"), (7_200_001, "too new")])
        #expect(new.text.contains(#""rejectedLogEventsInfo":{"tooNewLogEventStartIndex":2}"#))
        _ = try await world.call("PutRetentionPolicy", ["logGroupName": "g", "retentionInDays": 1])
        let expired = try await world.put("g", "s", [(-day - 1, "expired"), (-day, "not yet")])
        #expect(expired.text.contains(#""rejectedLogEventsInfo":{"expiredLogEventEndIndex":1}"#))
        let nothing = try await world.put("g", "s", [(Int64.max / 1_000_000 - LogsWorld.now, "in 2262")])
        #expect(nothing.status == 200 && nothing.text.contains(#""tooNewLogEventStartIndex":0"#))
        #expect(try await get(("startFromHead", true)).messages == ["kept", "not yet", "kept too", "just in time"])
    }

    @Test func `a wrong batch is refused whole`() async throws {
        try await world.make("g", streams: "s")
        let now = "\(LogsWorld.now)"
        func put(_ events: String) async throws -> LogsWorld.Answer {
            try await world.call("PutLogEvents", json: #"{"logGroupName":"g","logStreamName":"s","logEvents":\#(events)}"#)
        }
        let wrong = [
            "[]", "null", "{}", "[1]", #"[{"timestamp":\#(now)}]"#, #"[{"message":"m"}]"#, #"[{"timestamp":"x","message":"m"}]"#,
            #"[{"timestamp":\#(now),"message":7}]"#, #"[{"timestamp":\#(now),"message":""}]"#, #"[{"timestamp":-1,"message":"m"}]"#,
            #"[{"timestamp":1.5,"message":"m"}]"#, #"[{"timestamp":\#(now),"message":"a"},{"timestamp":1,"message":"b"}]"#,
            "[" + Array(repeating: #"{"timestamp":\#(now),"message":"m"}"#, count: 10_001).joined(separator: ",") + "]",
            #"[{"timestamp":\#(now),"message":"\#(String(repeating: "x", count: 1_048_551))"}]"#,
        ]
        for events in wrong {
            let answer = try await put(events)
            #expect(answer.status == 400, "\(events.prefix(100))")
            #expect(["InvalidParameterException", "SerializationException"].contains(answer.code ?? ""), "\(answer.text.prefix(300))")
        }
        #expect(world.store.eventCount == 0)
        let largest = try await put(#"[{"timestamp":\#(now),"message":"\#(String(repeating: "x", count: 1_048_550))"}]"#)
        #expect(largest.status == 200)
        let span = try await world.put("g", "s", [(-86_400_001, "a"), (0, "b")])
        #expect(span.message == "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
    }

    @Test func `a write that the store refuses is not answered as done`() async throws {
        try await world.make("g", streams: "s")
        world.store.failNextCommit(with: StorageError(code: .busy, message: "cannot take more"))
        let busy = try await world.put("g", "s", [(0, "a")])
        #expect(busy.code == "ThrottlingException")
        world.store.failNextCommit(with: StorageError(code: .inputOutput, message: "disk on fire"))
        let broken = try await world.put("g", "s", [(0, "a")])
        #expect(broken.status == 500 && !broken.text.contains("fire"))
        #expect(world.store.eventCount == 0)
    }

    @Test func `a search goes through all streams by time, with names and ids, page by page`() async throws {
        try await world.make("g", streams: "a-1", "a-2", "b-1")
        for (offset, stream) in ["b-1", "a-2", "a-1"].enumerated() {
            try await world.put("g", stream, (0..<150).map { (Int64(3 * $0 + offset), "\(stream) \($0)") })
        }
        var events: [WireNode] = []
        var token: String?
        repeat {
            let answer = try await filter([("limit", 70)] + (token.map { [("nextToken", .text($0))] } ?? []))
            events += answer.root["events"]?.children.map { $0 } ?? []
            #expect(answer.root["searchedLogStreams"]?.childCount == 0)
            token = answer.root["nextToken"]?.text
        } while token != nil
        #expect(events.count == 450)
        #expect(events.map { $0["timestamp"]?.integer } == (0..<450).map { LogsWorld.now + $0 })
        #expect(events.allSatisfy { $0["message"]?.text?.hasPrefix(($0["logStreamName"]?.text ?? "?") + " ") == true })
        let ids = events.compactMap { $0["eventId"]?.text }
        #expect(Set(ids).count == 450 && ids == ids.sorted() && ids.allSatisfy { $0.utf8.count == 56 })
        #expect(try await filter(("logStreamNamePrefix", "a-")).messages.count == 300)
        #expect(try await filter(("logStreamNames", ["b-1", "a-1"])).messages.count == 300)
        #expect(try await filter(("logStreamNamePrefix", "none")).messages == [])
    }

    private func filter(_ more: [(String, WireValue)]) async throws -> LogsWorld.Answer {
        try await world.call("FilterLogEvents", .structure([("logGroupName", "g")] + more))
    }

    @Test func `a search filters, also where the store cannot`() async throws {
        try await world.make("g", streams: "s")
        try await world.put(
            "g", "s",
            [
                (0, "ERROR one"), (1, #"{"level":"ERROR","ms":1500}"#), (2, #"{"level":"ERROR","ms":5}"#), (3, "INFO ERROR not"),
                (4, "fine"),
            ])
        #expect(try await filter(("filterPattern", "ERROR -INFO")).messages.count == 3)
        #expect(try await filter(("filterPattern", "{ $.level = ERROR && $.ms > 100 }")).messages == [#"{"level":"ERROR","ms":1500}"#])
        #expect(try await filter(("filterPattern", "[level, ...]"), ("limit", 2)).messages.count == 2)
        let bad = try await filter(("filterPattern", "{ $.a == 1 }"))
        #expect(bad.code == "InvalidParameterException" && bad.message?.contains("character 7") == true, "\(bad.text)")
    }

    @Test func `tokens and ids keep their place whatever the numbers`() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<1000 {
            let position = EventPosition(
                time: Int64.random(in: 0...Int64.max, using: &random), number: UInt64.random(in: 0...UInt64.max, using: &random))
            let token = EventToken(.backward, position)
            let read = EventToken(token.text(for: ["a"]), for: ["a"])
            #expect(read?.position == position && read?.direction == .backward)
            #expect(EventToken(token.text(for: ["a"]), for: ["b"]) == nil)
            let pointer = EventPointer(position: position, group: UInt32.random(in: 0...UInt32.max, using: &random), stream: 7)
            #expect(EventPointer(pointer.text) == pointer)
        }
        #expect(EventPointer("") == nil && EventPointer("AAAA") == nil && EventPointer(String(repeating: "A", count: 44)) == nil)
    }
}
