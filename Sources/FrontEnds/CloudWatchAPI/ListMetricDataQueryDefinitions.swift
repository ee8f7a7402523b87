import AWSProtocol
import Bytes
import Dashboards
import SignalModel
import WireFormats

/// The metric queries that are kept, without what they say, page by page.
/// Source: CloudWatch API reference, ListMetricDataQueryDefinitions.
struct ListMetricDataQueryDefinitions: APIOperation {
    static let name = "ListMetricDataQueryDefinitions"
    let definitions: QueryDefinitionBook

    struct Input: APIInput {
        let resultsMax: Int
        let nextToken: String?

        init(from reader: inout InputReader) {
            resultsMax = Int(reader.integer("MaxResults", in: 1...100) ?? 100)
            nextToken = reader.text("NextToken", length: 1...256)
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let last = try input.nextToken.map { text throws(AWSError) in
            guard let id = Self.id(ofToken: text, context) else { throw .invalidNextToken("The token is not one of this request.") }
            return id
        }
        let found = try await definitions.definitions(of: context.tenant, after: last, limit: input.resultsMax + 1)
        let shown = found.prefix(input.resultsMax)
        let token = found.count > shown.count ? shown.last.map { WireValue.text(Self.token(after: $0.id, context)) } : nil
        let items = shown.map { definition -> WireValue in
            [
                "Id": .text(definition.id), "Path": .text(definition.path), "Type": .text(definition.language.rawValue),
                "UpdatedAt": .timestamp(definition.updated.nanoseconds),
            ]
        }
        return .members(("Items", .list(items)), ("NextToken", token))
    }

    // MARK: Tokens

    // Of letters, digits, `-` and `_` alone, which the tokens of other operations are not: the last id, and a sum over it and its tenant.
    private static func token(after id: String, _ context: RequestContext) -> String {
        let sum = Checksum.xxh3(Array("\(context.tenant.account) \(context.tenant.region) \(id)".utf8))
        return "\(id)_\(String(sum, radix: 16))"
    }

    private static func id(ofToken text: String, _ context: RequestContext) -> String? {
        guard let end = text.lastIndex(of: "_"), case let id = String(text[..<end]), token(after: id, context) == text else { return nil }
        return id
    }
}
