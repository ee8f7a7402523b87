package import Columns

// The fields that a log message has without anyone having declared them.

/// Takes wanted fields out of messages, reading each message once whatever the number of names.
///
///     let extractor = LogFieldExtractor(names: ["level", "error.type", "items.0.id", "@duration"])
///     let columns = extractor.columns(of: messages)        // one a name, one row a message
///
/// Fields come from JSON (the whole message, or the first object in it after other text, as Lambda writes it) and from the lines that
/// Lambda itself writes. A name is a dotted path, array elements by their index; `@@key` is a root member `@key`; other names with `@`
/// are Lambda's. Values are text: strings without quotes and escapes, numbers as written, true and false as `1` and `0`, objects and
/// arrays as compact JSON; null is no value. A malformed message has no JSON fields at all.
///
/// Source: CloudWatch Logs user guide, "Supported logs and discovered fields".
package struct LogFieldExtractor: Sendable {
    package let names: [String]
    let paths: FieldPaths
    private let lambdaNames: [(index: Int, name: LambdaLine.Name)]

    package init(names: [String]) {
        self.names = names
        paths = FieldPaths(names)
        lambdaNames = names.enumerated().compactMap { index, name in LambdaLine.Name(rawValue: name).map { (index, $0) } }
    }

    /// One column a name, `.absent` where no message has it, with one row a message.
    /// - Complexity: O(bytes of the messages).
    package func columns(of messages: BytesVector) -> [Column] { columns(of: messages, rows: 0..<messages.count) }

    /// The same for some of the messages, in the order of `rows`.
    package func columns(of messages: BytesVector, rows: some Collection<Int>) -> [Column] {
        var builders = names.map { _ in FieldBuilder(rowCount: rows.count) }
        var found = [JSONScanner.Value?](repeating: nil, count: names.count)
        messages.bytes.withUnsafeBufferPointer { bytes in
            for (row, message) in rows.enumerated() {
                extract(UnsafeBufferPointer(rebasing: bytes[messages.range(at: message)]), row: row, &found, into: &builders)
            }
        }
        return builders.map { $0.column() }
    }

    /// The values of one message, in the order of the names.
    package func values(of message: ArraySlice<UInt8>) -> [String?] {
        var messages = BytesVector()
        messages.append(message)
        return columns(of: messages).map { column in column.isPresent(0) ? column.vector.strings?.text(at: 0) : nil }
    }

    /// - Parameter found: scratch space, one a name.
    private func extract(
        _ message: UnsafeBufferPointer<UInt8>, row: Int, _ found: inout [JSONScanner.Value?], into builders: inout [FieldBuilder]
    ) {
        if !lambdaNames.isEmpty {
            let line = LambdaLine(message)
            for (index, name) in lambdaNames { if let value = line.value(of: name) { builders[index].put(value.utf8, at: row) } }
        }
        guard !paths.isEmpty, JSONFragment.range(in: message, then: { paths.find(in: &$0, &found) }) != nil else { return }
        for index in found.indices {
            if let value = found[index] { builders[index].put(value, of: message, at: row) }
        }
    }
}

/// All fields of one message, as `GetLogRecord` shows them.
package enum LogFields {
    /// CloudWatch discovers no more in one event.
    package static let fieldsMax = 200

    /// Names and values in the order of the text; only leaves: a container shows by what is in it. `fieldsMax` at most.
    package static func all(in message: ArraySlice<UInt8>) -> [(name: String, value: String)] {
        message.withUnsafeBufferPointer { message in
            let line = LambdaLine(message)
            var fields = LambdaLine.Name.allCases.compactMap { name in line.value(of: name).map { (name: name.rawValue, value: $0) } }
            var leaves: [(name: String, value: String)] = []
            let json = JSONFragment.range(in: message) { scanner in
                leaves = []
                return collect(&scanner, path: nil, depth: 0, into: &leaves)
            }
            if json != nil { fields += leaves }
            return Array(fields.prefix(fieldsMax))
        }
    }

    private static func collect(
        _ scanner: inout JSONScanner, path: String?, depth: Int, into leaves: inout [(name: String, value: String)]
    ) -> Bool {
        switch scanner.peek() {
        case UInt8(ascii: "{"):
            return scanner.members(depth: depth) { scanner, key in
                var bytes: [UInt8] = depth == 0 && scanner.text[key.range].first == UInt8(ascii: "@") ? [UInt8(ascii: "@")] : []
                JSONText.appendString(scanner.text, key.range, to: &bytes)
                return collect(&scanner, path: joined(path, String(decoding: bytes, as: UTF8.self)), depth: depth + 1, into: &leaves)
            }
        case UInt8(ascii: "["):
            return scanner.elements(depth: depth) { scanner, index in
                collect(&scanner, path: joined(path, String(index)), depth: depth + 1, into: &leaves)
            }
        default:
            guard let value = scanner.value(depth: depth) else { return false }
            if leaves.count < fieldsMax, let text = value.fieldText(in: scanner.text) {
                leaves.append((path ?? "", String(decoding: text, as: UTF8.self)))
            }
            return true
        }
    }

    private static func joined(_ path: String?, _ name: String) -> String { path.map { "\($0).\(name)" } ?? name }
}

/// One field's values while they are gathered.
private struct FieldBuilder {
    private var values = BytesVector()
    private var validity: Selection
    private var rowsDone = 0
    private let rowCount: Int

    init(rowCount: Int) {
        self.rowCount = rowCount
        validity = Selection(none: rowCount)
    }

    /// The first value of a row counts. Rows come in ascending order; those passed over have none.
    mutating func put(_ text: some Collection<UInt8>, at row: Int) {
        guard row >= rowsDone else { return }
        fill(to: row)
        values.append(text)
        validity[row] = true
        rowsDone = row + 1
    }

    mutating func put(_ value: JSONScanner.Value, of message: UnsafeBufferPointer<UInt8>, at row: Int) {
        switch value.kind {
        case .number, .string(hasEscapes: false): put(UnsafeBufferPointer(rebasing: message[value.range]), at: row)
        default: if let text = value.fieldText(in: message) { put(text, at: row) }
        }
    }

    consuming func column() -> Column {
        guard !validity.isEmpty else { return .absent }
        fill(to: rowCount)
        return Column(.bytes(values), validity: validity.count == rowCount ? nil : validity)
    }

    private mutating func fill(to row: Int) {
        for _ in rowsDone..<max(row, rowsDone) { values.append(EmptyCollection()) }
        rowsDone = max(row, rowsDone)
    }
}

extension JSONScanner.Value {
    /// The value as a field shows it; nil for null.
    fileprivate func fieldText(in text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        switch kind {
        case .null: return nil
        case .true: return [UInt8(ascii: "1")]
        case .false: return [UInt8(ascii: "0")]
        case .number, .string(hasEscapes: false): return Array(text[range])
        case .string(hasEscapes: true): JSONText.appendString(text, range, to: &bytes)
        case .array, .object: JSONText.appendCompact(text, range, to: &bytes)
        }
        return bytes
    }
}
