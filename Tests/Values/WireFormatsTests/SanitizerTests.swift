import Glibc
import Simulation
import Testing

/// The alarm must ring: under `Scripts/fuzz` the sanitizer watches, and this reads beyond an allocation on purpose, in a process of its own.
struct SanitizerTests {
    private static var isWatching: Bool { getenv("GROUNDWATCH_SANITIZER") != nil }

    @Test(.enabled(if: isWatching, "only Scripts/fuzz builds with the address sanitizer")) func `a read beyond its memory ends the process`()
        async
    {
        await #expect(processExitsWith: .failure) {
            let bytes = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 1)
            let beyond = bytes.load(fromByteOffset: 16 + Int(getpid() & 1), as: UInt8.self)
            print(beyond)
            bytes.deallocate()
        }
    }

    /// Damaged messages must bring down a decoder that trusts them, or the fuzzers prove nothing about those that do not.
    @Test(.enabled(if: isWatching, "only Scripts/fuzz builds with the address sanitizer")) func `damaged messages find a decoder that trusts them`()
        async
    {
        await #expect(processExitsWith: .failure) {
            var random = SeededRandom(seed: 1)
            var sum: UInt64 = 0
            for _ in 0..<1000 {
                var message = (0..<8).flatMap { index in [UInt8(4)] + [UInt8](repeating: index, count: 4) }
                message.mutate(using: &random)
                withExactBytes(message) { raw in
                    var place = 0
                    while place < raw.count {
                        // The mistake: the length is the sender's word.
                        let length = Int(raw[place])
                        for index in 0..<length { sum &+= UInt64(raw.baseAddress!.load(fromByteOffset: place + 1 + index, as: UInt8.self)) }
                        place += 1 + length
                    }
                }
            }
            print(sum)
        }
    }
}
