import Simulation
import Testing

@testable import Bytes

struct SnappyTests {
    @Test func `what was compressed comes back`() throws {
        var random = SeededRandom(seed: 1)
        for count in [0, 1, 100, 70_000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0..<4, using: &random) }
            #expect(try Snappy.decompress(Snappy.compress(bytes), atMost: 70_000) == bytes)
        }
    }

    @Test func `a block that declares more than is allowed is refused`() {
        let packed = Snappy.compress([UInt8](repeating: 1, count: 1001))
        #expect(throws: BytesError.self) { try Snappy.decompress(packed, atMost: 1000) }
    }

    @Test func `damaged and cut blocks are refused, or give bytes of the declared length`() {
        var random = SeededRandom(seed: 2)
        let packed = Snappy.compress((0..<500).map { UInt8(truncatingIfNeeded: $0 / 7) })
        for end in 0..<packed.count { #expect(throws: BytesError.self) { try Snappy.decompress(Array(packed[..<end]), atMost: 1 << 20) } }
        for _ in 0..<1000 {
            var copy = packed
            copy[Int.random(in: copy.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            do { #expect(try Snappy.decompress(copy, atMost: 1 << 20).count <= 1 << 20) } catch { #expect(error.code == .malformed || error.code == .tooLarge) }
        }
    }
}

struct FingerprintTableTests {
    @Test func `every fingerprint that was inserted is found under its number, and no other`() {
        var random = SeededRandom(seed: 3)
        let key = FingerprintKey(seed: Array(repeating: 1, count: 32))
        var table = FingerprintTable()
        let numbers = Array(0..<2000).shuffled(using: &random).prefix(1500)
        for number in numbers { table.insert(key.fingerprint(of: Array("series \(number)".utf8)), as: number) }
        #expect(table.count == 1500)
        let known = Set(numbers)
        for number in 0..<2500 {
            #expect(table[key.fingerprint(of: Array("series \(number)".utf8))] == (known.contains(number) ? number : nil))
        }
    }

    @Test func `fingerprints that begin at one place are all found`() {
        var table = FingerprintTable()
        for number in 0..<50 { table.insert(Fingerprint(high: UInt64(number), low: 63), as: number) }
        for number in 0..<50 { #expect(table[Fingerprint(high: UInt64(number), low: 63)] == number) }
        #expect(table[Fingerprint(high: 99, low: 63)] == nil)
    }
}
