private import CRE2

/// A compiled RE2 pattern: linear time whatever the text, no backreferences. Safe to share between threads.
package final class RegularExpression: Sendable {
    package struct Malformed: Error, Sendable {
        package let pattern: String
        package let reason: String
    }

    /// A match's extent, and those of its groups (nil: the group took no part), as byte offsets.
    package struct Match: Sendable {
        package let range: Range<Int>
        package let groups: [Range<Int>?]
    }

    package static let groupsMax = 31
    private static let memoryBytesMax: Int64 = 8 << 20      // RE2's own default; a pattern that needs more is refused

    package let pattern: String
    /// One a capture group, in order; nil for groups without a name.
    package let groupNames: [String?]
    // RE2 objects are immutable to their callers and thread-safe by contract; freed in deinit only.
    private nonisolated(unsafe) let compiled: OpaquePointer
    /// Every match has it in it; empty when nothing can be said.
    package let requiredLiteral: [UInt8]

    /// - Throws: `Malformed` with RE2's reason; also for more than `groupsMax` groups.
    package init(_ pattern: String) throws(Malformed) {
        self.pattern = pattern
        var reason = [CChar](repeating: 0, count: 256)
        var text = pattern
        let compiled = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                gw_re2_compile($0.baseAddress, $0.count, Self.memoryBytesMax, &reason, reason.count)
            }
        }
        guard let compiled else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw Malformed(pattern: pattern, reason: text)
        }
        let count = Int(gw_re2_group_count(compiled))
        guard count <= Self.groupsMax else {
            gw_re2_free(compiled)
            throw Malformed(pattern: pattern, reason: "more than \(Self.groupsMax) groups")
        }
        self.compiled = compiled
        requiredLiteral = RequiredLiteral.longest(in: pattern)
        groupNames = (0..<count).map { index in gw_re2_group_name(compiled, Int32(index + 1)).map { String(cString: $0) } }
    }

    deinit { gw_re2_free(compiled) }

    /// True when the pattern is found anywhere in `text`.
    package func isFound(in text: UnsafeRawBufferPointer) -> Bool {
        // Looking for bytes is some fifty times quicker than matching.
        if !requiredLiteral.isEmpty, ByteSearch.first(requiredLiteral, in: text, from: 0) == nil { return false }
        return run(text, from: 0, anchored: false, spans: nil, spanCount: 0)
    }

    package func isFound(in text: ArraySlice<UInt8>) -> Bool { text.withUnsafeBytes { isFound(in: $0) } }

    /// True when the pattern covers all of `text`.
    package func covers(_ text: ArraySlice<UInt8>) -> Bool {
        text.withUnsafeBytes { run($0, from: 0, anchored: true, spans: nil, spanCount: 0) }
    }

    /// The first match that begins at or after byte `start`; offsets count from the start of `text`.
    package func firstMatch(in text: UnsafeRawBufferPointer, from start: Int = 0) -> Match? {
        let spanCount = groupNames.count + 1
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * spanCount) { spans -> Match? in
            guard run(text, from: start, anchored: false, spans: spans.baseAddress, spanCount: spanCount) else { return nil }
            func range(_ group: Int) -> Range<Int>? {
                spans[2 * group] < 0 ? nil : Int(spans[2 * group])..<Int(spans[2 * group + 1])
            }
            return Match(range: range(0) ?? start..<start, groups: (1..<spanCount).map(range))
        }
    }

    private func run(
        _ text: UnsafeRawBufferPointer, from start: Int, anchored: Bool, spans: UnsafeMutablePointer<Int64>?, spanCount: Int
    ) -> Bool {
        guard start <= text.count else { return false }
        // RE2 tells "no match" from "empty match" by a null data pointer, so an empty text still needs an address.
        guard let base = text.baseAddress else {
            return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) {
                gw_re2_match(compiled, $0.baseAddress, 0, 0, anchored ? 1 : 0, spans, Int32(spanCount)) == 1
            }
        }
        return gw_re2_match(
            compiled, base.assumingMemoryBound(to: CChar.self), text.count, start, anchored ? 1 : 0, spans, Int32(spanCount)) == 1
    }
}
