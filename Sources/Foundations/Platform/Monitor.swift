import Glibc

/// State under a lock that a thread can wait on: a mutex with its condition variable.
///
///     let queue = Monitor<[Job]>([])
///     queue.change { $0.append(job) }                                  // wakes who waits
///     let jobs = queue.wait { $0.isEmpty ? nil : $0.taken() }          // sleeps until the closure gives a value
///
/// For threads of our own only: `wait` blocks, so it must never be called on the cooperative pool.
package final class Monitor<State>: @unchecked Sendable {       // `state` is touched only under `mutex`
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)     // deadlines survive a clock that is set
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Looks at the state or changes it in a way that concerns no waiter.
    package func withLock<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the state and wakes the waiters: all of them, or one where any one will do.
    package func change<Result, Failure: Error>(
        wakesAll: Bool = true, _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            if wakesAll { pthread_cond_broadcast(condition) } else { pthread_cond_signal(condition) }
            pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Asks `body` now and after every change until it gives a value.
    /// - Parameter deadline: monotonic nanoseconds as of `SystemTime`; nil waits for ever.
    /// - Returns: nil when the deadline passed first.
    package func wait<Result>(until deadline: Int64? = nil, for body: (inout State) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var time = timespec(tv_sec: Int(max(0, deadline) / 1_000_000_000), tv_nsec: Int(max(0, deadline) % 1_000_000_000))
            if pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return body(&state) }
        }
    }
}
