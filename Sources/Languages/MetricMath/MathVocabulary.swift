/// The words of metric expressions for whoever helps to write one: the functions from the table that evaluates them.
package enum MathVocabulary {
    /// Names, in capitals as they are written, each with what it gives.
    package static let functions = MathFunctions.served.map { (name: $0, summary: summaries[$0] ?? "") }
    /// Words between conditions.
    package static let connectives = ["AND", "OR"]

    private static let summaries = [
        "ABS": "without the sign", "ANOMALY_DETECTION_BAND": "what is expected of a metric, so many deviations wide", "AVG": "mean of a series, or of several at each time",
        "CEIL": "rounded up", "DATAPOINT_COUNT": "how many datapoints a series has", "DATE": "day of the month, 1 to 31", "DAY": "day of the week, Monday is 1",
        "DIFF": "difference from the datapoint before", "DIFF_TIME": "seconds since the datapoint before", "EPOCH": "seconds since 1970",
        "FILL": "missing datapoints as a number, REPEAT or LINEAR", "FIRST": "the first of several series", "FLOOR": "rounded down",
        "FORECAST": "goes on as it has been going", "HOUR": "hour of the day, 0 to 23", "IF": "one value where a condition holds, another else",
        "LAST": "the last of several series", "LOG": "natural logarithm", "LOG10": "logarithm to base 10", "MAX": "largest of a series, or of several at each time",
        "METRICS": "all metrics of the request, or those whose ids begin so", "METRIC_COUNT": "how many series there are", "MIN": "least of a series, or of several at each time",
        "MINUTE": "minute of the hour, 0 to 59", "MONTH": "month of the year, 1 to 12", "PERIOD": "the period in seconds", "RATE": "change a second since the datapoint before",
        "REMOVE_EMPTY": "without the series that have no datapoints", "RUNNING_SUM": "sum of the datapoints so far", "SEARCH": "the metrics that words find",
        "SERVICE_QUOTA": "the quota of a usage metric", "SLICE": "some of several series, by their places", "SORT": "several series in an order, the first few",
        "STDDEV": "standard deviation of a series, or of several at each time", "SUM": "sum of a series, or of several at each time",
        "TIME_SERIES": "a series of one number", "TIME_UNTIL": "how long until a value is reached", "YEAR": "the year",
    ]
}
