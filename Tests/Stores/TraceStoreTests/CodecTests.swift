import Bytes
import ColumnStore
import Columns
import SignalModel
import Simulation
import Testing
import WireFormats

@testable import TraceStore

/// The codecs of span blocks: everything comes back as it was.
struct CodecTests {
    private func integers(_ values: [UInt64]) throws -> [UInt64] {
        var writer = StreamWriter()
        writer.append(integers: values)
        var reader = try StreamReader(writer.finished().bytes)
        let head = try reader.head()
        var stream = 0
        let place = try ByteReader.reading(head) { head throws(BytesError) in try IntegerPlace(&head, stream: &stream) }
        #expect(stream == reader.count)
        return try reader.integers(place, count: values.count)
    }

    private func texts(_ texts: BytesVector, own: OwnIDs? = nil) throws -> (texts: BytesVector, bytes: Int, form: UInt8?) {
        var writer = StreamWriter()
        writer.append(texts: texts, own: own)
        let section = writer.finished().bytes
        var reader = try StreamReader(section)
        let head = try reader.head()
        var stream = 0
        let place = try ByteReader.reading(head) { head throws(BytesError) in
            let place = try TextPlace(&head, stream: &stream, count: texts.count)
            try head.expectEnd()
            return place
        }
        return (try reader.texts(place, count: texts.count, own: own), section.count, head.first)
    }

    @Test(arguments: [
        [], [7], [7, 7, 7], [0, UInt64.max], [.max, 0, .max], [1, 2, 3, 4], Array(repeating: 5, count: 300), (0..<5_000).map { $0 * $0 },
        [1 << 63, 1 << 62, 3],
    ] as [[UInt64]])
    func `integers come back`(values: [UInt64]) throws { #expect(try integers(values) == values) }

    @Test func `times that grow by little take little`() throws {
        var writer = StreamWriter()
        writer.append(integers: (0..<8_192).map { 1_700_000_000_000_000_000 + $0 * 1_000 })
        #expect(writer.finished().bytes.count < 100)
    }

    @Test(arguments: fuzzSeeds(20)) func `random integers come back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let bits = UInt64.random(in: 1...64, using: &random)
        let values = (0..<Int.random(in: 0..<1_000, using: &random)).map { _ in random.next() >> (64 - bits) }
        #expect(try integers(values) == values)
    }

    @Test func `texts take the form that suits them, and come back`() throws {
        let constant = BytesVector([String](repeating: "GET", count: 100))
        let few = BytesVector((0..<500).map { "/api/\($0 % 7)" })
        let shapes = BytesVector((0..<500).map { "/orders/\($0 * 7_919)/items/\($0 % 13)?id=\(spanHexText(UInt64($0) &* 0x9e37_79b9_7f4a_7c15))" })
        let free = BytesVector((0..<500).map { String(repeating: String(UnicodeScalar(UInt8(97 + $0 % 26))), count: $0) })
        for (texts, form) in [(constant, TextForm.constant), (few, .dictionary), (shapes, .templates), (free, .plain)] {
            let back = try self.texts(texts)
            #expect(back.texts == texts)
            #expect(back.form == form.rawValue)
        }
        #expect(try self.texts(BytesVector()).texts == BytesVector())
    }

    @Test(arguments: [
        "0", "007", "1234567890123456789012", "deadbeefdeadbeef", "DEADBEEFDEADBEEF", "deadbeefdeadbeefd", "1234567890123456",
        "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000f", "550E8400-e29b-41d4-a716-446655440000", "a1b2", "",
        "-5.0", "1e9", "ü 12 ß", "00", "0000000000000000000000", "1-5759e988-bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793",
        "1-5759e988-bd862e3fe1be46a994272794", "53995c3f42cd8ad8", "53995c3f42cd8ad9", "tab\tnew\nline",
    ])
    func `a text cut into its template and values is put together again`(text: String) throws {
        let count = 40
        let own = OwnIDs(
            traceHigh: Array(repeating: 0x5759_e988_bd86_2e3f, count: count), traceLow: Array(repeating: 0xe1be_46a9_9427_2793, count: count),
            spans: Array(repeating: 0x5399_5c3f_42cd_8ad8, count: count), parents: Array(repeating: 0x5399_5c3f_42cd_8ad9, count: count))
        let texts = BytesVector((0..<count).map { "\(text)|\(text) \($0)" })
        for ids in [own, nil] { #expect(try self.texts(texts, own: ids).texts == texts) }
    }

    @Test(arguments: fuzzSeeds(30)) func `random texts come back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let alphabet: [UInt8] = random.oneIn(3) ? Array(0...255) : Array("0123456789abcdef-{}\":,. xyz".utf8)
        let shapes = (0..<4).map { _ in (0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random)! } }
        var texts = BytesVector()
        for _ in 0..<Int.random(in: 0..<200, using: &random) {
            var text = shapes.randomElement(using: &random)!
            for place in text.indices where text[place] > 47 && text[place] < 58 && random.oneIn(2) { text[place] = UInt8.random(in: 48...57, using: &random) }
            if random.oneIn(30) { text = random.bytes(Int.random(in: 0..<30, using: &random)) }
            texts.append(text)
        }
        #expect(try self.texts(texts).texts == texts)
    }

    @Test(arguments: fuzzSeeds(20)) func `attributes come back as the bytes that were sent, of all rows and of some`(seed: UInt64) throws {
        var spans = RandomSpans(seed: seed)
        var batch = SpanBatch(tenant: Tenant(account: "1", region: "r"))
        for _ in 0..<200 { spans.append(to: &batch, start: 0) }
        let columns = try AttributeColumns(batch.attributes)
        let section = columns.section { _, _ in }
        var reader = try AttributeReader(section.bytes, shapeCodes: columns.shapeCodes)
        #expect(try reader.fields(of: Array(0..<200)) == batch.attributes)
        let some = (0..<200).filter { _ in spans.random.oneIn(5) }
        #expect(try reader.fields(of: some) == batch.attributes.gathered(some))
    }

    @Test func `an attribute that is a number here and a text there is a column of texts`() throws {
        var number = ProtobufWriter(), text = ProtobufWriter(), double = ProtobufWriter()
        number.append(attribute: "k".utf8, integer: 5)
        text.append(attribute: "k".utf8, text: "five".utf8)
        double.append(attribute: "k".utf8, bits: 1.5.bitPattern)
        var rows = BytesVector()
        for row in [number.bytes, text.bytes, [], double.bytes] { rows.append(row) }
        let columns = try AttributeColumns(rows)
        let section = columns.section { _, _ in }
        var reader = try AttributeReader(section.bytes, shapeCodes: columns.shapeCodes)
        let column = try reader.column(Array("k".utf8), rows: [0, 1, 2, 3])
        #expect(column.vector == .bytes(BytesVector(["5", "five", "", "1.5"])))
        #expect((0..<4).map { column.isPresent($0) } == [true, true, false, true])
        #expect(try reader.column(Array("k".utf8), rows: [0, 3]).vector == .double([5, 1.5]))
        #expect(try reader.column(Array("other".utf8), rows: [0]) == .absent)
    }
}
