package import AWSProtocol
package import Alarms
package import Dashboards

/// CloudWatch's contents page.
package enum CloudWatchOperations {
    /// - Parameter logs: for log alarms.
    package static func service(
        metrics: MetricAccess, alarms: AlarmBook, logs: LogQueries, dashboards: DashboardBook, tags: TagBook
    ) -> APIService {
        .cloudWatch([
            DeleteAlarmMuteRule(alarms: alarms),
            DeleteAlarms(alarms: alarms),
            DeleteDashboards(dashboards: dashboards),
            DescribeAlarmContributors(alarms: alarms),
            DescribeAlarmHistory(alarms: alarms),
            DescribeAlarms(alarms: alarms),
            DescribeAlarmsForMetric(alarms: alarms),
            DisableAlarmActions(alarms: alarms),
            EnableAlarmActions(alarms: alarms),
            GetAlarmMuteRule(alarms: alarms),
            GetDashboard(dashboards: dashboards),
            GetMetricData(metrics: metrics),
            GetMetricStatistics(metrics: metrics),
            ListAlarmMuteRules(alarms: alarms),
            ListDashboards(dashboards: dashboards),
            ListMetrics(metrics: metrics),
            ListTagsForResource(tags: tags),
            PutAlarmMuteRule(alarms: alarms),
            PutCompositeAlarm(alarms: alarms),
            PutDashboard(dashboards: dashboards),
            PutLogAlarm(alarms: alarms, logs: logs),
            PutMetricAlarm(alarms: alarms, metrics: metrics),
            PutMetricData(metrics: metrics),
            SetAlarmState(alarms: alarms),
            TagResource(tags: tags),
            UntagResource(tags: tags),
        ])
    }
}
