import AWSProtocol
import WireFormats

/// Removes tags from a resource.
/// Source: CloudWatch API reference, UntagResource.
struct UntagResource: APIOperation {
    static let name = "UntagResource"
    let tags: TagBook

    struct Input: APIInput {
        let resource: TaggedResource
        let keys: [String]

        init(from reader: inout InputReader) {
            resource = TaggedResource(from: &reader)
            keys = reader.requiredTexts("TagKeys", length: 1...128)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        try await tags.remove(input.keys, from: input.resource, in: context)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
