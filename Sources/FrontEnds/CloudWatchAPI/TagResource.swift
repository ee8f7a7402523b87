import AWSProtocol
import Catalog
import WireFormats

/// Adds tags to a resource, replacing those whose keys it has.
/// Source: CloudWatch API reference, TagResource.
struct TagResource: APIOperation {
    static let name = "TagResource"
    let tags: TagBook

    struct Input: APIInput {
        let resource: TaggedResource
        let tags: [Tag]

        init(from reader: inout InputReader) throws {
            resource = TaggedResource(from: &reader)
            tags = try reader.tags().map { Tag(key: $0.key, value: $0.value) }
            try reader.check()
            guard reader.has("Tags") else { throw AWSError.missingParameter("Tags") }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        try await tags.add(input.tags, to: input.resource, in: context)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
