import SignalModel
import Testing
import WireFormats

@testable import Demonstrations

struct TicketSaleTests {
    // MARK: The same story each time

    @Test func `the same seed tells the same story, another seed another`() {
        let first = Story(seed: 3, minutes: 2), second = Story(seed: 3, minutes: 2), other = Story(seed: 4, minutes: 2)
        #expect(first.lines.map(\.message) == second.lines.map(\.message))
        #expect(first.documents.map { JSON.encode($0.value) } == second.documents.map { JSON.encode($0.value) })
        #expect(first.data.map { "\($0)" } == second.data.map { "\($0)" })
        #expect(first.lines.map(\.message) != other.lines.map(\.message))
    }

    @Test func `steps of any length tell the same`() {
        let coarse = Story(seed: 3, minutes: 3, stepSeconds: 30), fine = Story(seed: 3, minutes: 3, stepSeconds: 1)
        #expect(coarse.lines.map(\.message) == fine.lines.map(\.message))
        #expect(coarse.data.map { "\($0)" } == fine.data.map { "\($0)" })
        #expect(coarse.documents.map { JSON.encode($0.value) } == fine.documents.map { JSON.encode($0.value) })
    }

    @Test func `a step tells nothing that lies ahead, and nothing twice`() {
        var sale = TicketSale(seed: 1, start: Story.start, live: Story.start, speed: 1)
        var told: Set<String> = []
        for second in Int64(1)...90 {
            let until = Timestamp(seconds: Story.start.seconds + second), before = Timestamp(seconds: until.seconds - 1)
            let traffic = sale.step(to: until)
            #expect(traffic.lines.allSatisfy { before < $0.time && $0.time <= until })
            #expect(traffic.documents.allSatisfy { before < $0.time && $0.time <= until })
            #expect(traffic.data.allSatisfy { $0.time.seconds + MetricBook.periodSeconds <= until.seconds })
            #expect(traffic.lines.allSatisfy { told.insert("\($0.time) \($0.stream.name) \($0.message)").inserted })
        }
        #expect(told.count > 500)
    }

    // MARK: Logs

    @Test func `a stream is announced before its first line, and its lines are in the order of time`() {
        var sale = TicketSale(seed: 5, start: Story.start, live: Story.start, speed: 1)
        var known: Set<Traffic.Stream> = [], last: [Traffic.Stream: Timestamp] = [:]
        for second in Int64(1)...150 {
            let traffic = sale.step(to: Timestamp(seconds: Story.start.seconds + second))
            #expect(traffic.newStreams.allSatisfy { known.insert($0).inserted })
            for line in traffic.lines {
                #expect(known.contains(line.stream))
                #expect(last[line.stream].map { $0 <= line.time } ?? true)
                last[line.stream] = line.time
            }
        }
        #expect(known.count > 15)
        #expect(known.allSatisfy { $0.name.wholeMatch(of: #/2026/01/31/\[\$LATEST\][0-9a-f]{32}/#) != nil })
    }

