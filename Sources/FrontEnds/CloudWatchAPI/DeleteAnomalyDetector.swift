import AWSProtocol
import AnomalyDetectors
import SignalModel
import WireFormats

/// Forgets what the model of a metric or of a calculation was told.
/// Source: CloudWatch API reference, DeleteAnomalyDetector.
struct DeleteAnomalyDetector: APIOperation {
    static let name = "DeleteAnomalyDetector"
    let detectors: DetectorBook

    struct Input: APIInput {
        let key: String

        init(from reader: inout InputReader) throws {
            if let id = reader.text("AnomalyDetectorId", length: 1...128) {
                key = id
            } else {
                key = try AnomalyDetectorInput(from: &reader).key
            }
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        guard try await detectors.delete(input.key, of: context.tenant) else {
            throw AWSError(
                "ResourceNotFoundException", queryCode: "ResourceNotFoundException", status: 404, "The anomaly detector does not exist.")
        }
        return .structure([])     // its output is a shape without members, which is not the same as none
    }
}
