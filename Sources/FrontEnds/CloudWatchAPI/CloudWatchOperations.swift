package import AWSProtocol
package import Alarms
package import AnomalyDetectors
package import Dashboards
package import MetricStreams

/// CloudWatch's contents page.
package enum CloudWatchOperations {
    package static func service(
        metrics: MetricAccess, alarms: AlarmBook, dashboards: DashboardBook, detectors: DetectorBook, streams: StreamBook,
        endpoint: StreamEndpoint, tags: TagBook
    ) -> APIService {
        .cloudWatch([
            DeleteAlarms(alarms: alarms),
            DeleteAnomalyDetector(detectors: detectors),
            DeleteDashboards(dashboards: dashboards),
            DeleteMetricStream(streams: streams),
            DescribeAlarmHistory(alarms: alarms),
            DescribeAlarms(alarms: alarms),
            DescribeAlarmsForMetric(alarms: alarms),
            DescribeAnomalyDetectors(detectors: detectors, metrics: metrics),
            DisableAlarmActions(alarms: alarms),
            EnableAlarmActions(alarms: alarms),
            GetDashboard(dashboards: dashboards),
            GetMetricData(metrics: metrics),
            GetMetricStatistics(metrics: metrics),
            GetMetricStream(streams: streams),
            GetMetricWidgetImage(metrics: metrics, alarms: alarms),
            ListDashboards(dashboards: dashboards),
            ListMetricStreams(streams: streams),
            ListMetrics(metrics: metrics),
            ListTagsForResource(tags: tags),
            PutAnomalyDetector(detectors: detectors),
            PutDashboard(dashboards: dashboards),
            PutMetricAlarm(alarms: alarms, metrics: metrics),
            PutMetricData(metrics: metrics),
            PutMetricStream(streams: streams, endpoint: endpoint),
            SetAlarmState(alarms: alarms),
            StartMetricStreams(streams: streams),
            StopMetricStreams(streams: streams),
            TagResource(tags: tags),
            UntagResource(tags: tags),
        ], unserved: CloudWatchUnserved.reasons)
    }
}
