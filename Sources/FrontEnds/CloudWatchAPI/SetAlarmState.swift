import AWSProtocol
import Alarms
import WireFormats

/// Sets an alarm's state by hand and runs the new state's actions; the next evaluation may change it back.
/// Source: CloudWatch API reference, SetAlarmState.
struct SetAlarmState: APIOperation {
    static let name = "SetAlarmState"
    let alarms: AlarmBook

    struct Input: APIInput {
        let name: String
        let state: AlarmState.Value
        let reason: String
        let reasonData: String?

        init(from reader: inout InputReader) throws {
            name = reader.requiredText("AlarmName", length: 1...255)
            state = reader.requiredEnumeration("StateValue")
            reason = reader.requiredText("StateReason", length: 0...1023)
            reasonData = reader.text("StateReasonData", length: 0...4000)
            try reader.check()
            if let reasonData, !Self.isObject(reasonData) { throw AWSError.invalidFormat("StateReasonData must be a JSON object.") }
        }

        private static func isObject(_ text: String) -> Bool {
            guard let document = try? WireDocument(json: Array(text.utf8)) else { return false }
            return document.root.kind == .map
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> Empty {
        let isSet = try await alarms.setState(
            input.state, reason: input.reason, reasonData: input.reasonData, of: input.name, tenant: context.tenant, at: context.now)
        guard isSet else { throw AWSError.noSuchAlarm(input.name) }
        return Empty()
    }
}

extension AWSError {
    static func invalidFormat(_ message: String) -> AWSError { AWSError("InvalidFormatFault", queryCode: "InvalidFormat", message) }
    static func noSuchAlarm(_ name: String) -> AWSError { AWSError("ResourceNotFound", status: 404, "The alarm \(name) does not exist.") }
}
