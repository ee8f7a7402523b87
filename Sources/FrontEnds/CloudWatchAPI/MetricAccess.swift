import AWSProtocol
package import MetricMath
package import Platform
package import SignalModel

/// What the operations on metrics need from the rest of the server.
package struct MetricAccess: Sendable {
    let reader: any MetricReader
    let writer: any MetricWriter
    let committer: any BatchCommitter
    let clock: any TimeSource
    let random: RandomSource
    /// For bands and forecasts.
    let models: TrainedModels
    let configuration: CloudWatchConfiguration
    let quotas: @Sendable (Tenant) -> QuotaLookup

    package init(
        reader: any MetricReader, writer: any MetricWriter, committer: any BatchCommitter, clock: any TimeSource, random: RandomSource,
        models: TrainedModels = TrainedModels(), configuration: CloudWatchConfiguration = CloudWatchConfiguration(),
        quotas: @escaping @Sendable (Tenant) -> QuotaLookup = { _ in { _ in nil } }
    ) {
        self.quotas = quotas
        self.reader = reader
        self.writer = writer
        self.committer = committer
        self.clock = clock
        self.random = random
        self.models = models
        self.configuration = configuration
    }

    func budget() -> QueryBudget {
        QueryBudget(clock: clock, seconds: configuration.querySeconds, bytesMax: configuration.queryBytesMax, memory: configuration.memory)
    }

    func buckets(of tenant: Tenant, _ budget: QueryBudget) -> BucketReader {
        var buckets = BucketReader(reader: reader, tenant: tenant, budget: budget, models: models)
        buckets.quotas = quotas(tenant)
        return buckets
    }
}
