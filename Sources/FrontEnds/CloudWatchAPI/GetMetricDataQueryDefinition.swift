import AWSProtocol
import Dashboards
import WireFormats

/// A metric query that is kept.
/// Source: CloudWatch API reference, GetMetricDataQueryDefinition.
struct GetMetricDataQueryDefinition: APIOperation {
    static let name = "GetMetricDataQueryDefinition"
    let definitions: QueryDefinitionBook

    func run(_ input: QueryDefinitionInput, in context: RequestContext) async throws -> WireValue {
        guard let definition = try await definitions.definition(input.id, of: context.tenant) else {
            throw AWSError(
                "ResourceNotFoundException", queryCode: "ResourceNotFoundException", status: 404,
                "The metric query definition \(input.id) does not exist.")
        }
        return definition.wire(of: context.tenant)
    }
}
