import Bytes

/// Cuts one text into its template and values.
struct TemplateScan {
    struct Value {
        let mark: TextTemplates.Mark
        /// Of the mark in the template.
        let place: Int
        var number: UInt64 = 0
        var zeros: UInt64 = 0
        /// In `TemplateScan.bytes`.
        var bytes = 0..<0
    }

    struct Own {
        let high, low, span, parent: UInt64

        init(_ ids: OwnIDs, _ row: Int) {
            (high, low, span, parent) = (ids.traceHigh[row], ids.traceLow[row], ids.spans[row], ids.parents[row])
        }

        func append(_ mark: TextTemplates.Mark, to text: inout [UInt8]) {
            func hex(_ number: UInt64) { withUnsafeBytes(of: number.bigEndian) { TextTemplates.appendHex($0, to: &text) } }
            switch mark {
            case .span: hex(span)
            case .parent: hex(parent)
            case .trace:
                hex(high)
                hex(low)
            case .xrayTrace:
                text += [49, 45]
                let start = text.count
                hex(high)
                hex(low)
                text.insert(45, at: start + 8)
            case .number, .hex, .uuid: break
            }
        }
    }

    private(set) var template: [UInt8] = []
    private(set) var values: [Value] = []
    private(set) var bytes: [UInt8] = []
    /// Beside the text, so that no loop asks whether the table was made yet.
    private let nibbles = allNibbles

    /// - Returns: false for a text with bytes that marks are made of.
    mutating func read(_ text: UnsafeRawBufferPointer, own: Own?) -> Bool {
        template.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        var at = 0
        while at < text.count {
            guard nibbles[Int(text[at])] < 16 else {
                let start = at
                while at < text.count, nibbles[Int(text[at])] > 15 {
                    guard text[at] >= 9 else { return false }
                    at += 1
                }
                template.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<at]))
                continue
            }
            var end = at + 1
            while end < text.count, nibbles[Int(text[end])] < 16 { end += 1 }
            at = run(text, at..<end, own)
        }
        return true
    }

    /// - Parameter range: hexadecimal digits, as many as there are.
    /// - Returns: behind what was taken.
    private mutating func run(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ own: Own?) -> Int {
        if let own, range.count == 1, text[range.lowerBound] == 49, isXRayTrace(text, at: range.lowerBound, own) {
            template.append(TextTemplates.Mark.xrayTrace.rawValue)
            return range.lowerBound + 35
        }
        if range.count == 8, isUUID(text, at: range.lowerBound) {
            let place = template.count
            template.append(TextTemplates.Mark.uuid.rawValue)
            let start = bytes.count
            for part in [0..<8, 9..<13, 14..<18, 19..<23, 24..<36] { pack(text, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound) }
            values.append(Value(mark: .uuid, place: place, bytes: start..<bytes.count))
            return range.lowerBound + 36
        }
        if range.count >= 16, range.count <= 128, range.count % 2 == 0, hex(text, range, own) { return range.upperBound }
        digits(text, range)
        return range.upperBound
    }

    /// - Returns: false for what is rather a number.
    private mutating func hex(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ own: Own?) -> Bool {
        if let own, range.count == 16 || range.count == 32 {
            let high = id(text, range.lowerBound..<range.lowerBound + 16)
            let mark: TextTemplates.Mark? =
                if range.count == 32 {
                    high == own.high && id(text, range.lowerBound + 16..<range.upperBound) == own.low ? .trace : nil
                } else {
                    high == own.span ? .span : high == own.parent ? .parent : nil
                }
            if let mark {
                template.append(mark.rawValue)
                return true
            }
        }
        if range.count <= 18, range.allSatisfy({ text[$0] < 58 }) { return false }
        let place = template.count
        template.append(TextTemplates.Mark.hex.rawValue)
        template.append(UInt8(range.count))
        let start = bytes.count
        pack(text, range)
        values.append(Value(mark: .hex, place: place, bytes: start..<bytes.count))
        return true
    }

    private mutating func digits(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var at = range.lowerBound
        while at < range.upperBound {
            guard text[at] < 58 else {
                template.append(text[at])
                at += 1
                continue
            }
            var end = at + 1
            while end < range.upperBound, text[end] < 58 { end += 1 }
            if end - at <= 18 { number(text, at..<end) } else { template.append(contentsOf: text[at..<end]) }
            at = end
        }
    }

    private mutating func number(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        var value = Value(mark: .number, place: template.count)
        for at in range {
            if value.number == 0, text[at] == 48 { value.zeros += 1 }
            value.number = value.number &* 10 &+ UInt64(text[at] &- 48)
        }
        template.append(TextTemplates.Mark.number.rawValue)
        values.append(value)
    }

    private func id(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for at in range { value = value << 4 | UInt64(nibbles[Int(text[at])]) }
        return value
    }

    private mutating func pack(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for at in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            bytes.append(nibbles[Int(text[at])] << 4 | nibbles[Int(text[at + 1])])
        }
    }

    private func isXRayTrace(_ text: UnsafeRawBufferPointer, at start: Int, _ own: Own) -> Bool {
        guard start + 35 <= text.count, text[start + 1] == 45, text[start + 10] == 45 else { return false }
        for at in start + 2..<start + 35 where at != start + 10 && nibbles[Int(text[at])] > 15 { return false }
        let high = id(text, start + 2..<start + 10) << 32 | id(text, start + 11..<start + 19)
        return high == own.high && id(text, start + 19..<start + 35) == own.low
    }

    private func isUUID(_ text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start + 36 <= text.count else { return false }
        for place in 0..<36 {
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            guard isDash ? text[start + place] == 45 : nibbles[Int(text[start + place])] < 16 else { return false }
        }
        // More digits behind it would be another thing.
        return start + 36 == text.count || nibbles[Int(text[start + 36])] > 15
    }

    /// Of each byte: its value as a lowercase hexadecimal digit, 255 for others.
    private static let allNibbles: [UInt8] = (0..<256).map { byte in
        switch byte {
        case 48...57: UInt8(byte - 48)
        case 97...102: UInt8(byte - 87)
        default: 255
        }
    }
}
