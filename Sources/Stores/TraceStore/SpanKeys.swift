import Bytes
import Columns
import SignalModel

/// The keys of a block, and of what is looked for in it: traces, operations' names, attributes with their values.
///
/// Hashes are on disk in key filters: what they are made of never changes.
struct SpanKeys {
    /// Longer texts (queries, stack traces) are nobody's needle.
    static let valueBytesMax = 128

    private(set) var found: Set<UInt64> = []
    var all: [UInt64] { Array(found) }

    static func key(of trace: TraceID) -> UInt64 { trace.low ^ (trace.high << 32 | trace.high >> 32) }

    static func key(ofName name: some Collection<UInt8>) -> UInt64 { Checksum.xxh3(Array(name), seed: 1) }

    /// Nil for a value that has no key.
    static func key(of attribute: [UInt8], value: some Collection<UInt8>) -> UInt64? {
        value.count <= valueBytesMax ? Checksum.xxh3(Array(value), seed: Checksum.xxh3(attribute, seed: 2)) : nil
    }

    mutating func add(trace: TraceID) { found.insert(Self.key(of: trace)) }
    mutating func add(name: some Collection<UInt8>) { found.insert(Self.key(ofName: name)) }

    /// - Parameter distinct: the column's texts, each once, where they are known.
    mutating func add(_ column: AttributeColumns.Column, _ distinct: BytesVector?) {
        let seed = Checksum.xxh3(column.key, seed: 2)
        switch column.type {
        case .other: break
        case .bool:
            for value in Set(column.integers) { found.insert(Checksum.xxh3(Array((value != 0 ? "true" : "false").utf8), seed: seed)) }
        case .integer:
            var last: Int64?
            for value in column.integers where value != last {
                found.insert(Checksum.xxh3(Array("\(value)".utf8), seed: seed))
                last = value
            }
        case .double:
            var last: UInt64?
            for bits in column.bits where bits != last {
                found.insert(Checksum.xxh3(Array(NumberText.format(Double(bitPattern: bits)).utf8), seed: seed))
                last = bits
            }
        case .text:
            let texts = distinct ?? column.texts
            texts.bytes.withUnsafeBytes { raw in
                for row in 0..<texts.count {
                    let range = texts.range(at: row)
                    guard range.count <= Self.valueBytesMax else { continue }
                    found.insert(Checksum.xxh3(UnsafeRawBufferPointer(rebasing: raw[range]), seed: seed))
                }
            }
        }
    }
}
