import Bytes
import Simulation
import Testing

/// What outsiders claim to be compressed: it ends in bytes within the limit or in an error, whatever it is.
struct DecompressionFuzzTests {
    private static let limit = 1 << 16

    private enum Codec: CaseIterable {
        case gzip, zlibOrGzip, snappy, zstd, zstdBlock, lz4Block

        func compress(_ bytes: [UInt8]) -> [UInt8] {
            switch self {
            case .gzip, .zlibOrGzip: Gzip.compress(bytes)
            case .snappy: Snappy.compress(bytes)
            case .zstd, .zstdBlock: Zstd.compress(bytes)
            case .lz4Block: LZ4.compress(bytes)
            }
        }

        func decompress(_ bytes: UnsafeRawBufferPointer, exactly count: Int) throws(BytesError) -> [UInt8] {
            switch self {
            case .gzip, .zlibOrGzip: try Gzip.decompress(bytes, atMost: limit)
            case .snappy: try Snappy.decompress(bytes, atMost: limit)
            case .zstd: try Zstd.decompress(bytes, atMost: limit)
            case .zstdBlock: try Zstd.decompress(bytes, exactly: count)
            case .lz4Block: try LZ4.decompress(bytes, exactly: count)
            }
        }
    }

    private func plain(_ random: inout SeededRandom) -> [UInt8] {
        let words = ["error", "timeout", "order", "[0]", "{\"a\":1}", "0000000000000000"]
        let count = Int.random(in: 0...400, using: &random)
        return (0..<count).flatMap { _ in random.oneIn(4) ? random.bytes(3) : Array(words.randomElement(using: &random)!.utf8) }
    }

    @Test(arguments: fuzzSeeds(4)) func `damaged input gives bytes within the limit or an error`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let plain = plain(&random)
            for codec in Codec.allCases {
                var bytes = codec.compress(plain)
                #expect(try withExactBytes(bytes) { raw throws(BytesError) in try codec.decompress(raw, exactly: plain.count) } == plain)
                bytes.mutate(using: &random)
                let count = random.oneIn(2) ? plain.count : Int.random(in: 0...Self.limit, using: &random)
                let result = try? withExactBytes(bytes) { raw throws(BytesError) in try codec.decompress(raw, exactly: count) }
                #expect(result?.count ?? 0 <= Self.limit, "\(codec), seed \(seed)")
            }
        }
    }
}
