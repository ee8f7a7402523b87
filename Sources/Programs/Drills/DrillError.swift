import AWSProtocol
import Alarms
import MetricMath
import SignalModel

/// Why a drill could not be run.
package struct DrillError: Error, Sendable {
    /// "cannot <verb> <thing>: <why>"
    package let message: String

    init(_ message: String) { self.message = message }

    /// What the modules below say, as a phrase.
    static func message(of error: any Error) -> String {
        switch error {
        case let error as DrillError: error.message
        case let error as AWSError: error.message
        case let refusal as AlarmDrill.Refusal: refusal.message
        case let failure as MetricDataPlan.Failure: "in '\(failure.id)': \(failure.cause.message)"
        case let error as StorageError: error.message
        default: "\(error)"
        }
    }
}
