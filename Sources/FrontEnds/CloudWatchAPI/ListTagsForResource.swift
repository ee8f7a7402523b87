import AWSProtocol
import Alarms
import WireFormats

/// The tags of an alarm.
/// Source: CloudWatch API reference, ListTagsForResource.
struct ListTagsForResource: APIOperation {
    static let name = "ListTagsForResource"
    let alarms: AlarmBook

    func run(_ input: TaggedResource, in context: RequestContext) async throws -> WireValue {
        guard let tags = try await alarms.tags(of: try input.alarm(in: context), tenant: context.tenant) else {
            throw AWSError.noSuchResource(input.arn)
        }
        return .members(("Tags", .list(tags.map { ["Key": .text($0.key), "Value": .text($0.value)] })))
    }
}

/// The resource that tags are about: an alarm.
struct TaggedResource: APIInput {
    let arn: String

    init(from reader: inout InputReader) { arn = reader.requiredText("ResourceARN", length: 1...1024) }

    /// The alarm's name.
    /// - Throws: for an ARN that is none, and for one of another tenant, whose alarms nobody else sees.
    func alarm(in context: RequestContext) throws(AWSError) -> String {
        guard arn.hasPrefix("arn:") else { throw .invalidParameterValue("The value \(arn) for parameter ResourceARN is invalid.") }
        guard let alarm = AlarmARN(arn), alarm.tenant == context.tenant else { throw .noSuchResource(arn) }
        return alarm.name
    }
}

extension AWSError {
    static func noSuchResource(_ arn: String) -> AWSError {
        AWSError("ResourceNotFoundException", queryCode: "ResourceNotFoundException", status: 404, "The resource \(arn) does not exist.")
    }
}
