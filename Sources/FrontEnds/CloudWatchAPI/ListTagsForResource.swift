import AWSProtocol
import Catalog
import WireFormats

/// The tags of a resource.
/// Source: CloudWatch API reference, ListTagsForResource.
struct ListTagsForResource: APIOperation {
    static let name = "ListTagsForResource"
    let tags: TagBook

    func run(_ input: TaggedResource, in context: RequestContext) async throws -> WireValue {
        let found = try await tags.tags(of: input, in: context)
        return .members(("Tags", .list(found.map { ["Key": .text($0.key), "Value": .text($0.value)] })))
    }
}
