private import CRE2

/// Finds bytes in bytes, by the C library's vectorised search.
package enum ByteSearch {
    /// Where `needle` first begins at or after `start`; nil when it does not. An empty needle is at `start`.
    package static func first(_ needle: [UInt8], in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard !needle.isEmpty else { return start }
        guard let base = text.baseAddress, text.count - start >= needle.count else { return nil }
        let found = needle.withUnsafeBytes { gw_find_bytes(base + start, text.count - start, $0.baseAddress!, needle.count) }
        return found.map { UnsafeRawPointer($0) - base }
    }
}