    @Test func `every line has one of Lambda's forms or is a JSON object with the fields of the house`() throws {
        let forms: [Regex<Substring>] = [
            #/INIT_START Runtime Version: nodejs:22\.v31\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}/#,
            #/START RequestId: [0-9a-f-]{36} Version: \$LATEST/#, #/END RequestId: [0-9a-f-]{36}/#,
            #/REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: \d+ MB\tMax Memory Used: \d+ MB\t(?:Init Duration: \d+\.\d\d ms\t)?(?:Status: timeout)?(?:\nXRAY TraceId: 1-[0-9a-f]{8}-[0-9a-f]{24}\tSegmentId: [0-9a-f]{16}\tSampled: true\t)?/#,
            #/2026-01-31T\d\d:\d\d:\d\d\.\d{3}Z\t[0-9a-f-]{36}\tERROR\tInvoke Error \t\{"errorType":"[^"]+","errorMessage":.*\}/#,
            #/2026-01-31T\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f-]{36} Task timed out after \d+\.00 seconds/#,
        ]
        var seen = [Int](repeating: 0, count: forms.count)
        for line in Story.usual.lines where !line.message.hasPrefix("{") {
            let form = forms.firstIndex { line.message.wholeMatch(of: $0) != nil }
            seen[try #require(form, "\(line.message)")] += 1
        }
        #expect(seen.allSatisfy { $0 > 0 })
        for record in try Story.usualRecords.get().map(\.root) {
            #expect(["INFO", "WARN", "ERROR"].contains(record["level"]?.text))
            for field: StaticString in ["timestamp", "service", "message", "request_id", "trace_id", "correlation_id", "event_type"] {
                #expect(record[field]?.text?.isEmpty == false, "\(field)")
            }
            #expect((record["errorType"]?.text == nil) == (record["level"]?.isText("ERROR") == false))
        }
    }

    @Test func `every invocation starts, ends and is reported`() {
        let lines = Story.usual.lines.map(\.message)
        func requests(_ prefix: String) -> [Substring] {
            lines.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count).prefix(36) }
        }
        let ended = requests("END RequestId: ")
        #expect(ended.count > 3000)
        #expect(ended == requests("REPORT RequestId: "))
        #expect(Set(ended).isSubset(of: requests("START RequestId: ")))
        #expect(Set(ended).count == ended.count)
    }

    // MARK: Metrics

    @Test(arguments: LambdaFunction.all)
    func `the metrics of a function agree with its logs`(function: LambdaFunction) {
        let story = Story.usual
        let lines = story.lines.filter { $0.stream.group == function.logGroup }.map(\.message)
        #expect(story.sum(.lambda(.invocations, function)) == Double(lines.count { $0.hasPrefix("REPORT") }))
        #expect(
            story.sum(.lambda(.errors, function))
                == Double(lines.count { $0.contains("\tERROR\tInvoke Error") || $0.contains("Task timed out") }))
    }

    @Test func `the metrics of the sale agree with its logs`() throws {
        let story = Story.usual
        let records = try Story.usualRecords.get().map(\.root)
        func count(_ type: StaticString) -> Double { Double(records.count { $0["event_type"]?.isText(type) == true }) }
        let issued = records.filter { $0["event_type"]?.isText("ticket_issued") == true }
        #expect(issued.count > 300)
        #expect(story.sum(.ticketsSold) == Double(issued.compactMap { $0["tickets"]?.integer }.reduce(0, +)))
        #expect(Show.all.reduce(0) { $0 + story.sum(.ticketsSold(of: $1)) } == story.sum(.ticketsSold))
        let timedOut = story.lines.count { $0.message.contains("Task timed out after 6.00") }
        #expect(story.sum(.paymentFailures) == count("payment_failed") + Double(timedOut))
        #expect(story.sum(.messagesReceived) >= count("order_received"))
        #expect(story.sum(.messagesSent) >= story.sum(.messagesReceived))
        #expect(story.sum(.messagesReceived) >= story.sum(.messagesDeleted))
    }

    @Test func `every metric that should never be silent has a value in every period`() {
        let periods = Set(Story.usual.data.map(\.time))
        #expect(periods.count == 12 * 60 / Int(MetricBook.periodSeconds))
        for metric in Metric.neverSilent {
            #expect(Set(Story.usual.data.filter { $0.metric == metric }.map(\.time)) == periods, "\(metric.name)")
        }
    }

    // MARK: The flash sale

    @Test func `a flash sale fills the queue, starts environments, throttles the table, fails payments and slows the API`() throws {
        // Live begins at the end of the story, so sales open 40 s after each multiple of 4 minutes.
        let story = Story.usual
        func window(_ from: Int64, _ to: Int64) -> (Metric) -> [Double] {
            let range = Timestamp(seconds: Story.start.seconds + from)..<Timestamp(seconds: Story.start.seconds + to)
            return { metric in
                story.data.filter { $0.metric == metric && range.contains($0.time) }.flatMap { datum in
                    datum.values.flatMap { Array(repeating: $0.value, count: $0.count) }
                }
            }
        }
        let calm = window(240, 280), rush = window(280, 340), after = window(420, 480)
        #expect(try #require(calm(.messagesVisible).max()) < 10)
        #expect(try #require(rush(.messagesVisible).max()) > 60)
        #expect(try #require(after(.messagesVisible).max()) < 10, "the queue drains before the next sale")
        #expect(rush(.paymentFailures).reduce(0, +) > 5 * (calm(.paymentFailures).reduce(0, +) + 1))
        #expect(calm(.table(.throttles, EventPro.inventory)).allSatisfy { $0 == 0 })
        #expect(rush(.table(.throttles, EventPro.inventory)).reduce(0, +) > 10)
        let (slow, usual) = (rush(.apiLatency).sorted(), calm(.apiLatency).sorted())
        #expect(slow[slow.count * 99 / 100] > 2 * usual[usual.count * 99 / 100])
        let coldStarts = story.lines.filter { $0.message.hasPrefix("INIT_START") }.map { $0.time.seconds - Story.start.seconds }
        #expect(coldStarts.count { (280..<340).contains($0) } > 3 * (1 + coldStarts.count { (240..<280).contains($0) }))
    }

    @Test func `each sale fails more than five payments in two tens of seconds in a row, and stops doing so`() {
        var tens: [Int64: Double] = [:]
        for datum in Story.usual.data where datum.metric == .paymentFailures {
            for (value, count) in datum.values {
                tens[(datum.time.seconds - Story.start.seconds) / 10, default: 0] += value * Double(count)
            }
        }
        for sale in Int64(0)..<3 {
            let over = (0..<24).map { tens[sale * 24 + $0, default: 0] > 5 }
            #expect(zip(over, over.dropFirst()).contains { $0 && $1 }, "sale \(sale)")
            #expect(!over[23] && !over[0])
        }
    }

    @Test func `more speed is more of the same`() {
        var sale = TicketSale(seed: 1, start: Story.start, live: Story.start, speed: 5)
        let five = sale.step(to: Timestamp(seconds: Story.start.seconds + 30)).lines.count
        var calm = TicketSale(seed: 1, start: Story.start, live: Story.start, speed: 1)
        let one = calm.step(to: Timestamp(seconds: Story.start.seconds + 30)).lines.count
        #expect(five > 3 * one && five < 8 * one)
    }

    // MARK: What is asked of it

    @Test func `the order that support asks about is there soon, fails, and is looked up again and again`() throws {
        let story = Story(seed: 11, minutes: 2)
        let records = try story.records().map(\.root).filter { $0["orderId"]?.isText("ORD-12345") == true }
        #expect(records.allSatisfy { $0["correlation_id"]?.isText("660e9500-f39c-52e5-b827-557766551111") == true })
        let types = records.compactMap { $0["event_type"]?.text }
        for type in ["checkout_requested", "order_queued", "order_received", "payment_failed", "order_failed"] {
            #expect(types.count { $0 == type } == 1, "\(type)")
        }
        #expect(types.count { $0 == "order_viewed" } >= 2)
    }

    @Test func `the seeds' other questions have answers within minutes`() throws {
        let records = try Story.usualRecords.get().map(\.root)
        func isError(_ record: WireNode) -> Bool { record["level"]?.isText("ERROR") == true }
        #expect(records.contains { isError($0) && $0["route"] != nil })
        #expect(records.contains { isError($0) && $0["message_id"] != nil })
        #expect(records.contains { ($0["duration_ms"]?.double ?? 0) > 1000 })
        #expect(
            records.contains {
                $0["path"]?.isText("/api/messages") == true && $0["method"]?.isText("POST") == true && $0["duration_ms"] != nil
            })
        #expect(records.contains { $0["message"]?.isText("Notification failed") == true && $0["error"] != nil && $0["message_id"] != nil })
        let errors = Set(records.compactMap { $0["errorType"]?.text })
        #expect(
            errors.isSuperset(of: ["PaymentDeclined", "PaymentTimeout", "InventoryConflict", "ThrottlingException", "NotificationRejected"])
        )
    }
}
