/// What CloudWatch's API reference allows in one request.
enum Limits {
    static let datumsMax = 1000
    static let valuesMax = 150
    static let dimensionsMax = 30
    static let nameLengthMax = 255
    static let dimensionValueLengthMax = 1024
    /// Of values other than zero; the API reference's decimal figures, which are 2^±359.
    static let magnitudeMax = 1.174271e+108
    static let magnitudeMin = 8.515920e-109
    /// Samples may be this old and this early.
    static let pastSeconds: Int64 = 14 * 86_400
    static let futureSeconds: Int64 = 2 * 3600

    static let metricsPageSize = 500
    /// ListMetrics tells of metrics with a sample in the last 14 days, or in three hours when asked for the recently active.
    static let listedSeconds: Int64 = 14 * 86_400
    static let recentlyActiveSeconds: Int64 = 3 * 3600

    static let statisticsDatapointsMax = 1440
    static let queriesMax = 500
    static let dataDatapointsMax = 100_800

    static let alarmActionsMax = 5
    static let alarmMetricsMax = 10
    static let alarmQueriesMax = 20
    static let alarmsPageSize = 100
    /// An alarm on one metric or on queries looks back over a day at most, over a week where the period is an hour or more.
    static let alarmSpanSeconds: Int64 = 86_400
    static let alarmLongSpanSeconds: Int64 = 7 * 86_400
    static let suppressorSecondsMax: Int64 = 86_400
    static let tagsMax = 50
    static let dashboardsPageSize = 1000
}
