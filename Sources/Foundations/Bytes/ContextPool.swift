import Synchronization

/// Library contexts that are dear to make (zstd's take up to a megabyte), kept for the next call whichever thread makes it.
final class ContextPool: Sendable {
    /// More than the threads that compress at the same time would only hold memory.
    private static let keptMax = 4

    private struct Idle: @unchecked Sendable {      // an idle context is in the pool's array only, under its lock
        var contexts: [OpaquePointer] = []
    }

    private let idle = Mutex(Idle())
    private let make: @Sendable () -> OpaquePointer?
    private let free: @Sendable (OpaquePointer) -> Void

    init(make: @escaping @Sendable () -> OpaquePointer?, free: @escaping @Sendable (OpaquePointer) -> Void) {
        (self.make, self.free) = (make, free)
    }

    func withContext<Result, Failure: Error>(_ body: (OpaquePointer) throws(Failure) -> Result) throws(Failure) -> Result {
        let address = idle.withLock { UInt(bitPattern: $0.contexts.popLast()) }
        guard let context = OpaquePointer(bitPattern: address) ?? make() else { preconditionFailure("out of memory") }
        defer {
            let returned = UInt(bitPattern: context)
            let isKept = idle.withLock { idle in
                guard idle.contexts.count < Self.keptMax, let context = OpaquePointer(bitPattern: returned) else { return false }
                idle.contexts.append(context)
                return true
            }
            if !isKept { free(context) }
        }
        return try body(context)
    }
}
