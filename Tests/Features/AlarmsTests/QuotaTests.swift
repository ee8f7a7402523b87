@testable import Alarms
import Catalog
import MetricMath
import Platform
import SignalModel
import Simulation
import Testing
import WireFormats

struct QuotaTests {
    private func lambda(_ name: String, function: String? = nil) -> MetricIdentity {
        MetricIdentity(namespace: "AWS/Lambda", name: name, dimensions: function.map { [("FunctionName", $0)] } ?? [])
    }

    @Test func `the table begins with Lambda's figures`() {
        let table = QuotaTable()
        #expect(table.value(for: lambda("ConcurrentExecutions")) == 1000)
        #expect(table.value(for: lambda("Duration", function: "any")) == 900_000)
        #expect(table.value(for: lambda("Errors")) == nil)
    }

    @Test func `what is set is durable, each tenant's own, and the narrowest counts`() async throws {
        let rig = try AlarmRig()
        let quotas = try await QuotaBook(catalog: rig.catalog)
        let function = MetricIdentity.Dimension(name: "FunctionName", value: "checkout")
        try await quotas.set([
            ServiceQuota(namespace: "AWS/Lambda", metricName: "Duration", dimensions: [function], value: 30_000),
            ServiceQuota(namespace: "AWS/Lambda", metricName: "ConcurrentExecutions", value: 5000),
        ], of: acme)
        let lookup = quotas.lookup(of: acme)
        for lookup in [lookup, try await QuotaBook(catalog: rig.catalog).lookup(of: acme)] {
            #expect(lookup(lambda("Duration", function: "checkout")) == 30_000 && lookup(lambda("Duration", function: "other")) == 900_000)
            #expect(lookup(lambda("ConcurrentExecutions")) == 5000)
        }
        #expect(quotas.lookup(of: Tenant(account: "999999999999", region: "us-east-1"))(lambda("ConcurrentExecutions")) == 1000)
        try await quotas.set([ServiceQuota(namespace: "AWS/Lambda", metricName: "ConcurrentExecutions", value: 10)], of: acme)
        #expect(lookup(lambda("ConcurrentExecutions")) == 10, "a lookup follows changes")
    }

    @Test func `documents that are no quota are refused`() throws {
        for text in [#"{}"#, #"{"namespace":"N","metricName":"M"}"#, #"{"namespace":"N","metricName":"M","value":0}"#, #"{"namespace":"N","metricName":"M","value":-1}"#,
            #"{"namespace":"","metricName":"M","value":1}"#, #"{"namespace":"N","metricName":"M","value":1,"dimensions":{"a":1.5}}"#] {
            #expect(ServiceQuota(document: try json(text)) == nil, "\(text)")
        }
    }

    @Test func `an alarm at a share of the limit fires by the table, also after the table was changed`() async throws {
        let rig = try AlarmRig()
        let quotas = try await QuotaBook(catalog: rig.catalog)
        let evaluation = AlarmEvaluation(
            book: rig.book, reader: rig.store, quotas: { quotas.lookup(of: $0) }, clock: rig.clock, log: .init(component: "test", write: { _ in }))
        try await quotas.set([ServiceQuota(namespace: "Shop", metricName: "Errors", value: 100)], of: acme)
        var rule = try rule(of: 1)
        rule.threshold = 80
        let stat = try MetricStat(metric: MetricIdentity(namespace: "Shop", name: "Errors"), periodSeconds: 60, statistic: "Maximum")
        rule.subject = .queries([
            MetricDataQuery(id: "e1", source: .expression("100 * m1 / SERVICE_QUOTA(m1)")), MetricDataQuery(id: "m1", source: .metric(stat), returnsData: false),
        ])
        try await rig.put(rule)
        try await rig.sample(81)
        rig.clock.advance(bySeconds: 65)
        await evaluation.turn()
        #expect(try await rig.state().value == .alarm)
        try await quotas.set([ServiceQuota(namespace: "Shop", metricName: "Errors", value: 1000)], of: acme)
        try await rig.sample(81)
        rig.clock.advance(bySeconds: 60)
        await evaluation.turn()
        #expect(try await rig.state().value == .ok)
    }
}
