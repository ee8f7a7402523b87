package import AnomalyDetectors
import Forecasting
package import MetricMath

extension TrainedModels {
    /// Models that learn as the anomaly detectors of their metrics say.
    package convenience init(detectors: DetectorBook) {
        self.init { subject, tenant in
            try await detectors.detector(DetectorKey.of(Array(subject.key.utf8)), of: tenant)?.settings ?? .init()
        }
    }
}
