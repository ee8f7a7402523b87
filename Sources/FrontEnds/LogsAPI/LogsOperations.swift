package import AWSProtocol

/// CloudWatch Logs' contents page.
package enum LogsOperations {
    package static func service(logs: LogAccess, queries: QueryRegistry) -> APIService {
        .logs([
            CreateLogGroup(logs: logs),
            CreateLogStream(logs: logs),
            DeleteLogGroup(logs: logs),
            DeleteRetentionPolicy(logs: logs),
            DescribeLogGroups(logs: logs),
            DescribeLogStreams(logs: logs),
            DescribeQueries(queries: queries),
            FilterLogEvents(logs: logs),
            GetLogEvents(logs: logs),
            GetLogRecord(logs: logs),
            GetQueryResults(queries: queries),
            PutLogEvents(logs: logs),
            PutRetentionPolicy(logs: logs),
            StartQuery(logs: logs, queries: queries),
            StopQuery(queries: queries),
        ])
    }
}
