package import Columns

/// Names and values that tell one series from another, in one canonical run of bytes: equal sets have equal bytes.
///
/// Layout, labels sorted by name (bytewise), each `[varint name length][name][varint value length][value]`. A label with an empty
/// value is the same as no label and is not kept.
///
///     let labels = LabelSet([(LabelSet.metricName, "Latency"), (LabelSet.namespace, "EventPro"), ("Service", "checkout")])
///     labels["Service"]            // "checkout"
package struct LabelSet: Hashable, Sendable {
    /// The metric's name in every protocol.
    package static let metricName = "__name__"
    /// CloudWatch's namespace; a series without one did not come from CloudWatch.
    package static let namespace = "__namespace__"
    /// CloudWatch's unit; absent for `None`.
    package static let unit = "__unit__"

    package let encoded: [UInt8]

    /// A repeated name keeps its last value.
    package init(_ pairs: [(String, String)]) {
        var sorted: [(name: [UInt8], value: [UInt8])] = []
        for (name, value) in pairs { sorted.append((Array(name.utf8), Array(value.utf8))) }
        self.init(sorting: &sorted)
    }

    /// - Parameter pairs: names and values in any order; left sorted.
    package init(sorting pairs: inout [(name: [UInt8], value: [UInt8])]) {
        // Few labels, nearly sorted: insertion sort keeps equal names in order, so that the last one wins.
        for index in pairs.indices.dropFirst() {
            var place = index
            while place > 0, pairs[place].name.lexicographicallyPrecedes(pairs[place - 1].name) {
                pairs.swapAt(place, place - 1)
                place -= 1
            }
        }
        var bytes: [UInt8] = []
        for (index, pair) in pairs.enumerated() where !pair.value.isEmpty {
            if index + 1 < pairs.count, pairs[index + 1].name == pair.name { continue }
            Self.append(pair.name, to: &bytes)
            Self.append(pair.value, to: &bytes)
        }
        encoded = bytes
    }

    /// From bytes in the layout above.
    /// - Returns: nil when they are not well formed or not sorted.
    package init?(validating bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        var place = 0
        var last: ArraySlice<UInt8>?
        while place < bytes.count {
            guard let name = Self.take(bytes, &place), let value = Self.take(bytes, &place), !value.isEmpty else { return nil }
            if let last, !last.lexicographicallyPrecedes(name) { return nil }
            last = name
        }
        encoded = bytes
    }

    package subscript(name: String) -> String? {
        var wanted = name
        return wanted.withUTF8 { wanted in
            var found: String?
            forEachBytes { name, value in
                if found == nil, name.elementsEqual(wanted) { found = String(decoding: value, as: UTF8.self) }
            }
            return found
        }
    }

    /// In order of names.
    package var pairs: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        forEachBytes { result.append((String(decoding: $0, as: UTF8.self), String(decoding: $1, as: UTF8.self))) }
        return result
    }

    package func forEachBytes(_ body: (_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Void) {
        var place = 0
        while let name = Self.take(encoded, &place), let value = Self.take(encoded, &place) { body(name, value) }
    }

    private static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
        var length = text.count
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7f | 0x80))
            length >>= 7
        }
        bytes.append(UInt8(length))
        bytes.append(contentsOf: text)
    }

    private static func take(_ bytes: [UInt8], _ place: inout Int) -> ArraySlice<UInt8>? {
        var length = 0
        var shift = 0
        while place < bytes.count, shift < 35 {
            let byte = bytes[place]
            place += 1
            length |= Int(byte & 0x7f) << shift
            if byte < 0x80 {
                guard length <= bytes.count - place else { return nil }
                defer { place += length }
                return bytes[place..<place + length]
            }
            shift += 7
        }
        return nil
    }
}

extension LabelSet: CustomStringConvertible {
    package var description: String { "{" + pairs.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}" }
}

/// A condition on one label. A label that a series lacks has the empty value.
package struct LabelMatcher: Sendable {
    package enum Condition: Sendable {
        case equals(String), differs(String), matches(RegularExpression), fails(RegularExpression)
    }

    package let name: String
    package let condition: Condition

    package init(_ name: String, _ condition: Condition) {
        self.name = name
        self.condition = condition
    }

    package func holds(_ labels: LabelSet) -> Bool {
        var found: ArraySlice<UInt8> = []
        var wanted = name
        wanted.withUTF8 { wanted in
            labels.forEachBytes { name, value in
                if name.elementsEqual(wanted) { found = value }
            }
        }
        return holds(value: found)
    }

    /// - Parameter value: UTF-8; empty where there is no such label. Compared byte by byte.
    package func holds(value: ArraySlice<UInt8>) -> Bool {
        switch condition {
        case .equals(let wanted): value.elementsEqual(wanted.utf8)
        case .differs(let unwanted): !value.elementsEqual(unwanted.utf8)
        case .matches(let expression): expression.covers(value)
        case .fails(let expression): !expression.covers(value)
        }
    }
}
