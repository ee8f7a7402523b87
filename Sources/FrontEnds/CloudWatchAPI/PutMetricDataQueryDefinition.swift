import AWSProtocol
import Bytes
import Catalog
import Dashboards
import Platform
import SignalModel
import WireFormats

/// Keeps a metric query under a path, or replaces the one that has the id.
/// Source: CloudWatch API reference, PutMetricDataQueryDefinition.
struct PutMetricDataQueryDefinition: APIOperation {
    static let name = "PutMetricDataQueryDefinition"
    private static let pathBytesMax = 1015

    let definitions: QueryDefinitionBook
    let random: RandomSource

    struct Input: APIInput {
        let id: String?
        let path, expression: String
        let language: QueryDefinition.Language
        let tags: [Tag]

        init(from reader: inout InputReader) throws {
            id = reader.text("Id", length: 1...64, pattern: QueryDefinitionID.pattern)
            path = reader.requiredText("Path", length: 1...1024)
            expression = reader.requiredText("Expression", length: 1...65_536)
            language = reader.requiredEnumeration("Type")
            tags = try reader.tags().map { Tag(key: $0.key, value: $0.value) }
            try reader.check()
            guard path.utf8.count <= pathBytesMax, !path.split(separator: "/", omittingEmptySubsequences: false).contains(""),
                !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw AWSError.validation(
                    "The value for parameter Path is invalid: it must be at most \(pathBytesMax) bytes of names that are divided by single slashes.")
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        let definition = QueryDefinition(
            id: input.id ?? QueryDefinitionID.new(random), path: input.path, expression: input.expression, language: input.language,
            created: context.now, updated: context.now)
        switch try await definitions.put(definition, isNew: input.id == nil, tags: input.tags, of: context.tenant) {
        case .put(let kept): return kept.wire(of: context.tenant)
        case .noSuchID: throw AWSError.noSuchResource(definition.arn(of: context.tenant))
        case .pathTaken:
            throw AWSError(
                "ConflictException", queryCode: "ConflictException", status: 409, "Another metric query definition has the path \(input.path).")
        case .tooMany:
            throw AWSError.limitReached("The maximum of \(QueryDefinitionBook.definitionsMax) metric query definitions has been reached.")
        }
    }
}

enum QueryDefinitionID {
    static let pattern = TextPattern("[a-zA-Z0-9-]{1,64}") { text in
        text.utf8.allSatisfy { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 || $0 == 45 }
    }

    static func new(_ random: RandomSource) -> String { Hex.encode(random.next()) + Hex.encode(random.next()) }
}

/// The definition that an operation is about.
struct QueryDefinitionInput: APIInput {
    let id: String

    init(from reader: inout InputReader) { id = reader.requiredText("Id", length: 1...64, pattern: QueryDefinitionID.pattern) }
}

extension QueryDefinition {
    func wire(of tenant: Tenant) -> WireValue {
        [
            "Id": .text(id), "Arn": .text(arn(of: tenant)), "Path": .text(path), "Expression": .text(expression), "Type": .text(language.rawValue),
            "CreatedAt": .timestamp(created.nanoseconds), "UpdatedAt": .timestamp(updated.nanoseconds),
        ]
    }
}

extension AWSError {
    /// Of things that this service counts and alarms are not: its model gives them a code that ends in `Exception`.
    static func limitReached(_ message: String) -> AWSError {
        AWSError("LimitExceededException", queryCode: "LimitExceededException", message)
    }
}
