// Why outside bytes could not be read.

@usableFromInline package struct WireError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// The bytes break the format's grammar.
        case malformed
        /// The bytes end inside a value.
        case truncated
        /// Well-formed, but deeper or larger than we read.
        case limit
        /// Well-formed, but a feature of the format that no protocol here uses.
        case unsupported
    }

    package var code: Code
    /// Offset of the offending byte; the input's length when it ended too early, or when only the whole of it was judged (UTF-8
    /// and unclosed strings in JSON).
    package var position: Int
    package var message: String

    package init(code: Code, position: Int, message: String) {
        self.code = code
        self.position = position
        self.message = message
    }

    @usableFromInline package var description: String { "\(message) at byte \(position)" }
}

package enum WireLimits {
    /// Containers inside containers. The deepest AWS shape has nine; a call frame per level stays far below a thread's stack.
    package static let depthMax = 64
    /// Offsets are 32 bits wide and a JSON arena may hold the text twice.
    package static let documentBytesMax = 1 << 30
    /// Name/value pairs in one form: 1,000 datums with 30 dimensions each are 70,000.
    package static let formPairsMax = 200_000
}
