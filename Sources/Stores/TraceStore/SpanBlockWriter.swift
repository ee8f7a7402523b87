import Bytes
import ColumnStore
import Columns
import SignalModel
import WireFormats

/// Writes the rows of a block. Sections, as `Documentation/Formats/spans.md` draws them:
///
///     0 search      who did what (services, names, contexts, and the signatures of rows made of them), starts, durations
///     1 ids         traces as runs, spans, parents, arrivals
///     2 attributes  `AttributeColumns`
///     3 documents   what spans have besides
struct SpanBlockWriter {
    static let form: UInt8 = 1
    enum Section: Int { case search = 0, ids, attributes, documents }

    private let rows: SpanRows

    init(_ rows: SpanRows) { self.rows = rows }

    /// - Throws: `.corrupt` for attributes that are none.
    func block() throws(StorageError) -> EncodedBlock {
        let columns: AttributeColumns
        do throws(WireError) { columns = try AttributeColumns(rows.attributes) } catch {
            throw StorageError(code: .corrupt, message: "cannot write spans: \(error)")
        }
        var keys = SpanKeys()
        let attributes = columns.section { column, distinct in keys.add(column, distinct) }
        let (search, services) = search(shapes: columns.shapeCodes, &keys)
        for row in 0..<rows.count where row == 0 || rows.traceLow[row] != rows.traceLow[row - 1] || rows.traceHigh[row] != rows.traceHigh[row - 1] {
            keys.add(trace: TraceID(high: rows.traceHigh[row], low: rows.traceLow[row]))
        }
        return EncodedBlock(
            form: Self.form, rowCount: rows.count, times: (rows.starts.min() ?? 0)...(rows.starts.max() ?? 0),
            summary: SpanSummary(rows, services: services).bytes, sections: [search, ids(), attributes, documents()], keys: keys.all)
    }

    // MARK: search

    /// What rows have in common, by the numbers that stand for it.
    private struct Signature: Hashable {
        let service, name, context, shape: UInt32
        let kind, flags, status: UInt8
    }

    /// `[varint signatures]`, services, names, contexts as plain texts after their counts, then each member of the signatures as
    /// integers, then of the rows: signature, start, duration.
    private func search(shapes: [UInt64], _ keys: inout SpanKeys) -> (EncodedSection, services: BytesVector) {
        var services = TextIndex(), names = TextIndex()
        let serviceCodes = Self.codes(of: rows.services, &services)
        let nameCodes = Self.codes(of: rows.names, &names)
        var signatures: [Signature] = []
        var places: [Signature: UInt64] = [:]
        var codes: [UInt64] = []
        codes.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            let signature = Signature(
                service: serviceCodes[row], name: nameCodes[row], context: UInt32(rows.contextCodes[row]), shape: UInt32(shapes[row]),
                kind: rows.kinds[row], flags: rows.flags[row], status: rows.statuses[row])
            if let known = places[signature] {
                codes.append(known)
            } else {
                places[signature] = UInt64(signatures.count)
                codes.append(UInt64(signatures.count))
                signatures.append(signature)
            }
        }
        for name in 0..<names.count { keys.add(name: names.texts[name]) }
        var section = StreamWriter()
        section.head.append(varint: UInt64(signatures.count))
        for texts in [services.texts, names.texts, rows.contexts] {
            section.head.append(varint: UInt64(texts.count))
            section.append(texts: texts)
        }
        section.append(integers: signatures.map { UInt64($0.service) })
        section.append(integers: signatures.map { UInt64($0.name) })
        section.append(integers: signatures.map { UInt64($0.context) })
        section.append(integers: signatures.map { UInt64($0.shape) })
        section.append(integers: signatures.map { UInt64($0.kind) })
        section.append(integers: signatures.map { UInt64($0.flags) })
        section.append(integers: signatures.map { UInt64($0.status) })
        section.append(integers: codes)
        section.append(integers: rows.starts.map { UInt64(bitPattern: $0) })
        section.append(signed: (0..<rows.count).map { rows.ends[$0] &- rows.starts[$0] })
        return (section.finished(), services.texts)
    }

    private static func codes(of texts: BytesVector, _ index: inout TextIndex) -> [UInt32] {
        texts.bytes.withUnsafeBytes { raw in
            var last = -1
            return (0..<texts.count).map { row in
                let text = UnsafeRawBufferPointer(rebasing: raw[texts.range(at: row)])
                if last < 0 || !index.isEqual(last, text) { last = index.place(of: text) }
                return UInt32(last)
            }
        }
    }

    // MARK: ids

    /// `[varint traces]`; of the traces: rows, high and low halves; of the rows: span ids (8 B each, as they are), parents (0 none, 1 one
    /// that is not in the trace here, n + 2 the n-th row of the trace), arrivals; `[varint foreign parents]` and these.
    private func ids() -> EncodedSection {
        var lengths: [UInt64] = [], high: [UInt64] = [], low: [UInt64] = []
        var parents: [UInt64] = [], foreign: [UInt64] = []
        parents.reserveCapacity(rows.count)
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows.traceLow[end] == rows.traceLow[start], rows.traceHigh[end] == rows.traceHigh[start] { end += 1 }
            lengths.append(UInt64(end - start))
            high.append(rows.traceHigh[start])
            low.append(rows.traceLow[start])
            appendParents(of: start..<end, to: &parents, &foreign)
            start = end
        }
        var section = StreamWriter()
        section.head.append(varint: UInt64(lengths.count))
        section.append(integers: lengths)
        section.append(integers: high)
        section.append(integers: low)
        section.append(rows.spans.withUnsafeBytes { Array($0) }, isRandom: true)
        section.append(integers: parents)
        section.append(integers: rows.arrivals)
        section.head.append(varint: UInt64(foreign.count))
        section.append(integers: foreign)
        return section.finished()
    }

    private func appendParents(of trace: Range<Int>, to codes: inout [UInt64], _ foreign: inout [UInt64]) {
        // Most traces are short enough to look through.
        let places: [UInt64: Int]? =
            trace.count > 32 ? Dictionary(trace.map { (rows.spans[$0], $0 - trace.lowerBound) }, uniquingKeysWith: { first, _ in first }) : nil
        for row in trace {
            let parent = rows.parents[row]
            guard parent != 0 else {
                codes.append(0)
                continue
            }
            let place = places.map { $0[parent] } ?? trace.first { rows.spans[$0] == parent }.map { $0 - trace.lowerBound }
            if let place {
                codes.append(UInt64(place) + 2)
            } else {
                codes.append(1)
                foreign.append(parent)
            }
        }
    }

    // MARK: documents

    /// A bit a row: whether it has a document. Then X-Ray's documents, then the rest of OpenTelemetry's spans, each `[varint count]` and texts.
    private func documents() -> EncodedSection {
        var section = StreamWriter()
        var bits = [UInt8](repeating: 0, count: (rows.count + 7) / 8)
        var whole: [Int] = [], rest: [Int] = []
        for row in 0..<rows.count where !rows.documents.range(at: row).isEmpty {
            bits[row >> 3] |= 1 << UInt8(row & 7)
            if SpanFlags(rawValue: rows.flags[row]).contains(.document) { whole.append(row) } else { rest.append(row) }
        }
        section.append(bits)
        section.head.append(varint: UInt64(whole.count))
        section.append(texts: rows.documents.gathered(whole), own: rows.ids(of: whole))
        section.head.append(varint: UInt64(rest.count))
        section.append(texts: rows.documents.gathered(rest))
        return section.finished()
    }
}
