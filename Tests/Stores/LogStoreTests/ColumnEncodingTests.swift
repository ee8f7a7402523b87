import Bytes
import Columns
import Simulation
import Testing

@testable import LogStore

@Suite struct ColumnEncodingTests {
    private func encoded(_ values: [String], times: [Int64]? = nil, isNumber: Bool = false) -> [UInt8] {
        let vector = BytesVector(values)
        var writer = ByteWriter()
        var scratch = DictionaryScratch()
        vector.bytes.withUnsafeBufferPointer { text in
            ColumnEncoding.append(
                Tokens(vector, text: text), times: { times ?? values.map { _ in 0 } }, isNumber: isNumber, scratch: &scratch, to: &writer)
        }
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8], times: [Int64]) throws -> ColumnValues {
        try ByteReader.reading(bytes) { reader throws(BytesError) in try ColumnEncoding.read(&reader, times: times) }
    }

    /// - Returns: the encoding that was chosen; the values must come back.
    private func roundTrip(_ values: [String], times: [Int64]? = nil, isNumber: Bool = false) throws -> ColumnEncoding? {
        let bytes = encoded(values, times: times, isNumber: isNumber)
        #expect(try decoded(bytes, times: times ?? values.map { _ in 0 }).texts == BytesVector(values))
        return ColumnEncoding(rawValue: bytes[0])
    }

    @Test func `each kind of values gets its encoding`() throws {
        let ids = (0..<100).map { String(repeating: "0", count: 30) + String(UInt8($0), radix: 16).leftPadded(2) }
        #expect(try roundTrip(["a", "a", "a"]) == .constant)
        #expect(try roundTrip((0..<100).map { ["INFO", "WARN"][$0 % 2] }) == .dictionary)
        #expect(try roundTrip((0..<100).map { "\($0 * $0)" }, isNumber: true) == .decimal)
        #expect(try roundTrip((0..<100).map { "\($0).125" }, isNumber: true) == .decimal)
        #expect(try roundTrip(ids) == .hexadecimal)
        #expect(try roundTrip(ids.map { "\($0.prefix(8))-\($0.dropFirst(8).prefix(4))-\($0.dropFirst(12))" }) == .hexadecimal)
        #expect(try roundTrip((0..<100).map { "user-\($0)" }) == .numbered)
        #expect(try roundTrip((0..<100).map { "some text \($0) and more" }) == .plain)
        #expect(try roundTrip(["2026-11-21T08:00:00.250Z", "2026-02-28T23:59:59.999Z"], times: [5, 7]) == .time)
    }

    @Test(arguments: [
        ["007", "8"], ["-0", "1"], ["1e5", "2"], ["1.50", "2.5", "3"], ["1.0", "2.25"], ["12.", "3"], ["9007199254740993", "1"], ["0.1", "-0.1"],
        ["123456789012345678901234567890", "1"], ["-0.0", "5.0"], ["true", "1", "null"], ["1.10", "1.1", "7"],
    ]) func `numbers come back as they were spelled`(_ values: [String]) throws { _ = try roundTrip(values, isNumber: true) }

    @Test(arguments: [
        ["user-01", "user-1"], ["A1", "a1", "A"], ["", "x"], ["", ""], ["DEADBEEFDEADBEEF", "deadbeefdeadbeef"], ["0123456789abcdeg", "0123456789abcdef"],
        ["2026-02-30T00:00:00Z", "2026-02-28T00:00:00Z"], ["2026-01-01T00:00:60Z", "x"], ["2026-01-01 00:00:00", "2026-01-01T00:00:00"],
        ["12345678901234567890", "1"], ["ü", "ß"], ["a9223372036854775808", "a1"],
    ]) func `texts that look like something else come back too`(_ values: [String]) throws { _ = try roundTrip(values) }

    @Test(arguments: fuzzSeeds(5)) func `random columns come back`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<60 {
            let kind = Int.random(in: 0..<6, using: &random), count = Int.random(in: 1...700, using: &random)
            let values = (0..<count).map { _ in
                switch kind {
                case 0: "\(Int.random(in: -1000...1000, using: &random))"
                case 1: "\(Double.random(in: -5...5, using: &random))"
                case 2: String(random.next(), radix: 16)
                case 3: "k\(Int.random(in: 0...40, using: &random))"
                case 4: "2026-11-\(Int.random(in: 10...31, using: &random))T08:\(Int.random(in: 10...61, using: &random)):00Z"
                default: String(decoding: random.bytes(Int.random(in: 0...6, using: &random)).map { $0 & 0x7f }, as: UTF8.self)
                }
            }
            _ = try roundTrip(values, times: values.map { _ in Int64.random(in: 0...(1 << 60), using: &random) }, isNumber: kind < 2)
        }
    }

    /// The truth is the search of the texts.
    @Test(arguments: fuzzSeeds(5)) func `a search of packed ids finds what a search of the texts finds`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for form in ["########", "#########", "########-####-####-############", "1-########-########", "-############-"] {
            let ids = (0..<200).map { _ in
                String(form.map { $0 == "#" ? Character(String(Int.random(in: 0...15, using: &random), radix: 16)) : $0 })
            }
            let bytes = encoded(ids)
            let values = try decoded(bytes, times: ids.map { _ in 0 })
            guard case .hexadecimal(let packed) = values else {
                Issue.record("\(form) is not packed")
                continue
            }
            #expect(packed.texts == BytesVector(ids))
            var needles = ["", "x", "-", "--", ids[3] + "0", "0" + ids[3], ids[5].uppercased(), String(ids[9].reversed())]
            for _ in 0..<60 {
                let id = Array(ids.randomElement(using: &random)!)
                let start = Int.random(in: 0..<id.count, using: &random), end = Int.random(in: start..<id.count, using: &random)
                needles.append(random.oneIn(2) ? String(id) : String(id[start...end]))
                needles.append(String(id.dropFirst(Int.random(in: 0...3, using: &random))))
            }
            for needle in needles {
                let wanted = Array(needle.utf8)
                #expect(packed.places(containing: wanted) == packed.texts.rows(containing: wanted), "seed \(seed): \(needle) in \(form)")
            }
        }
    }

    @Test(arguments: fuzzSeeds(5)) func `integers come back whatever they are`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let bits = Int.random(in: 1...64, using: &random), count = Int.random(in: 0...200, using: &random)
            let values = (0..<count).map { _ in Int64(bitPattern: random.next() >> UInt64(64 - bits)) }
            var writer = ByteWriter()
            PackedIntegers.append(values, to: &writer)
            #expect(try ByteReader.reading(writer.bytes) { reader throws(BytesError) in try PackedIntegers.read(&reader, countMax: 200) } == values)
        }
    }

    @Test func `ids of a column take half of their digits`() {
        let ids = (0..<1000).map { _ in "0123456789abcdef0123456789abcdef" }.enumerated().map { $1.dropLast(4) + String(4096 + $0, radix: 16) }
        #expect(encoded(ids.map { String($0) }).count < 1000 * 16 + 64)
    }
}

extension String {
    fileprivate func leftPadded(_ count: Int) -> String { String(repeating: "0", count: max(0, count - self.count)) + self }
}
