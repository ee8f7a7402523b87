/// The contents page: everything that is asked, in the order of the reports.
enum Questions {
    static let all: [any Question] = [
        IdleServer(),
        RestartAfterKill(),
        PutMetricData(),
        PutLogEvents(),
        JSONLines(),
        PutTraceSegments(),
        GetMetricData(),
        GetMetricStatistics(),
        FilterLogEvents(),
        StartQuery(),
        BatchGetTraces(),
        AnomalyBands(),
    ]
}
