import Bytes
import ColumnStore
import Columns
import SignalModel

/// What a span block's header says without its rows:
/// `[8 B newest arrival][1 B all flags][1 B statuses, a bit each][varint longest duration + 1, 0 when one is negative]`
/// `[varint services + 1, 0 when there are too many to list]`, then their fingerprints (XXH3, low half) as ascending u32.
struct SpanSummary {
    private static let servicesMax = 64

    let newestArrival: UInt64
    let flags: SpanFlags
    let statuses: UInt8
    /// Nil when nothing is known of it.
    let longest: Int64?
    /// Ascending; nil when there are too many.
    let services: [UInt32]?

    init(_ rows: SpanRows, services: BytesVector) {
        newestArrival = rows.arrivals.max() ?? 0
        flags = SpanFlags(rawValue: rows.flags.reduce(0, |))
        statuses = rows.statuses.reduce(0) { $0 | 1 << min($1, 7) }
        let durations = (0..<rows.count).lazy.map { rows.ends[$0].subtractingReportingOverflow(rows.starts[$0]) }
        longest = durations.contains { $0.overflow || $0.partialValue < 0 } ? nil : durations.map(\.partialValue).max()
        self.services = services.count > Self.servicesMax ? nil : (0..<services.count).map { Self.fingerprint(Array(services[$0])) }.sorted()
    }

    static func fingerprint(_ service: [UInt8]) -> UInt32 { UInt32(truncatingIfNeeded: Checksum.xxh3(service)) }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(uint64: newestArrival)
        writer.append(uint8: flags.rawValue)
        writer.append(uint8: statuses)
        writer.append(varint: longest.map { UInt64($0) + 1 } ?? 0)
        writer.append(varint: services.map { UInt64($0.count) + 1 } ?? 0)
        for service in services ?? [] { writer.append(uint32: service) }
        return writer.bytes
    }

    /// Of a block that `SpanBlockWriter` wrote.
    init(_ bytes: ArraySlice<UInt8>) throws(StorageError) {
        do throws(BytesError) {
            self = try ByteReader.reading(bytes) { reader throws(BytesError) in try SpanSummary(&reader) }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a span block's summary: \(error.message)")
        }
    }

    private init(_ reader: inout ByteReader) throws(BytesError) {
        newestArrival = try reader.uint64()
        flags = SpanFlags(rawValue: try reader.uint8())
        statuses = try reader.uint8()
        let duration = try reader.varint()
        longest = duration == 0 ? nil : Int64(exactly: duration - 1)
        let count = try reader.varint()
        if count == 0 {
            services = nil
        } else {
            guard count - 1 <= UInt64(Self.servicesMax) else { throw StreamReader.malformed("\(count) services in a summary") }
            var services: [UInt32] = []
            for _ in 1..<count { services.append(try reader.uint32()) }
            self.services = services
        }
        try reader.expectEnd()
    }

    /// Of a block of form 0 only the first eight bytes are of use.
    static func newestArrival(_ bytes: ArraySlice<UInt8>) throws(StorageError) -> UInt64 {
        do throws(BytesError) {
            return try ByteReader.reading(bytes) { reader throws(BytesError) in try reader.uint64() }
        } catch {
            throw StorageError(code: .corrupt, message: "cannot read a span block's summary: \(error.message)")
        }
    }
}
