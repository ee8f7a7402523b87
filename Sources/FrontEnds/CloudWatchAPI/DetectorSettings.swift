package import AnomalyDetectors
import Forecasting
package import MetricMath

extension TrainedModels {
    /// Models that learn as the anomaly detectors of their metrics say.
    package convenience init(detectors: DetectorBook) {
        let localTimes = LocalTimes()
        self.init { subject, tenant in
            guard let detector = try await detectors.detector(DetectorKey.of(Array(subject.key.utf8)), of: tenant) else { return .init() }
            // A machine that has lost a zone which it had when the detector was made: days are cut by UTC again, as they are without one.
            return detector.settings(in: localTimes.localTime(named: detector.configuration.timezone) ?? .utc)
        }
    }
}
