// JSON (RFC 8259) into a document. simdjson validates and walks; the tape comes back from one C call.

import CSimdjson

extension WireDocument {
    /// - Throws: `WireError` when the bytes are not exactly one JSON value in valid UTF-8 no deeper than `depthMax`.
    package init(json bytes: [UInt8]) throws(WireError) {
        self = try bytes.withUnsafeBufferPointer { text throws(WireError) in try WireDocument(json: text) }
    }

    /// - Complexity: one pass; the text is copied once, the tape once.
    package init(json text: UnsafeBufferPointer<UInt8>) throws(WireError) {
        guard let base = text.baseAddress, text.count > 0 else {
            throw WireError(code: .truncated, position: 0, message: "cannot read JSON: empty")
        }
        guard text.count <= WireLimits.documentBytesMax else {
            throw WireError(code: .limit, position: 0, message: "cannot read JSON: too large")
        }
        let capacity = gw_json_arena_capacity(base, text.count)
        let arena = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
        guard let start = arena.baseAddress else { preconditionFailure("an arena has at least its padding") }
        start.initialize(from: base, count: text.count)
        var result = gw_json_result()
        gw_json_parse(start, text.count, capacity, UInt32(WireLimits.depthMax), &result)
        guard result.status == gw_json_ok else {
            arena.deallocate()
            throw WireError(result)
        }
        self.init(Self.tape(result, UnsafeMutableBufferPointer(start: start, count: result.arena_used)))
    }

    /// Copies the nodes before this thread parses again.
    private static func tape(_ result: gw_json_result, _ arena: UnsafeMutableBufferPointer<UInt8>) -> WireTape {
        result.nodes.withMemoryRebound(to: WireTapeNode.self, capacity: result.node_count) { nodes in
            WireTape(nodes: UnsafeBufferPointer(start: nodes, count: result.node_count), arena: arena, isTyped: true)
        }
    }

    /// The C struct and ours must agree; a test holds them together.
    static var tapeLayoutsAgree: Bool {
        MemoryLayout<gw_json_node>.stride == MemoryLayout<WireTapeNode>.stride
            && MemoryLayout<gw_json_node>.offset(of: \.payload) == MemoryLayout<WireTapeNode>.offset(of: \.payload)
            && MemoryLayout<gw_json_node>.offset(of: \.next) == MemoryLayout<WireTapeNode>.offset(of: \.next)
            && MemoryLayout<gw_json_node>.offset(of: \.kind) == MemoryLayout<WireTapeNode>.offset(of: \.rawKind)
    }
}

extension WireError {
    fileprivate init(_ result: gw_json_result) {
        let code: Code =
            switch result.status {
            case gw_json_truncated: .truncated
            case gw_json_limit, gw_json_no_memory: .limit
            default: .malformed
            }
        self.init(code: code, position: result.error_position, message: String(cString: result.error_reason))
    }
}

package enum UTF8Text {
    package static func isValid(_ text: UnsafeRawBufferPointer) -> Bool { text.withMemoryRebound(to: UInt8.self) { isValid($0) } }

    /// No byte has its top bit set: then it is UTF-8 too.
    package static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        while place + 8 <= bytes.count {
            guard bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 else { return false }
            place += 8
        }
        while place < bytes.count {
            guard bytes[place] < 0x80 else { return false }
            place += 1
        }
        return true
    }

    /// Short ASCII, by far the most common, is answered without a call into C.
    static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return true }
        if text.count <= 32, text.allSatisfy({ $0 < 0x80 }) { return true }
        return gw_utf8_is_valid(base, text.count)
    }
}
