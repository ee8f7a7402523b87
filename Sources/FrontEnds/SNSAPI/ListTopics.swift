import AWSProtocol
import Notifications
import WireFormats

/// The account's topics in this region, 100 a page.
/// Source: SNS API reference, ListTopics.
struct ListTopics: APIOperation {
    static let name = "ListTopics"
    private static let pageSize = 100
    let topics: TopicDirectory

    struct Input: APIInput {
        let token: String?
        init(from reader: inout InputReader) { token = reader.text("NextToken") }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let found = try await topics.topics(of: context.tenant, after: try PageToken.key(input.token), limit: Self.pageSize + 1)
        let page = found.prefix(Self.pageSize)
        return .members(
            ("Topics", .list(page.map { ["TopicArn": .text($0.description)] })),
            ("NextToken", found.count > page.count ? page.last.map { PageToken.text(after: $0.name) } : nil))
    }
}
