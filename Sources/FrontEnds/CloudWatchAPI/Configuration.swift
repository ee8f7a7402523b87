package import Platform

/// What may be set about the CloudWatch front end.
package struct CloudWatchConfiguration: Sendable {
    /// Clients may write metrics in namespaces that begin with `AWS/`, as the services themselves do.
    package var acceptsServiceNamespaces: Bool
    /// How long one request may read.
    package var querySeconds: Double
    /// How many bytes of columns one request may look at.
    package var queryBytesMax: Int
    /// What all queries share for what they hold; nil counts nothing.
    package var memory: MemoryBudget?

    package init(acceptsServiceNamespaces: Bool = true, querySeconds: Double = 30, queryBytesMax: Int = 1 << 30) {
        self.acceptsServiceNamespaces = acceptsServiceNamespaces
        self.querySeconds = querySeconds
        self.queryBytesMax = queryBytesMax
    }
}
