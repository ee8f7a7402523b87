import AWSProtocol
import Bytes
import SignalModel

/// A query by its id, as several operations are asked for it.
struct QueryReference: APIInput {
    let text: String

    init(from reader: inout InputReader) { text = reader.requiredText("queryId", length: 0...256) }
}

extension QueryRegistry {
    /// - Throws: ResourceNotFoundException, also for what is another tenant's.
    func entry(_ reference: QueryReference, of tenant: Tenant) throws -> Entry {
        guard let id = RandomID(reference.text), let entry = entry(id, of: tenant) else {
            throw AWSError.resourceNotFound("The specified query does not exist.")
        }
        return entry
    }
}
