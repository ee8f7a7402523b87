import Columns
import Glibc
import SignalModel
import WireFormats

/// Turns the lines of a request into columns, straight from their bytes.
///
/// A line of a known shape costs a comparison with it; the members that are wanted are then at known places.
struct LineDecoder {
    /// Where the wanted members lie in a shape: positions of slots, by wanted name.
    private struct Places {
        /// Nil: found only by reading the line whole.
        let slots: [Int?]?
    }

    private(set) var shapes: MessageShapes
    private(set) var streamNames: [String] = []

    private let now: Timestamp
    /// Stream members, then the time's if there is one.
    private let names: [String]
    private let hasTime: Bool
    private let extractor: LogFieldExtractor
    private var places: [Places?] = []
    private var tokens = TokenList()

    private var times: [Int64] = []
    private var messages = BytesVector()
    /// Position in `streamNames`, a line each.
    private var streams: [Int] = []
    private var streamPlaces: [StreamKey: Int] = [:]
    private var streamKey = StreamKey()
    private var lineNumbers: [Int] = []
    private var number = 0

    var lineCount: Int { times.count }

    init(_ request: LinesRequest, now: Timestamp, shapes: MessageShapes) {
        self.now = now
        self.shapes = shapes
        names = request.streamFields + (request.timeField.map { [$0] } ?? [])
        hasTime = request.timeField != nil
        extractor = LogFieldExtractor(names: names)
    }

