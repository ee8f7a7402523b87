import AWSProtocol
import Alarms
import WireFormats

/// Adds tags to an alarm, replacing those whose keys it has.
/// Source: CloudWatch API reference, TagResource.
struct TagResource: APIOperation {
    static let name = "TagResource"
    let alarms: AlarmBook

    struct Input: APIInput {
        let resource: TaggedResource
        let tags: [(key: String, value: String)]

        init(from reader: inout InputReader) throws {
            resource = TaggedResource(from: &reader)
            tags = try reader.tags()
            try reader.check()
            guard reader.has("Tags") else { throw AWSError.missingParameter("Tags") }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let name = try input.resource.alarm(in: context)
        switch try await alarms.tag(name, input.tags, tagsMax: Limits.tagsMax, tenant: context.tenant) {
        case .done: return .structure([])     // its output is a shape without members, which is not the same as none
        case .noSuchAlarm: throw AWSError.noSuchResource(input.resource.arn)
        case .tooMany: throw AWSError.invalidParameterValue("A resource can have at most \(Limits.tagsMax) tags.")
        }
    }
}
