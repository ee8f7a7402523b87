/// Sizes that the OpenTelemetry doors take. An exporter's default batch (512 spans) is some 150 KB unpacked.
enum Limits {
    /// A request, unpacked; it becomes columns of about the same size, of which one journal record holds 32 MiB.
    static let messageBytesMax = 32 << 20
    /// A span's start may lie this far in the past: so long are traces kept.
    static let ageNanosecondsMax: Int64 = 30 * 86_400_000_000_000
    static let serviceBytesMax = 255
    /// Of why spans were refused: one reason a request is told.
    static let reasonBytesMax = 400
}
