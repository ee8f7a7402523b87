import Columns

// The lines that Lambda writes around a function's own.

/// Fields of a line such as
/// `REPORT RequestId: 8f50…\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB`.
/// Of a function's own line, `2026-11-21T08:00:00.000Z\t8f50…\tINFO\ttext`, only the request id is known.
///
/// Source: CloudWatch Logs user guide, "Fields in Lambda logs".
struct LambdaLine {
    enum Name: String, CaseIterable {
        case type = "@type"
        case requestID = "@requestId"
        case duration = "@duration"
        case billedDuration = "@billedDuration"
        case memorySize = "@memorySize"
        case maxMemoryUsed = "@maxMemoryUsed"
        case initDuration = "@initDuration"
        case xrayTraceID = "@xrayTraceId"
        case xraySegmentID = "@xraySegmentId"
    }

    /// A report has nine fields; no line that Lambda writes has twice as many.
    private static let fieldsMax = 18
    private static let labels: [Name: StaticString] = [
        .requestID: "RequestId: ", .duration: "Duration: ", .billedDuration: "Billed Duration: ", .memorySize: "Memory Size: ",
        .maxMemoryUsed: "Max Memory Used: ", .initDuration: "Init Duration: ", .xrayTraceID: "XRAY TraceId: ",
        .xraySegmentID: "SegmentId: ",
    ]

    private let message: UnsafeBufferPointer<UInt8>
    private let type: StaticString?

    init(_ message: UnsafeBufferPointer<UInt8>) {
        self.message = message
        let types: [StaticString] = ["START", "END", "REPORT"]
        type = types.first {
            Self.begins(message[...], with: $0) && Self.begins(message.dropFirst($0.utf8CodeUnitCount), with: " RequestId: ")
        }
    }

    func value(of name: Name) -> String? {
        guard let type else { return name == .requestID ? requestIDOfOwnLine() : nil }
        if name == .type { return type.description }
        guard let label = Self.labels[name], let text = text(after: label, past: type.utf8CodeUnitCount + 1) else { return nil }
        switch name {
        case .memorySize, .maxMemoryUsed: return Self.number(text, unit: "MB").map { NumberText.format($0 * 1000 * 1000) }
        case .duration, .billedDuration, .initDuration: return Self.number(text, unit: "ms").map { NumberText.format($0) }
        default: return String(decoding: text.prefix { $0 > 0x20 }, as: UTF8.self)
        }
    }

    /// The rest of the field that begins with `label`.
    private func text(after label: StaticString, past start: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
        message.dropFirst(start).split(maxSplits: Self.fieldsMax) { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
            .first { Self.begins($0, with: label) }?.dropFirst(label.utf8CodeUnitCount)
    }

    private func requestIDOfOwnLine() -> String? {
        let fields = message.prefix(256).split(separator: UInt8(ascii: "\t"), maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count >= 3 else { return nil }
        return fields.prefix(3).first(where: Self.isUUID).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func isUUID(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard text.count == 36 else { return false }
        return text.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: byte &- 48 < 10 || (byte | 0x20) &- 97 < 6
            }
        }
    }

    /// The number of a quantity such as `3.10 ms`.
    private static func number(_ text: Slice<UnsafeBufferPointer<UInt8>>, unit: StaticString) -> Double? {
        let number = text.prefix { $0 > 0x20 }
        guard begins(text.dropFirst(number.count + 1), with: unit) else { return nil }
        return NumberText.parse(UnsafeBufferPointer(rebasing: number))
    }

    private static func begins(_ text: Slice<UnsafeBufferPointer<UInt8>>, with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { text.starts(with: $0) }
    }
}
