/// Operations of CloudWatch's API that are known and not served, and why. `Documentation/Compatibility/cloudwatch.md` shows them.
package enum CloudWatchUnserved {
    package static let reasons: [String: String] = [
        "AssociateDatasetKmsKey": datasets,
        "CreateResourceMetricsConfiguration": resourceMetrics,
        "DeleteInsightRules": insightRules,
        "DeleteResourceMetricsConfiguration": resourceMetrics,
        "DescribeInsightRules": insightRules,
        "DisableInsightRules": insightRules,
        "DisassociateDatasetKmsKey": datasets,
        "EnableInsightRules": insightRules,
        "GetDataset": datasets,
        "GetInsightRuleReport": insightRules,
        "GetOTelEnrichment": enrichment,
        "GetResourceMetricsConfiguration": resourceMetrics,
        "ListManagedInsightRules": insightRules,
        "PutInsightRule": insightRules,
        "PutManagedInsightRules": insightRules,
        "StartOTelEnrichment": enrichment,
        "StopOTelEnrichment": enrichment,
        "UpdateOTelEnrichment": enrichment,
        "UpdateResourceMetricsConfiguration": resourceMetrics,
    ]

    private static let insightRules = "Contributor Insights rules are not evaluated; the same questions can be asked by Logs Insights queries"
    private static let datasets = "encryption of metrics by a customer's key is not done"
    private static let resourceMetrics = "metrics of AWS resources come from AWS only"
    private static let enrichment = "resource metrics of AWS are not mixed into OpenTelemetry's"
}
