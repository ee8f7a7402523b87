/// Threads of our own under a task, for queries: they read files, which the cooperative pool must never do.
///
///     let queries = ThreadPoolExecutor(name: "query", threads: 2, nice: 5)
///     let answer = try await Task(executorPreference: queries) { try await run(query) }.value
package final class ThreadPoolExecutor: TaskExecutor {
    private struct State {
        /// A ring would save the shift in `removeFirst`; the queue holds a handful of jobs at most.
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let monitor = Monitor(State())
    private let threads: Monitor<[WorkerThread]> = Monitor([])

    package init(name: String, threads count: Int, nice: Int = 0) {
        precondition(count > 0, "an executor without threads would never run a task")
        for number in 1...count {
            let thread = WorkerThread(name: "\(name)-\(number)", nice: nice) { [monitor] in self.work(monitor) }
            threads.withLock { $0.append(thread) }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isAccepted = monitor.change(wakesAll: false) { state in
            guard !state.isStopped else { return false }
            state.jobs.append(job)
            return true
        }
        // After `stop` a late task ends on its caller's thread: a job that is dropped would hang its awaiter for ever.
        if !isAccepted { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Runs what is queued, then ends the threads and waits for them.
    package func stop() {
        monitor.change { $0.isStopped = true }
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private func work(_ monitor: Monitor<State>) {
        let executor = asUnownedTaskExecutor()
        while let job = next(monitor) { job.runSynchronously(on: executor) }
    }

    private func next(_ monitor: Monitor<State>) -> UnownedJob? {
        monitor.wait { state -> UnownedJob?? in
            if !state.jobs.isEmpty { return .some(state.jobs.removeFirst()) }
            return state.isStopped ? .some(nil) : nil
        } ?? nil
    }
}
