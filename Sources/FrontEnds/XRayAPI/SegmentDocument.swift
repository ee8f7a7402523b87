import SignalModel
import WireFormats

/// A segment document as it was sent, checked: a segment, one still in progress, or a subsegment sent on its own.
///
/// Source: X-Ray developer guide, "Segment documents". Only what the store needs is read; the document itself is kept byte for byte.
struct SegmentDocument {
    /// AWS's limit on one document.
    static let bytesMax = 64 << 10
    /// Subsegments inside subsegments; SDKs make a handful.
    static let depthMax = 32
    /// How deep subsegments that were sent on their own are put into one another: JSON is read 64 deep, two for each and some for what
    /// they hold.
    static let nestingMax = 24

    let root: WireNode
    let trace: TraceID
    let head: SpanHead
    let isSubsegment: Bool

    /// - Throws: what X-Ray answers for the document in `UnprocessedTraceSegments`.
    init(_ text: some Collection<UInt8>, now: Timestamp) throws(SegmentError) {
        let document: WireDocument
        do throws(WireError) { document = try WireDocument(json: Array(text)) } catch { throw SegmentError("ParseError", id: nil) }
        guard document.root.kind == .map else { throw SegmentError("ParseError", id: nil) }
        guard text.count <= Self.bytesMax else { throw SegmentError("SegmentTooLarge", id: document.root["id"]?.text) }
        root = document.root
        head = try SpanHead(root)
        let idText = root["id"]?.text
        guard let traceText = root["trace_id"]?.text else { throw SegmentError("MissingTraceId", id: idText) }
        guard let trace = TraceID(traceText), Self.isAcceptable(trace, traceText, now: now) else {
            throw SegmentError("InvalidTraceId", id: idText)
        }
        self.trace = trace
        isSubsegment = root["type"]?.isText("subsegment") ?? false
        if isSubsegment, head.parent == 0 { throw SegmentError("MissingParentId", id: idText) }
    }

    /// X-Ray's own notation begins with a time, which may be neither in the future nor more than 30 days past; W3C ids are random.
    private static func isAcceptable(_ trace: TraceID, _ text: String, now: Timestamp) -> Bool {
        guard text.utf8.count == 35 else { return true }
        return trace.epochSeconds >= now.seconds - 30 * 86_400 && trace.epochSeconds <= now.seconds + 300
    }

    /// Appends the document's own row, then one for each subsegment in it.
    func append(to batch: inout SpanBatch, text: some Collection<UInt8>) throws(SegmentError) {
        var row = row(of: head, parent: head.parent)
        row.flags.insert(.document)
        if isSubsegment { row.flags.insert(.inner) }
        row.kind = isSubsegment ? SpanAttributes.kind(of: root) : .server
        // Whose work a subsegment is stands in its parent only.
        let service = isSubsegment ? "" : head.name
        batch.append(row, service: service, name: head.name, attributes: SpanAttributes.fields(of: root), document: text)
        try append(subsegmentsOf: root, parent: head.id, service: service, depth: 1, to: &batch)
    }

    private func append(
        subsegmentsOf node: WireNode, parent: UInt64, service: String, depth: Int, to batch: inout SpanBatch
    ) throws(SegmentError) {
        guard let children = node["subsegments"]?.children else { return }
        guard depth < Self.depthMax else { throw SegmentError("InvalidSegment", id: root["id"]?.text) }
        for child in children {
            let head = try SpanHead(child)
            var row = row(of: head, parent: parent)
            row.flags.insert(.inner)
            row.kind = SpanAttributes.kind(of: child)
            batch.append(row, service: service, name: head.name, attributes: SpanAttributes.fields(of: child))
            try append(subsegmentsOf: child, parent: head.id, service: service, depth: depth + 1, to: &batch)
        }
    }

    private func row(of head: SpanHead, parent: UInt64) -> SpanRow {
        var row = SpanRow()
        row.trace = trace
        row.span = head.id
        row.parent = parent
        row.start = head.start.nanoseconds
        row.end = head.end.nanoseconds
        row.flags = head.flags
        row.status = head.flags.isDisjoint(with: [.error, .fault, .throttle]) ? .unset : .error
        return row
    }
}

/// What segments and subsegments have in common.
struct SpanHead {
    let id: UInt64
    let parent: UInt64
    let name: String
    let start: Timestamp
    let end: Timestamp
    let flags: SpanFlags

    init(_ node: WireNode) throws(SegmentError) {
        let idText = node["id"]?.text
        guard let idText else { throw SegmentError("MissingId", id: nil) }
        guard let id = spanID(idText) else { throw SegmentError("InvalidId", id: idText) }
        guard let name = node["name"]?.text, !name.isEmpty else { throw SegmentError("MissingName", id: idText) }
        guard name.unicodeScalars.count <= 200 else { throw SegmentError("InvalidName", id: idText) }
        guard let startNode = node["start_time"] else { throw SegmentError("MissingStartTime", id: idText) }
        guard let start = startNode.double.flatMap(Timestamp.init(secondsSinceEpoch:)), start.nanoseconds >= 0 else {
            throw SegmentError("InvalidStartTime", id: idText)
        }
        let isInProgress = node["in_progress"]?.bool ?? false
        var flags: SpanFlags = isInProgress ? .inProgress : []
        if let endNode = node["end_time"], !endNode.isNull {
            guard let end = endNode.double.flatMap(Timestamp.init(secondsSinceEpoch:)), end >= start else {
                throw SegmentError("InvalidEndTime", id: idText)
            }
            self.end = end
        } else {
            guard isInProgress else { throw SegmentError("MissingEndTime", id: idText) }
            end = start
        }
        if node["error"]?.bool == true { flags.insert(.error) }
        if node["fault"]?.bool == true { flags.insert(.fault) }
        if node["throttle"]?.bool == true { flags.insert(.throttle) }
        var parent: UInt64 = 0
        if let parentNode = node["parent_id"], !parentNode.isNull {
            guard let value = parentNode.text.flatMap(spanID) else { throw SegmentError("InvalidParentId", id: idText) }
            parent = value
        }
        self.id = id
        self.parent = parent
        self.name = name
        self.start = start
        self.flags = flags
    }
}

/// Why one document of a request was not taken; the others are not touched by it.
struct SegmentError: Error {
    let code: String
    /// The segment's id when it could be read.
    let id: String?

    init(_ code: String, id: String?) {
        self.code = code
        self.id = id
    }

    var message: String { "Invalid segment. ErrorCode: \(code)" }
}
