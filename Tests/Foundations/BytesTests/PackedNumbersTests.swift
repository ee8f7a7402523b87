import Bytes
import Simulation
import Testing

struct PackedIntegersTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `every run of whole numbers comes back as it was`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<30 {
            let values = Self.run(&random)
            let packed = Self.pack(values)
            #expect(try Self.unpack(packed, count: values.count) == values)
        }
    }

    @Test func `what goes in equal steps costs the same for a thousand as for three`() throws {
        let many = Self.pack((0..<1000).map { 1_700_000_000_000 + $0 * 10_000 })
        #expect(many.count == Self.pack([1_700_000_000_000, 1_700_000_010_000, 1_700_000_020_000]).count && many.count < 12)
        #expect(Self.pack([Int64](repeating: 7, count: 1000)).count == 2)
    }

    @Test func `small steps take their bits, and one reset does not make them all dear`() {
        var random = SeededRandom(seed: 3)
        var value: Int64 = 0
        let steps = (0..<2000).map { index in
            value = index == 1000 ? 0 : value + Int64.random(in: 0..<8, using: &random)
            return value
        }
        #expect(Self.pack(steps).count < 2000 * 3 / 8 + 60)
    }

    @Test func `bytes are the format's`() {
        #expect(Self.pack([5, 5, 5]) == [0, 10])
        #expect(Self.pack([10, 12, 14]) == [1, 20, 4])
        // Values themselves, three bits each as zigzag: 0 2 1 6 0 5.
#expect(Self.pack([0, 1, -1, 3, 0, -3]) == [2, 0x83, 0, 0x50, 0x8c, 0x02])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `damaged bytes are refused or give other numbers, and nothing worse`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let values = Self.run(&random)
            var packed = Self.pack(values)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !packed.isEmpty {
                packed[Int.random(in: 0..<packed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if random.oneIn(2) { packed.removeLast(Int.random(in: 0...packed.count, using: &random)) }
            _ = try? Self.unpack(packed, count: values.count)       // either is fine
        }
    }

    static func run(_ random: inout SeededRandom) -> [Int64] {
        let count = [1, 2, 3, 17, 64, 300, 1500].randomElement(using: &random)!
        let bits = UInt64.random(in: 0...63, using: &random)
        var value = Int64(bitPattern: random.next())
        let kind = Int.random(in: 0..<6, using: &random)
        return (0..<count).map { index in
            let noise = Int64(bitPattern: random.next() >> (63 - bits)) / 2
            switch kind {
            case 0: return noise
            case 1: value &+= noise
            case 2: value &+= 1_000_000
            case 3: value = random.oneIn(50) ? Int64(bitPattern: random.next()) : value &+ 3
            case 4: return [Int64.min, .max, 0, -1, 1].randomElement(using: &random)!
            default: value = Int64(index) * Int64(index) &+ (random.oneIn(30) ? noise : 0)
            }
            return value
        }
    }

    private static func pack(_ values: [Int64]) -> [UInt8] {
        var writer = ByteWriter()
        values.withUnsafeBufferPointer { PackedIntegers.append($0, to: &writer) }
        return writer.bytes
    }

    private static func unpack(_ bytes: [UInt8], count: Int) throws -> [Int64] {
        var values = [Int64](repeating: -77, count: count)
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            try values.withUnsafeMutableBufferPointer { try PackedIntegers.read(&reader, into: $0) }
            try reader.expectEnd()
        }
        return values
    }
}

struct PackedDoublesTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `every bit of every double comes back, oddities too`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20 {
            let values = Self.run(&random)
            let back = try Self.unpack(Self.pack(values), count: values.count)
            #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test func `decimal numbers of few digits are packed as whole numbers`() {
        var random = SeededRandom(seed: 5)
        let values = (0..<2000).map { _ in Double(Int.random(in: 0..<1000, using: &random)) / 100 }
        #expect(Self.pack(values).count < 2000 * 10 / 8 + 80)
        // A stale mark among them changes nothing but itself.
        var marked = values
        marked[700] = Double(bitPattern: 0x7ff0_0000_0000_0002)
        #expect(Self.pack(marked).count < 2000 * 10 / 8 + 100)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `damaged bytes are refused or give other numbers, and nothing worse`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let values = Self.run(&random)
            var packed = Self.pack(values)
            for _ in 0..<3 { packed[Int.random(in: 0..<packed.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = try? Self.unpack(packed, count: values.count)       // either is fine
        }
    }

    static func run(_ random: inout SeededRandom) -> [Double] {
        let count = [1, 2, 5, 40, 400, 1100].randomElement(using: &random)!
        let kind = Int.random(in: 0..<6, using: &random)
        let power = [1.0, 10, 100, 1000, 1e6, 1e9].randomElement(using: &random)!
        let odd: [Double] = [.nan, Double(bitPattern: 0x7ff0_0000_0000_0002), .infinity, -.infinity, -0.0, 5e-324, .greatestFiniteMagnitude, 1e17]
        var total = 0.0
        return (0..<count).map { _ in
            if kind > 2, random.oneIn(kind == 5 ? 2 : 40) { return odd.randomElement(using: &random)! }
            switch kind {
            case 0, 3: return Double(Int.random(in: -100_000...100_000, using: &random)) / power
            case 1: return Double.random(in: -1...1, using: &random)
            case 2: return Double(bitPattern: random.next())
            default:
                total += Double(Int.random(in: 0...1000, using: &random))
                return total
            }
        }
    }

    private static func pack(_ values: [Double]) -> [UInt8] {
        var writer = ByteWriter()
        values.withUnsafeBufferPointer { PackedDoubles.append($0, to: &writer) }
        return writer.bytes
    }

    private static func unpack(_ bytes: [UInt8], count: Int) throws -> [Double] {
        var values = [Double](repeating: -77, count: count)
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            try values.withUnsafeMutableBufferPointer { try PackedDoubles.read(&reader, into: $0) }
            try reader.expectEnd()
        }
        return values
    }
}
