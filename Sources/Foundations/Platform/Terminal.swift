import CPlatform
import Glibc

/// Lines that a person types, or that a script puts into standard input.
package enum Terminal {
    /// A person sits at standard input.
    package static var isPresent: Bool { isatty(0) == 1 }

    /// One line of standard input, without its end; what is typed at a terminal is not shown. One caller at a time.
    /// - Parameter prompt: shown on standard error, to a person only.
    /// - Returns: nil at the end of the input, and for a line that is no UTF-8 or has more than 4096 bytes.
    package static func secretLine(prompt: String) -> String? {
        guard isPresent else { return line() }
        // Before the question, so that a quick answer is hidden too, and not thrown away with what was typed before.
        let isHidden = gw_hide_typing() == 0
        Log.toStandardError(prompt)
        defer {
            if isHidden { gw_show_typing() }
            Log.toStandardError("\n")
        }
        return line()
    }

    /// Byte by byte, so that the next reader finds the next line.
    private static func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while uninterrupted({ read(0, &byte, 1) }) == 1 {
            if byte == UInt8(ascii: "\n") { return text(bytes) }
            bytes.append(byte)
            guard bytes.count <= 4096 else { return nil }
        }
        return bytes.isEmpty ? nil : text(bytes)
    }

    private static func text(_ bytes: [UInt8]) -> String? {
        String(validating: bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : bytes, as: UTF8.self)
    }
}
