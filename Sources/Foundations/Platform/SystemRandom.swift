// Randomness from the kernel, and the form in which it is handed to those who need it, so that tests can give a seeded one.

import CPlatform
import Glibc
import Synchronization

/// The kernel's generator: fit for keys, nonces and ids.
package struct SystemRandom: RandomNumberGenerator, Sendable {
    package init() {}

    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        withUnsafeMutableBytes(of: &value, fill)
        return value
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var done = 0
        while done < buffer.count {
            let count = uninterrupted { gw_random(buffer.baseAddress! + done, buffer.count - done) }
            precondition(count > 0, "the kernel gives no randomness; keys made without it would be guessable")
            done += count
        }
    }
}

/// A generator that several tasks may share.
package final class RandomSource: Sendable {
    private let generator: Mutex<any RandomNumberGenerator & Sendable>

    package init(_ generator: some RandomNumberGenerator & Sendable = SystemRandom()) { self.generator = Mutex(generator) }

    package func next() -> UInt64 { generator.withLock { $0.next() } }

    package func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            generator.withLock { generator in
                while filled < count {
                    withUnsafeBytes(of: generator.next()) { word in
                        for byte in word.prefix(count - filled) {
                            buffer.initializeElement(at: filled, to: byte)
                            filled += 1
                        }
                    }
                }
            }
        }
    }
}
