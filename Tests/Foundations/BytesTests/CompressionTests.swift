import Bytes
import Simulation
import Testing

struct CompressionTests {
    private let samples: [[UInt8]] = {
        var random = SeededRandom(seed: 3)
        let log = (0..<3000).flatMap { Array("level=info request=\($0) took=\($0 * 7 % 91)ms\n".utf8) }
        return [[], [7], [UInt8](repeating: 0, count: 300_000), random.bytes(70_000), log]
    }()

    @Test func `zstd gives back what it took`() throws {
        for sample in samples {
            let small = Zstd.compress(sample)
            #expect(try Zstd.decompress(small, exactly: sample.count) == sample)
            #expect(try Zstd.decompress(small, atMost: sample.count) == sample)
        }
        #expect(Zstd.compress(samples[4]).count * 5 < samples[4].count)
    }

    @Test func `zstd holds declared sizes and limits, and reads frame after frame`() throws {
        let small = Zstd.compress(samples[2])
        #expect(code { _ = try Zstd.decompress(small, exactly: 299_999) } == .malformed)
        #expect(code { _ = try Zstd.decompress(small, exactly: 300_001) } == .malformed)
        #expect(code { _ = try Zstd.decompress(small, atMost: 299_999) } == .tooLarge)
        #expect(code { _ = try Zstd.decompress(Array(small.dropLast()), atMost: 300_000) } == .truncated)
        #expect(code { _ = try Zstd.decompress([], atMost: 10) } == .truncated)
        #expect(code { _ = try Zstd.decompress([1, 2, 3, 4, 5], atMost: 10) } == .malformed)
        #expect(try Zstd.decompress(Zstd.compress([1]) + Zstd.compress([2]), atMost: 2) == [1, 2])
    }

    @Test func `lz4 gives back what it took, and holds declared sizes`() throws {
        for sample in samples { #expect(try LZ4.decompress(LZ4.compress(sample), exactly: sample.count) == sample) }
        let small = LZ4.compress(samples[4])
        for wrong in [0, 1, samples[4].count - 1, samples[4].count + 1] {
            #expect(code { _ = try LZ4.decompress(small, exactly: wrong) } == .malformed)
        }
        #expect(code { _ = try LZ4.decompress([], exactly: 5) } == .malformed)
        #expect(code { _ = try LZ4.decompress([], exactly: .max) } == .tooLarge)
        #expect(code { _ = try LZ4.decompress([], exactly: -1) } == .malformed)
    }

    @Test func `gzip gives back what it took`() throws {
        for sample in samples {
            for level in [1, 6, 9] as [Int32] {
                #expect(try Gzip.decompress(Gzip.compress(sample, level: level), atMost: sample.count) == sample)
            }
        }
    }

    @Test func `gzip is read in members, and zlib too`() throws {
        #expect(try Gzip.decompress(Gzip.compress([1]) + Gzip.compress([2, 3]), atMost: 3) == [1, 2, 3])
        // Python: zlib.compress(b"groundwatch")
        let zlib = try #require(Hex.decode("789c4b2fca2fcd4b294f2c49ce00001c3604a7"))
        #expect(try String(decoding: Gzip.decompress(zlib, atMost: 100), as: UTF8.self) == "groundwatch")
        #expect(code { _ = try Gzip.decompress(zlib + [0], atMost: 100) } == .malformed)
    }

    @Test func `gzip refuses bombs, ends that are missing, rubbish and damage`() throws {
        let small = Gzip.compress(samples[2])
        #expect(code { _ = try Gzip.decompress(small, atMost: 299_999) } == .tooLarge)
        #expect(code { _ = try Gzip.decompress(small, atMost: 0) } == .tooLarge)
        #expect(code { _ = try Gzip.decompress(Array(small.dropLast()), atMost: 1 << 20) } == .truncated)
        #expect(code { _ = try Gzip.decompress([], atMost: 10) } == .truncated)
        #expect(code { _ = try Gzip.decompress(Array("plain text".utf8), atMost: 10) } == .malformed)
        #expect(code { _ = try Gzip.decompress(small + [1, 2, 3], atMost: 1 << 20) } == .malformed)
        var damaged = small
        damaged[damaged.count - 6] ^= 1      // the check sum
        #expect(code { _ = try Gzip.decompress(damaged, atMost: 1 << 20) } == .malformed)
    }

    @Test(arguments: fuzzSeeds(20))
    func `damaged input throws or gives a bounded result`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let packed = [Zstd.compress(samples[4]), Gzip.compress(samples[4]), LZ4.compress(samples[4])]
        for var bytes in packed {
            for _ in 0..<5 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next()) }
            let limit = samples[4].count
            if let result = try? Zstd.decompress(bytes, atMost: limit) { #expect(result.count <= limit) }
            if let result = try? Gzip.decompress(bytes, atMost: limit) { #expect(result.count <= limit) }
            if let result = try? LZ4.decompress(bytes, exactly: limit) { #expect(result.count == limit) }
        }
    }

    private func code(_ body: () throws -> Void) -> BytesError.Code? {
        do { try body() } catch { return (error as? BytesError)?.code }
        return nil
    }
}
