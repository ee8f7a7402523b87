import Bytes
import SignalModel
import WireFormats

/// Brings a series' labels from the wire into `LabelSet`'s canonical form. Kept and used again for many series.
struct WireLabels {
    private typealias Label = (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    private var labels: [Label] = []
    private(set) var encoded: [UInt8] = []

    /// Fills `encoded` from a run of label fields (`labels=1 {name=1, value=2}`).
    ///
    /// The specification wants labels sorted; those that are not are sorted here. A label with an empty value is no label.
    /// - Throws: 400 for a repeated or empty name, no metric name, text that is not UTF-8, too many or too large labels.
    mutating func read(_ fields: UnsafeRawBufferPointer) throws(RemoteWriteError) {
        do throws(WireError) { try collect(fields) } catch { throw RemoteWriteError(error) }
        guard labels.count <= Limits.labelsMax else {
            throw RemoteWriteError(status: 400, "cannot take the series: \(labels.count) labels where \(Limits.labelsMax) are allowed")
        }
        sort()
        encoded.removeAll(keepingCapacity: true)
        var hasName = false
        for index in labels.indices {
            let label = labels[index]
            if index > 0, label.name.elementsEqual(labels[index - 1].name) { throw bad("label \(Self.shown(label.name)) comes twice") }
            guard !label.name.isEmpty else { throw bad("a label has no name") }
            guard Self.isText(label.name), Self.isText(label.value) else { throw bad("a label is not UTF-8") }
            guard !label.value.isEmpty else { continue }
            if label.name.elementsEqual(LabelSet.metricName.utf8) { hasName = true }
            append(label.name)
            append(label.value)
        }
        guard hasName else { throw bad("it has no \(LabelSet.metricName)") }
        guard encoded.count <= Limits.labelBytesMax else { throw bad("its labels take \(encoded.count) bytes, more than \(Limits.labelBytesMax)") }
    }

    private mutating func collect(_ fields: UnsafeRawBufferPointer) throws(WireError) {
        labels.removeAll(keepingCapacity: true)
        var reader = ProtobufReader(fields)
        while let field = try reader.nextField() {
            guard field == .init(1, .bytes) else { continue }       // the run holds nothing else
            var message = try reader.message()
            var label: Label = (UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0))
            while let part = try message.nextField() {
                switch part {
                case .init(1, .bytes): label.name = try message.bytes()
                case .init(2, .bytes): label.value = try message.bytes()
                default: try message.skip(part)
                }
            }
            labels.append(label)
        }
    }

    /// Insertion: labels are few and nearly always sorted.
    private mutating func sort() {
        for index in labels.indices.dropFirst() {
            var place = index
            while place > 0, labels[place].name.lexicographicallyPrecedes(labels[place - 1].name) {
                labels.swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    private mutating func append(_ text: UnsafeRawBufferPointer) {
        var length = text.count
        while length >= 0x80 {
            encoded.append(UInt8(length & 0x7f | 0x80))
            length >>= 7
        }
        encoded.append(UInt8(length))
        encoded.append(contentsOf: text)
    }

    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var high: UInt8 = 0
        for byte in bytes { high |= byte }
        return high < 0x80 || String(validating: bytes, as: UTF8.self) != nil
    }

    private static func shown(_ name: UnsafeRawBufferPointer) -> String { String(decoding: name.prefix(100), as: UTF8.self) }

    private func bad(_ why: String) -> RemoteWriteError { RemoteWriteError(status: 400, "cannot take the series: \(why)") }
}
