import Bytes
import Columns
import Platform
import SignalModel
import WireFormats

/// A trace put together from its documents.
struct Trace {
    struct Segment {
        let id: UInt64
        let parent: UInt64
        let start: Timestamp
        let end: Timestamp
        let flags: SpanFlags
        let arrival: UInt64
        /// The document as it was sent.
        let text: [UInt8]
        let root: WireNode

        var isInProgress: Bool { flags.contains(.inProgress) }
        /// With its parsed form and what is written of it, which are about as large each.
        var heldBytes: Int { text.count * 3 + 256 }
    }

    let id: TraceID
    /// By start time; of several documents of one segment only the last complete one.
    let segments: [Segment]
    /// Subsegments that were sent on their own and stand by themselves: their parent is not (yet) here, or they are nested too deep for
    /// one document. By start time.
    let orphans: [Segment]

    var start: Timestamp { (segments + orphans).map(\.start).min() ?? Timestamp(nanoseconds: 0) }
    var end: Timestamp { (segments + orphans).map(\.end).max() ?? Timestamp(nanoseconds: 0) }
    /// Seconds from the first start to the last end.
    var duration: Double { Double(end.nanoseconds - start.nanoseconds) / 1e9 }

    /// The segment that nobody in the trace called; the earliest when there are several.
    var entry: Segment? {
        let calls = Set(segments.flatMap { $0.root.spanIDs })
        return segments.first { $0.parent == 0 || !calls.contains($0.parent) } ?? segments.first
    }

    /// Puts the documents of one trace together: the last word on each segment, and separately sent subsegments into their parents.
    init(id: TraceID, documents: [Segment], isSubsegment: (Segment) -> Bool) {
        self.id = id
        var latest: [UInt64: Segment] = [:]
        for document in documents.sorted(by: { $0.arrival < $1.arrival }) {
            // A complete document replaces the one in progress, whichever came last.
            if let known = latest[document.id], !known.isInProgress, document.isInProgress { continue }
            latest[document.id] = document
        }
        let all = latest.values.sorted { ($0.start, $0.arrival) < ($1.start, $1.arrival) }
        let whole = all.filter { !isSubsegment($0) }
        let loose = all.filter(isSubsegment)
        var assembly = SubsegmentAssembly(loose)
        segments = whole.map { assembly.completed($0) }
        orphans = assembly.remaining()
    }
}

extension WireNode {
    /// The ids of a document's root and of every subsegment in it.
    var spanIDs: [UInt64] {
        var result = self["id"]?.text.flatMap(spanID).map { [$0] } ?? []
        for child in self["subsegments"]?.children ?? .none { result += child.spanIDs }
        return result
    }

    /// The root and every subsegment in it, parents first.
    var spans: [WireNode] { [self] + (self["subsegments"]?.children ?? .none).flatMap(\.spans) }
}

/// Puts subsegments that were sent on their own where they belong, as X-Ray does when it compiles a trace.
private struct SubsegmentAssembly {
    private let loose: [Trace.Segment]
    private let byParent: [UInt64: [Trace.Segment]]
    private var placed: Set<UInt64> = []

    init(_ loose: [Trace.Segment]) {
        self.loose = loose
        byParent = Dictionary(grouping: loose, by: \.parent)
    }

    /// Those without a place, with what belongs under them; parents before what they could not hold.
    mutating func remaining() -> [Trace.Segment] {
        var result: [Trace.Segment] = []
        let known = Set(loose.map(\.id))
        while placed.count < known.count {
            let rest = loose.filter { !placed.contains($0.id) }
            // Where each waits for another they go round in a circle: any may be first.
            let next = rest.first { !known.contains($0.parent) || placed.contains($0.parent) } ?? rest[0]
            placed.insert(next.id)
            result.append(completed(next))
        }
        return result.sorted { ($0.start, $0.arrival) < ($1.start, $1.arrival) }
    }

    /// The document with every loose subsegment under it; untouched, byte for byte, when there is none.
    mutating func completed(_ segment: Trace.Segment) -> Trace.Segment {
        guard !byParent.isEmpty, segment.root.spanIDs.contains(where: { byParent[$0] != nil }) else { return segment }
        let before = placed
        let text = JSON.encode(merged(segment.root, depth: 0))
        guard let document = try? WireDocument(json: text) else {      // only if nested deeper than JSON may be
            placed = before
            return segment
        }
        return Trace.Segment(
            id: segment.id, parent: segment.parent, start: segment.start, end: segment.end, flags: segment.flags, arrival: segment.arrival,
            text: text, root: document.root)
    }

    private mutating func merged(_ node: WireNode, depth: Int) -> WireValue {
        let id = node["id"]?.text.flatMap(spanID)
        let added = depth >= SegmentDocument.nestingMax ? [] : (id.flatMap { byParent[$0] } ?? []).filter { placed.insert($0.id).inserted }
        var members: [(String, WireValue)] = []
        var subsegments: [WireValue] = []
        for member in node.children {
            if member.hasKey("subsegments") {
                for child in member.children { subsegments.append(merged(child, depth: depth + 1)) }
            } else {
                members.append((member.key, member.value))
            }
        }
        for child in added { subsegments.append(merged(child.root, depth: depth + 1)) }
        if !subsegments.isEmpty { members.append(("subsegments", .list(subsegments))) }
        return .structure(members)
    }
}

extension WireNode {
    /// The same value as something we answer. Null has no form there and becomes an absent member or an empty text.
    var value: WireValue {
        switch kind {
        case .null: .text("")
        case .bool: .bool(bool ?? false)
        case .integer: .integer(integer ?? 0)
        case .double: .double(double ?? 0)
        case .text: .text(text ?? "")
        case .blob: .blob(blob ?? [])
        case .timestamp: .timestamp(timestamp ?? 0)
        case .list: .list(children.map(\.value))
        case .map: .structure(children.filter { !$0.isNull }.map { ($0.key, $0.value) })
        }
    }
}
