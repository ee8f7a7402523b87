import AWSProtocol
import Alarms
import WireFormats

/// Removes tags from an alarm.
/// Source: CloudWatch API reference, UntagResource.
struct UntagResource: APIOperation {
    static let name = "UntagResource"
    let alarms: AlarmBook

    struct Input: APIInput {
        let resource: TaggedResource
        let keys: [String]

        init(from reader: inout InputReader) {
            resource = TaggedResource(from: &reader)
            keys = reader.requiredTexts("TagKeys", length: 1...128)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let name = try input.resource.alarm(in: context)
        guard case .done = try await alarms.untag(name, keys: input.keys, tenant: context.tenant) else {
            throw AWSError.noSuchResource(input.resource.arn)
        }
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
