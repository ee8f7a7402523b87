import CCrypto

/// 256 bits that must not leak: never printed, not even by a debugger's dump, and wiped when the last reference goes.
package final class SecretKey: Sendable {     // written in `init` only
    package static let byteCount = 32
    nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        storage = .allocate(byteCount: Self.byteCount, alignment: 8)
        storage.copyBytes(from: bytes)
    }

    package convenience init(using generator: inout some RandomNumberGenerator) {
        var bytes: [UInt8] = []
        for _ in 0..<Self.byteCount / 8 { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
        self.init(bytes)!
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// The bytes, for sealing them under another key; do not keep them.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result { try body(UnsafeRawBufferPointer(storage)) }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "SecretKey(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
