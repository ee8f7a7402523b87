package import AWSProtocol
package import Alarms
package import Dashboards

/// CloudWatch's contents page.
package enum CloudWatchOperations {
    package static func service(metrics: MetricAccess, alarms: AlarmBook, dashboards: DashboardBook, tags: TagBook) -> APIService {
        .cloudWatch([
            DeleteAlarms(alarms: alarms),
            DeleteDashboards(dashboards: dashboards),
            DescribeAlarmHistory(alarms: alarms),
            DescribeAlarms(alarms: alarms),
            DescribeAlarmsForMetric(alarms: alarms),
            DisableAlarmActions(alarms: alarms),
            EnableAlarmActions(alarms: alarms),
            GetDashboard(dashboards: dashboards),
            GetMetricData(metrics: metrics),
            GetMetricStatistics(metrics: metrics),
            ListDashboards(dashboards: dashboards),
            ListMetrics(metrics: metrics),
            ListTagsForResource(tags: tags),
            PutDashboard(dashboards: dashboards),
            PutMetricAlarm(alarms: alarms, metrics: metrics),
            PutMetricData(metrics: metrics),
            SetAlarmState(alarms: alarms),
            TagResource(tags: tags),
            UntagResource(tags: tags),
        ])
    }
}
