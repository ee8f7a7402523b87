import Bytes
import SignalModel
import WireFormats

/// An exception event's text as X-Ray's exceptions: one, and one for each that it names as its cause.
///
/// Stacks are read by the forms of their lines, whatever language they are of: `at NAME(FILE:LINE)` (Java, JavaScript),
/// `at NAME in FILE:line LINE` (.NET), `File "FILE", line LINE, in NAME` (Python, outermost call first). Other lines are passed over.
enum ExceptionStack {
    private static let framesMax = 200
    private static let exceptionsMax = 16

    /// - Parameter seed: makes the ids, the same ones at every read.
    static func exceptions(
        type: String?, message: String?, stack: String, isRemote: Bool, seed: (UInt64, Int)
    ) -> [WireValue] {
        var sections: [(type: String?, message: String?, frames: [WireValue])] = [(type, message, [])]
        for line in stack.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.hasPrefix("Caused by: ") {
                guard sections.count < exceptionsMax else { break }
                let parts = line.dropFirst("Caused by: ".count).split(separator: ":", maxSplits: 1).map(String.init)
                sections.append((parts.first, parts.count > 1 ? String(parts[1].drop { $0 == " " }) : nil, []))
            } else if let frame = frame(line), sections[sections.count - 1].frames.count < framesMax {
                sections[sections.count - 1].frames.append(frame)
            }
        }
        let ids = sections.indices.map { spanHexText(Checksum.xxh3(Array("exception \(seed.0) \(seed.1) \($0)".utf8))) }
        let isOutermostFirst = stack.contains("Traceback (most recent call last)")
        return sections.enumerated().map { place, section in
            .members(
                ("id", .text(ids[place])), ("type", section.type.map(WireValue.text)), ("message", section.message.map(WireValue.text)),
                ("remote", isRemote ? true : nil), ("cause", place + 1 < ids.count ? .text(ids[place + 1]) : nil),
                ("stack", section.frames.isEmpty ? nil : .list(isOutermostFirst ? section.frames.reversed() : section.frames)))
        }
    }

    private static func frame(_ line: Substring) -> WireValue? {
        if line.hasPrefix("at ") { return call(line.dropFirst(3)) }
        if line.hasPrefix("File \"") { return python(line.dropFirst(6)) }
        return nil
    }

    /// `com.shop.Pay.charge(Pay.java:12)`, `charge (/app/pay.js:12:5)`, `Shop.Pay.Charge() in /app/Pay.cs:line 12`
    private static func call(_ text: Substring) -> WireValue {
        if let range = text.firstRange(of: " in "), let colon = text[range.upperBound...].firstRange(of: ":line ") {
            return frame(label: text[..<range.lowerBound], path: text[range.upperBound..<colon.lowerBound], line: text[colon.upperBound...])
        }
        guard let open = text.lastIndex(of: "("), text.hasSuffix(")") else { return frame(label: text, path: nil, line: nil) }
        let label = text[..<open].trimmingSuffix(" ")
        let place = text[text.index(after: open)..<text.index(before: text.endIndex)].split(separator: ":", omittingEmptySubsequences: false)
        // JavaScript adds the column behind the line.
        let numbers = place.reversed().prefix { Int($0) != nil }.count
        guard numbers > 0, numbers < place.count else { return frame(label: label, path: place.first, line: nil) }
        return frame(label: label, path: Substring(place.dropLast(numbers).joined(separator: ":")), line: place[place.count - numbers])
    }

    /// `/app/pay.py", line 12, in charge`
    private static func python(_ text: Substring) -> WireValue? {
        guard let quote = text.firstIndex(of: "\"") else { return nil }
        let rest = text[quote...].split(separator: ",").map { $0.drop { $0 == " " } }
        let line = rest.first { $0.hasPrefix("line ") }?.dropFirst(5)
        let label = rest.first { $0.hasPrefix("in ") }?.dropFirst(3)
        return frame(label: label ?? "", path: text[..<quote], line: line)
    }

    private static func frame(label: Substring, path: Substring?, line: Substring?) -> WireValue {
        .members(
            ("path", path.map { .text(String($0)) }), ("line", line.flatMap { Int64($0) }.map(WireValue.integer)), ("label", .text(String(label))))
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        var result = self
        while result.last == character { result = result.dropLast() }
        return result
    }

    /// Where `other` first begins in it.
    fileprivate func firstRange(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
