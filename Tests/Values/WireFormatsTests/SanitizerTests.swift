import Glibc
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
}
