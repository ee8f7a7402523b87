import Bytes
import SignalModel
import WireFormats

/// Segments for services that were called but sent none: tables, queues, other people's APIs.
///
/// Source: X-Ray developer guide, "Inferred segments". One for each subsegment with namespace `aws` or `remote` that no segment of the
/// trace names as its parent. Its id is made from the subsegment's, so that every read gives the same one.
enum InferredSegments {
    static func of(_ trace: Trace) -> [(id: String, document: [UInt8])] {
        let answered = Set(trace.segments.map(\.parent))
        return trace.segments.flatMap { segment in
            segment.root.spans.dropFirst().compactMap { subsegment -> (id: String, document: [UInt8])? in
                guard let id = subsegment["id"]?.text.flatMap(spanID), !answered.contains(id),
                    subsegment["namespace"]?.isText("aws") ?? false || subsegment["namespace"]?.isText("remote") ?? false
                else { return nil }
                return inferred(from: subsegment, id: id, trace: trace.id)
            }
        }
    }

    private static func inferred(from subsegment: WireNode, id: UInt64, trace: TraceID) -> (id: String, document: [UInt8]) {
        let own = spanHexText(Checksum.xxh3(Array("inferred \(trace.hexText) \(id)".utf8)))
        let aws = subsegment["aws"]
        var members: [(String, WireValue?)] = [
            ("id", .text(own)), ("name", .text(aws?["table_name"]?.text ?? subsegment["name"]?.text ?? "")),
            ("trace_id", .text(trace.xrayText)), ("parent_id", .text(spanHexText(id))),
        ]
        for key in ["start_time", "end_time", "in_progress", "http", "aws", "sql", "error", "fault", "throttle"] {
            members.append((key, subsegment.member(named: key)?.value))
        }
        members.append(("inferred", true))
        members.append(("origin", .text(origin(of: subsegment))))
        return (own, JSON.encode(.structure(members.compactMap { name, value in value.map { (name, $0) } })))
    }

    /// The kind of service that a call went to, from what the SDKs record of it.
    private static func origin(of subsegment: WireNode) -> String {
        if subsegment["sql"] != nil { return "Database::SQL" }
        guard subsegment["namespace"]?.isText("aws") ?? false else { return "remote" }
        let name = subsegment["name"]?.text ?? ""
        switch name.lowercased() {
        case "dynamodb": return "AWS::DynamoDB::Table"
        case "sqs": return "AWS::SQS::Queue"
        case "sns": return "AWS::SNS"
        case "s3": return "AWS::S3::Bucket"
        case "lambda": return "AWS::Lambda"
        default: return "AWS::\(name)"
        }
    }
}
