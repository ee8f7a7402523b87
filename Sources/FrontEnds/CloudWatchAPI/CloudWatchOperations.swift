package import AWSProtocol
package import Alarms
package import AnomalyDetectors
package import Dashboards
package import MetricStreams

/// CloudWatch's contents page.
package enum CloudWatchOperations {
    /// - Parameter logs: for log alarms.
    package static func service(
        metrics: MetricAccess, alarms: AlarmBook, logs: LogQueries, dashboards: DashboardBook, definitions: QueryDefinitionBook, detectors: DetectorBook, streams: StreamBook,
        endpoint: StreamEndpoint, tags: TagBook
    ) -> APIService {
        .cloudWatch([
            DeleteAlarmMuteRule(alarms: alarms),
            DeleteAlarms(alarms: alarms),
            DeleteAnomalyDetector(detectors: detectors),
            DeleteDashboards(dashboards: dashboards),
            DeleteMetricDataQueryDefinition(definitions: definitions),
            DeleteMetricStream(streams: streams),
            DescribeAlarmContributors(alarms: alarms),
            DescribeAlarmHistory(alarms: alarms),
            DescribeAlarms(alarms: alarms),
            DescribeAlarmsForMetric(alarms: alarms),
            DescribeAnomalyDetectors(detectors: detectors, metrics: metrics),
            DisableAlarmActions(alarms: alarms),
            EnableAlarmActions(alarms: alarms),
            GetAlarmMuteRule(alarms: alarms),
            GetDashboard(dashboards: dashboards),
            GetMetricData(metrics: metrics),
            GetMetricDataQueryDefinition(definitions: definitions),
            GetMetricStatistics(metrics: metrics),
            GetMetricStream(streams: streams),
            GetMetricWidgetImage(metrics: metrics, alarms: alarms),
            ListAlarmMuteRules(alarms: alarms),
            ListDashboards(dashboards: dashboards),
            ListMetricDataQueryDefinitions(definitions: definitions),
            ListMetricStreams(streams: streams),
            ListMetrics(metrics: metrics),
            ListTagsForResource(tags: tags),
            PutAlarmMuteRule(alarms: alarms),
            PutAnomalyDetector(detectors: detectors),
            PutCompositeAlarm(alarms: alarms),
            PutDashboard(dashboards: dashboards),
            PutLogAlarm(alarms: alarms, logs: logs),
            PutMetricAlarm(alarms: alarms, metrics: metrics),
            PutMetricData(metrics: metrics),
            PutMetricDataQueryDefinition(definitions: definitions, random: metrics.random),
            PutMetricStream(streams: streams, endpoint: endpoint),
            SetAlarmState(alarms: alarms),
            StartMetricStreams(streams: streams),
            StopMetricStreams(streams: streams),
            TagResource(tags: tags),
            UntagResource(tags: tags),
        ], unserved: CloudWatchUnserved.reasons)
    }
}