    /// Reads all lines; blank ones count but are not stored.
    mutating func read(_ text: [UInt8]) throws(JSONLinesError) {
        messages.reserve(strings: text.count / 256, bytes: text.count)
        let failure = text.withUnsafeBufferPointer { text -> JSONLinesError? in
            do throws(JSONLinesError) {
                if !JSONText.isUTF8(text) { throw Self.notUTF8(text) }
                try read(text)
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }

    private mutating func read(_ text: UnsafeBufferPointer<UInt8>) throws(JSONLinesError) {
        guard let base = text.baseAddress else { return }
        var start = 0
        while start < text.count {
            let newline = memchr(base + start, 0x0a, text.count - start).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? text.count
            number += 1
            var end = newline
            if end > start, text[end - 1] == 0x0d { end -= 1 }
            let line = UnsafeBufferPointer(rebasing: text[start..<end])
            if !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { try take(line) }
            start = newline + 1
        }
    }

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(JSONLinesError) {
        guard line.count <= Limits.lineBytesMax else { throw JSONLinesError(line: number, "it is longer than \(Limits.lineBytesMax) bytes") }
        guard times.count < Limits.linesMax else {
            throw JSONLinesError(status: 413, "cannot store the lines: a request may have \(Limits.linesMax)", line: number)
        }
        streamKey.bytes.removeAll(keepingCapacity: true)
        if line[0] == UInt8(ascii: "{"), let shape = shapes.shape(of: line, &tokens), let slots = places(of: shape).slots {
            try take(line, shape, slots)
        } else {
            try takeWhole(line)
        }
        streams.append(try streamPlace())
        messages.append(UnsafeRawBufferPointer(line))
        lineNumbers.append(number)
    }

    private mutating func take(_ line: UnsafeBufferPointer<UInt8>, _ shape: Int, _ slots: [Int?]) throws(JSONLinesError) {
        let fields = shapes.shapes[shape].slots
        for (index, slot) in slots.enumerated() {
            let failure: JSONLinesError?
            if let slot {
                let token = UnsafeBufferPointer(rebasing: line[tokens[slot]])
                let kind = shapes.fields[fields[slot]].kind
                failure = kind.isShownAsWritten(token) ? takeValue(token, at: index) : takeValue(kind.shown(token), at: index)
            } else {
                failure = takeValue(nil as UnsafeBufferPointer<UInt8>?, at: index)
            }
            if let failure { throw failure }
        }
        if !hasTime { times.append(now.nanoseconds) }
    }

    /// A line of no known shape, or with a wanted member that is no scalar of its own place.
    private mutating func takeWhole(_ line: UnsafeBufferPointer<UInt8>) throws(JSONLinesError) {
        var scanner = JSONScanner(line)
        guard scanner.peek() == UInt8(ascii: "{") else { throw JSONLinesError(line: number, "it is not a JSON object") }
        guard scanner.value() != nil, scanner.isAtEnd() else {
            throw JSONLinesError(line: number, "it is not well-formed JSON")
        }
        for (index, value) in extractor.values(of: Array(line)[...]).enumerated() {
            if let failure = takeValue(value.map { Array($0.utf8) }, at: index) { throw failure }
        }
        if !hasTime { times.append(now.nanoseconds) }
    }

    private mutating func takeValue(_ value: [UInt8]?, at index: Int) -> JSONLinesError? {
        guard let value else { return takeValue(nil as UnsafeBufferPointer<UInt8>?, at: index) }
        return value.withUnsafeBufferPointer { takeValue($0, at: index) }
    }

    /// - Returns: why the line cannot be stored.
    private mutating func takeValue(_ value: UnsafeBufferPointer<UInt8>?, at index: Int) -> JSONLinesError? {
        guard hasTime, index == names.count - 1 else {
            if index > 0 { streamKey.bytes.append(UInt8(ascii: "/")) }
            if let value, !value.isEmpty { streamKey.bytes.append(contentsOf: value) } else { streamKey.bytes.append(UInt8(ascii: "-")) }
            return nil
        }
        guard let value else { return JSONLinesError(line: number, "it has no \(names[index]), which should hold its time") }
        guard let time = LineTime.nanoseconds(value) else {
            return JSONLinesError(line: number, "its \(names[index]) is no time: neither ISO 8601 nor a number since 1970")
        }
        guard time <= now.nanoseconds + Limits.futureMilliseconds * 1_000_000 else {
            return JSONLinesError(line: number, "its time lies more than two hours ahead")
        }
        times.append(time)
        return nil
    }

    /// The stream of the line whose values were taken last. A stream's name cannot have colons and asterisks; they become underscores.
    private mutating func streamPlace() throws(JSONLinesError) -> Int {
        if let known = streamPlaces[streamKey] { return known }
        var name = streamKey.bytes.isEmpty ? Array("lines".utf8) : streamKey.bytes
        for index in name.indices where name[index] == UInt8(ascii: ":") || name[index] == UInt8(ascii: "*") { name[index] = UInt8(ascii: "_") }
        guard name.count <= Limits.nameLengthMax else {
            throw JSONLinesError(line: number, "the name of its stream is longer than \(Limits.nameLengthMax) bytes")
        }
        guard streamNames.count < Limits.requestStreamsMax else {
            throw JSONLinesError(line: number, "a request may be about \(Limits.requestStreamsMax) streams")
        }
        streamNames.append(String(decoding: name, as: UTF8.self))
        streamPlaces[streamKey] = streamNames.count - 1
        return streamNames.count - 1
    }

    /// The slots of the wanted names in a shape.
    private mutating func places(of shape: Int) -> Places {
        while places.count <= shape { places.append(nil) }
        if let known = places[shape] { return known }
        let found = shapes.places(of: names, in: shape)
        places[shape] = Places(slots: found)
        return Places(slots: found)
    }

    private static func notUTF8(_ text: UnsafeBufferPointer<UInt8>) -> JSONLinesError {
        for (index, line) in text.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            if !JSONText.isUTF8(UnsafeBufferPointer(rebasing: line)) { return JSONLinesError(line: index + 1, "it is not valid UTF-8") }
        }
        return JSONLinesError(status: 400, "cannot store the lines: they are not valid UTF-8")
    }

    // MARK: What was read

    /// - Throws: the first line of before `floor`: its group would not keep it.
    func expect(after floor: Int64) throws(JSONLinesError) {
        guard let row = times.firstIndex(where: { $0 < floor }) else { return }
        throw JSONLinesError(line: lineNumbers[row], "it is older than its group keeps events")
    }

    /// - Parameter streams: numbers of `streamNames`, in their order.
    func batch(group: LogGroup, streams numbers: [UInt32], of tenant: Tenant) -> LogBatch {
        var batch = LogBatch(tenant: tenant, group: group, ingestionTime: now)
        batch.times = times
        batch.streams = streams.map { numbers[$0] }
        batch.messages = messages
        return batch
    }
}

/// Values that name a line's stream. An array of bytes would hash them one by one, once a line.
private struct StreamKey: Hashable {
    var bytes: [UInt8] = []

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
