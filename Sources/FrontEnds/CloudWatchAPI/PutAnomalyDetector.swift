import AWSProtocol
import AnomalyDetectors
import SignalModel
import WireFormats

/// Tells the model of a metric, or of a calculation, how to learn.
/// Source: CloudWatch API reference, PutAnomalyDetector.
struct PutAnomalyDetector: APIOperation {
    static let name = "PutAnomalyDetector"
    let detectors: DetectorBook

    private static let localTimes = LocalTimes()

    struct Input: APIInput {
        let detector: AnomalyDetector

        init(from reader: inout InputReader) throws {
            let configuration: Configuration? = try reader.structure("Configuration")
            let characteristics: Characteristics? = try reader.structure("MetricCharacteristics")
            let subject = try AnomalyDetectorInput(from: &reader)
            detector = AnomalyDetector(
                subject: subject.subject, key: subject.key, configuration: configuration?.configuration ?? .init(),
                hasPeriodicSpikes: characteristics?.hasPeriodicSpikes)
        }
    }

    private struct Configuration: APIInput {
        let configuration: AnomalyDetector.Configuration

        init(from reader: inout InputReader) throws {
            var result = AnomalyDetector.Configuration()
            result.excluded = try reader.structures("ExcludedTimeRanges", Range.self, count: 0...500).map(\.range)
            result.timezone = reader.text("MetricTimezone", length: 0...50)
            result.adaptationSpeed = reader.enumeration("AdaptationSpeed")
            result.outlierFilteringStrength = reader.enumeration("OutlierFilteringStrength")
            try reader.check()
            guard PutAnomalyDetector.localTimes.localTime(named: result.timezone) != nil else {
                throw AWSError.invalidValue(result.timezone ?? "", reader.parameter("MetricTimezone"))
            }
            configuration = result
        }
    }

    private struct Range: APIInput {
        let range: TimeRange

        init(from reader: inout InputReader) throws {
            range = TimeRange(start: reader.requiredTimestamp("StartTime"), end: reader.requiredTimestamp("EndTime"))
            try reader.check()
            guard range.start < range.end else {
                throw AWSError.invalidParameterValue("The parameter \(reader.parameter("StartTime")) must be less than the parameter \(reader.parameter("EndTime")).")
            }
        }
    }

    private struct Characteristics: APIInput {
        let hasPeriodicSpikes: Bool?

        init(from reader: inout InputReader) { hasPeriodicSpikes = reader.bool("PeriodicSpikes") }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        guard try await detectors.put(input.detector, of: context.tenant) else {
            throw AWSError.limitReached("The maximum of anomaly detectors has been reached.")
        }
        return .members(("AnomalyDetectorId", .text(input.detector.key)))
    }
}
