import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing

@testable import LogStore

/// A block of form 1 as it was once written, which must open for ever. `Fixtures/formats/log-block-1.txt` has a section a line, in hexadecimal.
@Suite struct StoredLogBlockTests {
    private static let start: Int64 = 1_795_248_000_000_000_000

    private let messages = (0..<6).map {
        #"{"timestamp":"2026-11-21T08:00:0\#($0).000Z","level":"\#(["INFO", "WARN"][$0 % 2])","user":"user-\#($0 * 37)","ms":\#($0).250,"id":"0123456789abcdef0123456789abcde\#($0)","ok":\#($0 % 3 == 0),"note":"line \#($0)\n"}"#
    } + [
        "REPORT RequestId: 8f507cfc-9e11-4a3f-bd1f-5d2d1a6c3a10\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t\n",
        "2026-11-21T08:00:07.000Z\t8f507cfc-9e11-4a3f-bd1f-5d2d1a6c3a11\tINFO\t{\"a\":{\"b\":[1, 2]}}\n", "plain text", #"{"a":1,"a":2}"#,
    ]

    private var written: [[UInt8]] {
        get throws {
            let times = messages.indices.map { Self.start + Int64($0) * 1_000_000_000 }
            let batch = TableBatch(
                table: .logs, partition: PartitionKey(window: 0), scope: BlockScope(tenant: Tenant(account: "000000000000", region: "r")),
                times: times[0]...times[times.count - 1], rowCount: messages.count,
                columns: [
                    .int64(times), .int64(times.map { $0 + 5_000_000 }), .uint32(messages.indices.map { UInt32($0 % 2) }),
                    .uint64(messages.indices.map { UInt64(1000 + $0) }), .bytes(BytesVector(messages)),
                ])
            var writer = LogBlockWriter()
            return writer.block(try LogRows([batch])).sections.map(\.bytes)
        }
    }

    @Test func `a stored block opens, with every message and field`() throws {
        let text = try Fixtures.text("formats/log-block-1.txt")
        let sections = text.split(separator: "\n").map { Hex.decode($0 == "-" ? "" : $0) ?? [] }
        let block = try LogBlock(rowCount: messages.count) { wanted in wanted.map { sections[$0] } }
        #expect(try block.allColumns()[4].strings == BytesVector(messages))
        #expect(try block.times().first == Self.start)
        let level = try block.field("level")
        #expect((0..<messages.count).map { level.isPresent($0) } == [true, true, true, true, true, true, false, false, false, false])
        #expect(try block.field("@duration").vector.strings?.text(at: 6) == "3.1")
        #expect(try block.field("a").vector.strings?.text(at: 7) == #"{"b":[1,2]}"#)
        #expect(try block.field("a").vector.strings?.text(at: 9) == "1")
    }

    @Test func `today's blocks are written as the stored one was`() throws {
        let lines = try written.map { $0.isEmpty ? "-" : Hex.encode($0) }.joined(separator: "\n") + "\n"
        #expect(try lines == Fixtures.text("formats/log-block-1.txt"), "a changed form needs a number of its own: \(lines)")
    }
}
