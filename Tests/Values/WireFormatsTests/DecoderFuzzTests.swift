import Simulation
import Testing
import WireFormats

/// Documents as outsiders send them, damaged: each ends in a document that can be read to its end, or in an error.
struct DecoderFuzzTests {
    private func check(_ node: WireNode, depth: Int = 0) -> Int {
        #expect(depth < 200)
        var count = 1 + node.key.utf8.count + (node.text?.utf8.count ?? 0)
        for child in node.children { count += check(child, depth: depth + 1) }
        return count
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged document is read or refused`(seed: UInt64) {
        var values = RandomValues(seed: seed)
        for round in 0..<150 {
            let value = values.structure(depth: 5)
            var documents: [(String, [UInt8], ([UInt8]) throws(WireError) -> WireDocument)] = [
                ("JSON", JSON.encode(value), { bytes throws(WireError) in try WireDocument(json: bytes) }),
                ("CBOR", CBOR.encode(value), { bytes throws(WireError) in try WireDocument(cbor: bytes) }),
            ]
            let pairs = (0..<20).map { "Metric.member.\($0).Name=\(values.random.next())%20x" }
            documents.append(
                ("form", Array(pairs.joined(separator: "&").utf8), { bytes throws(WireError) in try WireDocument(form: bytes) }))
            for (name, bytes, decode) in documents {
                var damaged = bytes
                damaged.mutate(using: &values.random)
                if let document = try? decode(damaged) {
                    // What is in it came from somewhere: keys and texts may be longer than their spelling by a constant at most.
                    #expect(check(document.root) <= 64 + 16 * damaged.count, "\(name), seed \(seed), round \(round)")
                }
            }
        }
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged protobuf message is walked to its end or refused`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<400 {
            var bytes: [UInt8] = []
            for number in 1...UInt8(8) {
                switch number % 4 {
                case 0: bytes += [number << 3, UInt8.random(in: 0...127, using: &random)]
                case 1: bytes += [number << 3 | 1] + random.bytes(8)
                case 2: bytes += [number << 3 | 2, 4, 1 << 3, 7, 2 << 3, 9]
                default: bytes += [number << 3 | 5] + random.bytes(4)
                }
            }
            bytes.mutate(using: &random)
            _ = try? withExactBytes(bytes) { raw throws(WireError) in
                var reader = ProtobufReader(raw)
                try walk(&reader, depth: 0)
                #expect(reader.position <= raw.count)
            }
        }
    }

    private func walk(_ reader: inout ProtobufReader, depth: Int) throws(WireError) {
        while let field = try reader.nextField() {
            guard field.type == .bytes, depth < 8 else {
                try reader.skip(field)
                continue
            }
            var inner = try reader.message()
            do throws(WireError) { try walk(&inner, depth: depth + 1) } catch {}  // bytes need not be a message
        }
    }
}
