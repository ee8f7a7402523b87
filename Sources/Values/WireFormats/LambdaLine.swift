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
    static let fieldsMax = 18
    private static let requestIDBytesMax = 256
    private static let labels: [Name: StaticString] = [
        .requestID: "RequestId: ", .duration: "Duration: ", .billedDuration: "Billed Duration: ", .memorySize: "Memory Size: ",
        .maxMemoryUsed: "Max Memory Used: ", .initDuration: "Init Duration: ", .xrayTraceID: "XRAY TraceId: ",
        .xraySegmentID: "SegmentId: ",
    ]

    private let message: UnsafeBufferPointer<UInt8>
    private let type: StaticString?

    init(_ message: UnsafeBufferPointer<UInt8>) {
        self.message = message
        type = Self.typeWord(of: message)
    }

    private static func typeWord(of message: UnsafeBufferPointer<UInt8>) -> StaticString? {
        let types: [StaticString] = ["START", "END", "REPORT"]
        return types.first { begins(message[...], with: $0) && begins(message.dropFirst($0.utf8CodeUnitCount), with: " RequestId: ") }
    }

    /// START, END or REPORT; nil for a line that Lambda does not write.
    static func type(of message: UnsafeBufferPointer<UInt8>) -> String? { typeWord(of: message)?.description }

    func value(of name: Name) -> String? {
        guard let type else { return name == .requestID ? requestIDOfOwnLine() : nil }
        if name == .type { return type.description }
        guard let label = Self.labels[name], let text = text(after: label, past: type.utf8CodeUnitCount + 1) else { return nil }
        switch name {
        case .memorySize, .maxMemoryUsed: return Self.number(text, unit: "MB").map(Self.shownMegabytes)
        case .duration, .billedDuration, .initDuration: return Self.number(text, unit: "ms").map { NumberText.format($0) }
        default: return String(decoding: text.prefix { $0 > 0x20 }, as: UTF8.self)
        }
    }

    private static func shownMegabytes(_ number: Double) -> String { NumberText.format(number * 1000 * 1000) }

    /// What a query sees of a number of megabytes; nil when the text is no number.
    static func shownMegabytes(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? { NumberText.parse(text).map { Array(shownMegabytes($0).utf8) } }

    /// The same for milliseconds.
    static func shownMilliseconds(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? { NumberText.parse(text).map { Array(NumberText.format($0).utf8) } }

    /// The name whose label the field begins with.
    static func label(at field: Slice<UnsafeBufferPointer<UInt8>>) -> (name: Name, label: StaticString)? {
        labels.first { begins(field, with: $0.value) }.map { ($0.key, $0.value) }
    }

    /// True when the text behind a number is this unit, as `value(of:)` wants it.
    static func isUnit(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ unit: StaticString) -> Bool { begins(text.dropFirst(), with: unit) }

    /// True when a line has so many tabs near its beginning that a request id is looked for.
    static func mayHaveRequestID(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var tabs = 0
        for byte in text.prefix(requestIDBytesMax) where byte == UInt8(ascii: "\t") { tabs += 1 }
        return tabs >= 2
    }

    /// The rest of the field that begins with `label`.
    private func text(after label: StaticString, past start: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
        message.dropFirst(start).split(maxSplits: Self.fieldsMax) { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") }
            .first { Self.begins($0, with: label) }?.dropFirst(label.utf8CodeUnitCount)
    }

    private func requestIDOfOwnLine() -> String? {
        let fields = message.prefix(Self.requestIDBytesMax).split(separator: UInt8(ascii: "\t"), maxSplits: 4, omittingEmptySubsequences: false)
        guard fields.count >= 3 else { return nil }
        return fields.prefix(3).first(where: Self.isUUID).map { String(decoding: $0, as: UTF8.self) }
    }

    static func isUUID(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
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
