import AWSProtocol
import Dashboards
import WireFormats

/// Forgets a metric query; one that is not there is no mistake.
/// Source: CloudWatch API reference, DeleteMetricDataQueryDefinition.
struct DeleteMetricDataQueryDefinition: APIOperation {
    static let name = "DeleteMetricDataQueryDefinition"
    let definitions: QueryDefinitionBook

    func run(_ input: QueryDefinitionInput, in context: RequestContext) async throws -> WireValue {
        try await definitions.delete(input.id, of: context.tenant)
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
