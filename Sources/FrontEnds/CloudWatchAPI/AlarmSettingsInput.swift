import AWSProtocol
import Alarms
import SignalModel

/// What PutMetricAlarm, PutCompositeAlarm and PutLogAlarm have in common.
struct AlarmSettingsInput {
    let settings: AlarmSettings
    /// For a new alarm.
    let tags: [(key: String, value: String)]
    private let region: String

    init(from reader: inout InputReader) throws {
        settings = AlarmSettings(
            name: reader.requiredText("AlarmName", length: 1...255), description: reader.text("AlarmDescription", length: 0...1024),
            actionsEnabled: reader.bool("ActionsEnabled") ?? true, okActions: reader.actions("OKActions"),
            alarmActions: reader.actions("AlarmActions"), insufficientDataActions: reader.actions("InsufficientDataActions"))
        tags = try reader.tags()
        region = reader.context.tenant.region
    }

    /// Called after the reader's own check.
    func check() throws(AWSError) {
        for arn in settings.allActions {
            guard arn.hasPrefix("arn:") else { throw .validation("Invalid arn syntax: \(arn)") }
            // An alarm acts in its own region. Some actions are in none.
            let parts = arn.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count > 3, !parts[3].isEmpty, parts[3] != region else { continue }
            throw .validation("Invalid region \(parts[3]) specified. Only \(region) is supported.")
        }
        try AWSError.checkAlarmTags(tags)
    }
}

extension InputReader {
    fileprivate mutating func actions(_ name: StaticString) -> [String] {
        texts(name, count: 0...Limits.alarmActionsMax, length: 1...1024)
    }
}

extension AWSError {
    /// Tags that say how an alarm is to be judged must be ones that can be understood.
    static func checkAlarmTags(_ tags: [(key: String, value: String)]) throws(AWSError) {
        for tag in tags {
            if let refusal = AlarmOptions.refusal(of: tag) { throw .invalidParameterValue(refusal) }
        }
    }

    /// What the caller hears of a refusal by the alarm book; nil when the fault is ours.
    init?(_ error: AlarmError) {
        switch error.code {
        case .limit: self = .limitExceeded(error.message)
        case .name, .rule, .inUse, .combination: self = .validation(error.message)
        case .corrupt: return nil
        }
    }
}

/// Does what may be refused by the alarm book.
func answeringRefusals<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as AlarmError {
        throw AWSError(error) ?? error as any Error
    }
}
