/// Sizes that the Prometheus doors take. A remote-write sender's default batch (2,000 samples) is about half a megabyte unpacked.
enum Limits {
    /// A write request, unpacked. At the smallest 13 bytes a sample it becomes 26 MB of columns, which one journal record still holds.
    static let messageBytesMax = 16 << 20
    /// Labels of one series; more is nobody's monitoring.
    static let labelsMax = 256
    /// Canonical labels of one series, in bytes.
    static let labelBytesMax = 64 << 10
    /// Ways to write a series that are remembered, some 40 bytes each.
    static let rememberedSeriesMax = 2_000_000
}
