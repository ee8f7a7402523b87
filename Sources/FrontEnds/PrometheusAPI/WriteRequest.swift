import Bytes
import WireFormats

/// A remote-write 1.0 message as columns, decoded in place: no object a series or a sample. The message's bytes must outlive it.
///
/// Source: Prometheus remote write 1.0 specification, `prompb.WriteRequest`:
/// timeseries*=1 {labels*=1 {name=1, value=2}, samples*=2 {value=1 double, timestamp=2 int64 ms}, exemplars*=3, histograms*=4}, metadata*=3.
/// A series is named by the bytes of its label fields as they came: their fingerprint is known from an earlier request, most of the time.
struct WriteRequest {
    /// One a time series that has samples.
    private(set) var fingerprints: [Fingerprint] = []
    /// Where its label fields lie: in the message, or behind it in `gathered`.
    private var labels: [Range<Int>] = []
    /// One a sample: position of its series above; UTC nanoseconds; the value bit for bit.
    private(set) var series: [UInt32] = []
    private(set) var times: [Int64] = []
    private(set) var values: [Double] = []
    /// Native histograms, after the samples in what is stored.
    private(set) var histograms: [NativeHistogram] = []
    private(set) var exemplarCount = 0
    private(set) var metadataCount = 0

    private let message: UnsafeRawBufferPointer
    /// Label fields of series that had something between them, brought together.
    private var gathered: [UInt8] = []

    /// - Throws: 400 with position and reason.
    init(_ message: UnsafeRawBufferPointer, key: FingerprintKey) throws(RemoteWriteError) {
        self.message = message
        do throws(WireError) {
            var reader = ProtobufReader(message)
            while let field = try reader.nextField() {
                switch field {
                case .init(1, .bytes): try addSeries(try reader.message(), key)
                case .init(3, .bytes):
                    metadataCount += 1
                    try reader.skip(field)
                default: try Self.skipUnknown(field, known: 1...3, &reader)
                }
            }
        } catch { throw RemoteWriteError(error) }
    }

    /// Samples and histograms.
    var sampleCount: Int { times.count + histograms.count }

    /// The label fields of the series at `position`, one after the other.
    func withLabels<Result, Failure: Error>(
        at position: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let range = labels[position]
        guard range.lowerBound >= message.count else { return try body(UnsafeRawBufferPointer(rebasing: message[range])) }
        let place = range.lowerBound - message.count..<range.upperBound - message.count
        return try gathered.withRawBytes { raw throws(Failure) in try body(UnsafeRawBufferPointer(rebasing: raw[place])) }
    }

    /// Where in the message the series' labels begin, for errors.
    func position(ofLabelsAt position: Int) -> Int { min(labels[position].lowerBound, message.count) }

    private mutating func addSeries(_ message: ProtobufReader, _ key: FingerprintKey) throws(WireError) {
        var reader = message
        let position = UInt32(truncatingIfNeeded: fingerprints.count)
        let firstSample = sampleCount
        var labels = reader.position..<reader.position
        var isScattered = false
        while true {
            let start = reader.position
            guard let field = try reader.nextField() else { break }
            switch field {
            case .init(1, .bytes):
                try reader.skip(field)
                if labels.isEmpty { labels = start..<start }
                if labels.upperBound == start { labels = labels.lowerBound..<reader.position } else { isScattered = true }
            case .init(2, .bytes):
                try addSample(try reader.message(), position)
            case .init(3, .bytes):
                exemplarCount += 1
                try reader.skip(field)
            case .init(4, .bytes):
                histograms.append(try NativeHistogram(try reader.message(), in: self.message, series: position))
            default: try Self.skipUnknown(field, known: 1...4, &reader)
            }
        }
        guard sampleCount > firstSample else { return }
        if isScattered { labels = try gather(message) }
        self.labels.append(labels)
        fingerprints.append(withLabels(at: Int(position)) { key.fingerprint(of: $0) })
    }

    private mutating func addSample(_ message: ProtobufReader, _ position: UInt32) throws(WireError) {
        var reader = message
        var value = 0.0
        var milliseconds: Int64 = 0
        while let field = try reader.nextField() {
            switch field {
            case .init(1, .fixed64): value = try reader.double()
            case .init(2, .varint): milliseconds = Int64(bitPattern: try reader.varint())
            default: try Self.skipUnknown(field, known: 1...2, &reader)
            }
        }
        series.append(position)
        times.append(try Self.time(milliseconds, at: message.position))
        values.append(value)
    }

    /// In nanoseconds.
    static func time(_ milliseconds: Int64, at position: Int) throws(WireError) -> Int64 {
        let (time, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else {
            throw WireError(code: .limit, position: position, message: "cannot take the sample: timestamp \(milliseconds) ms is out of range")
        }
        return time
    }

    /// A field that this version does not know is a newer sender's; a known one of another type is a broken sender's.
    static func skipUnknown(
        _ field: ProtobufReader.Field, known: ClosedRange<UInt32>, _ reader: inout ProtobufReader
    ) throws(WireError) {
        guard !known.contains(field.number) else {
            throw WireError(
                code: .malformed, position: reader.position, message: "cannot read field \(field.number): it is of the wrong type")
        }
        try reader.skip(field)
    }

    private mutating func gather(_ message: ProtobufReader) throws(WireError) -> Range<Int> {
        var reader = message
        let start = self.message.count + gathered.count
        while true {
            let fieldStart = reader.position
            guard let field = try reader.nextField() else { break }
            try reader.skip(field)
            if field.number == 1 { gathered.append(contentsOf: self.message[fieldStart..<reader.position]) }
        }
        return start..<self.message.count + gathered.count
    }
}
