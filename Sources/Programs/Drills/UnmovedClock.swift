import Platform

/// For budgets of work on what is in memory: its time never runs out.
struct UnmovedClock: TimeSource {
    var wallNanoseconds: Int64 { 0 }
    var monotonicNanoseconds: Int64 { 0 }
    func sleep(untilWall: Int64) async throws {}
}
