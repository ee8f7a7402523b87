import AWSProtocol
import Alarms

/// Removes alarms; what happened to them stays in the history.
/// Source: CloudWatch API reference, DeleteAlarms.
struct DeleteAlarms: APIOperation {
    static let name = "DeleteAlarms"
    let alarms: AlarmBook

    func run(_ input: AlarmNamesInput, in context: RequestContext) async throws -> Empty {
        try await answeringRefusals { try await alarms.delete(input.names, of: context.tenant, at: context.now) }
        return Empty()
    }
}

/// The alarms that an operation is about. Names that are not there are no mistake.
struct AlarmNamesInput: APIInput {
    let names: [String]

    init(from reader: inout InputReader) {
        names = reader.requiredTexts("AlarmNames", count: 0...100, length: 1...255)
    }
}
