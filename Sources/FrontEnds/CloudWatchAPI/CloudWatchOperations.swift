package import AWSProtocol
package import Alarms

/// CloudWatch's contents page.
package enum CloudWatchOperations {
    package static func service(metrics: MetricAccess, alarms: AlarmBook) -> APIService {
        .cloudWatch([
            DeleteAlarms(alarms: alarms),
            DescribeAlarmHistory(alarms: alarms),
            DescribeAlarms(alarms: alarms),
            DescribeAlarmsForMetric(alarms: alarms),
            DisableAlarmActions(alarms: alarms),
            EnableAlarmActions(alarms: alarms),
            GetMetricData(metrics: metrics),
            GetMetricStatistics(metrics: metrics),
            ListMetrics(metrics: metrics),
            ListTagsForResource(alarms: alarms),
            PutMetricAlarm(alarms: alarms, metrics: metrics),
            PutMetricData(metrics: metrics),
            SetAlarmState(alarms: alarms),
            TagResource(alarms: alarms),
            UntagResource(alarms: alarms),
        ])
    }
}
