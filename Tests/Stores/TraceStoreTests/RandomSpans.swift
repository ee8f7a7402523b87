import Columns
import SignalModel
import Simulation
import WireFormats

/// Spans with all that a block has a form for: attributes of every type, keys that come twice, documents of both protocols, long traces.
struct RandomSpans {
    var random: SeededRandom
    let traces: [TraceID]
    private var known: [UInt64] = []

    init(seed: UInt64, traces count: Int = 10) {
        random = SeededRandom(seed: seed)
        var random = random
        traces = (0..<count).map { _ in TraceID(high: random.next(), low: random.next()) }
        self.random = random
    }

    mutating func append(to batch: inout SpanBatch, start: Int64) {
        var row = SpanRow()
        row.trace = traces.randomElement(using: &random)!
        row.span = random.next()
        row.parent = random.oneIn(3) ? 0 : random.oneIn(4) ? random.next() : known.randomElement(using: &random) ?? 0
        known.append(row.span)
        if known.count > 50 { known.removeFirst() }
        row.start = start
        row.end = start + Int64.random(in: -5...500_000_000, using: &random)
        row.kind = SpanKind.allCases.randomElement(using: &random)!
        row.status = SpanStatus.allCases.randomElement(using: &random)!
        if random.oneIn(5) { row.flags.insert(.fault) }
        let isXRay = random.oneIn(3)
        row.flags.insert(isXRay ? .document : .otlp)
        batch.append(row)
        batch.services.append(utf8: "service-\(Int.random(in: 0..<4, using: &random))")
        batch.names.append(utf8: random.oneIn(10) ? "GET /\(random.next())" : "operation-\(Int.random(in: 0..<5, using: &random))")
        batch.attributes.append(attributes())
        batch.documents.append(isXRay ? document(row) : random.oneIn(4) ? random.bytes(Int.random(in: 0..<60, using: &random)) : [])
        batch.contexts.append(context(isXRay, isFirst: batch.contexts.count == 0))
    }

    private mutating func context(_ isXRay: Bool, isFirst: Bool) -> [UInt8] {
        if isXRay { return SpanField.noContext }
        if !isFirst, random.oneIn(2) { return [] }
        var resource = ProtobufWriter(), pair = ProtobufWriter(), value = ProtobufWriter(), context = ProtobufWriter()
        value.append(1, text: "region-\(Int.random(in: 0..<3, using: &random))")
        pair.append(1, text: "cloud.region")
        pair.append(2, value.bytes)
        resource.append(SpanContext.resourceAttributes, pair.bytes)
        context.append(SpanContext.resource, resource.bytes)
        return context.bytes
    }

    private mutating func attributes() -> [UInt8] {
        var writer = ProtobufWriter()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: writer.append(attribute: "tenant".utf8, text: "t\(Int.random(in: 0..<3, using: &random))".utf8)
            case 1: writer.append(attribute: "http.response.status_code".utf8, integer: [200, 404, 500].randomElement(using: &random)!)
            case 2: writer.append(attribute: "order".utf8, integer: Int64(bitPattern: random.next()))
            case 3: writer.append(attribute: "load".utf8, bits: Double.random(in: -1...1, using: &random).bitPattern)
            case 4: writer.append(attribute: "cached".utf8, integer: random.oneIn(2) ? 1 : 0, isBool: true)
            case 5: writer.append(attribute: "order".utf8, text: "o-\(random.next() % 100_000)".utf8)
            case 6: writer.append(attribute: "id".utf8, text: spanHexText(random.next()).utf8)
            default:
                var list = ProtobufWriter(), value = ProtobufWriter()
                value.append(3, varint: random.next() % 100)
                list.append(1, value.bytes)
                var any = ProtobufWriter()
                any.append(5, list.bytes)
                writer.append(attribute: "list".utf8, value: any.bytes)
            }
        }
        return writer.bytes
    }

    private mutating func document(_ row: SpanRow) -> [UInt8] {
        let id = random.oneIn(8) ? spanHexText(random.next()) : spanHexText(row.span)
        let parent = row.parent == 0 ? "" : #","parent_id":"\#(spanHexText(row.parent))""#
        return Array(
            #"{"trace_id":"\#(row.trace.xrayText)","id":"\#(id)"\#(parent),"name":"n","start_time":\#(row.start / 1_000_000_000).00\#(random.next() % 1000)}"#.utf8)
    }
}
