import Glibc
import WireFormats

/// How many alarms a core can watch.
struct AlarmEvaluation: Question {
    let name = "AlarmEvaluation"
    let meaning = """
        Alarms on hosts' metrics, five on each, with windows of one to five periods; then some minutes pass without any other \
        request. Counted are evaluations a second of the process's time, how long a minute's evaluations take, those that came late, and \
        metrics read.
        """

    func measure(_ bench: Bench) throws -> [Figure] {
        let alarms = bench.size.pick(small: 50, usual: 10_000, full: 10_000)
        let load = MetricLoad(hosts: alarms / 5 / MetricLoad.metricsPerHost, ticks: bench.size.pick(small: 6, usual: 60, full: 60), end: bench.end, seed: bench.seed)
        let server = try bench.startedServer()
        _ = try server.send(load)
        _ = try server.sendAlarms(alarms, period: bench.size.pick(small: 10, usual: 60, full: 60))
        let marks = bench.size.pick(small: 1, usual: 3, full: 3)
        // The first mark takes every alarm out of its first state; what is measured is what comes after.
        let first = try Self.wait(for: alarms, on: server, secondsMax: 90)
        let last = try Self.wait(for: first.evaluations + alarms * marks, on: server, secondsMax: Double(70 * marks + 30))
        let evaluations = Double(last.evaluations - first.evaluations), marksPassed = evaluations / Double(alarms)
        let processor = last.cpuSeconds - first.cpuSeconds
        let form = "\(alarms) alarms on \(load.seriesCount) metrics"
        return [
            Figure(form, "evaluations a core-second", evaluations / processor, .perCoreSecond, aim: .atLeast(1_000)),
            Figure(form, "processor time a mark", processor / marksPassed * 1_000, .milliseconds),
            Figure(form, "time at work a mark", (last.busySeconds - first.busySeconds) / marksPassed * 1_000, .milliseconds),
            Figure(form, "metrics read a mark", Double(last.reads - first.reads) / marksPassed, .count, aim: .atMost(Double(load.seriesCount))),
            Figure(form, "late evaluations", Double(last.late), .count, aim: .atMost(0)),
        ]
    }

    private struct Progress {
        let evaluations, reads, late: Int
        let busySeconds, cpuSeconds: Double
    }

    private static func wait(for evaluations: Int, on server: ServerProcess, secondsMax: Double) throws -> Progress {
        let connection = try Connection(port: server.port)
        for _ in 0..<Int(secondsMax * 10) {
            let figures = figures(try connection.exchange(Request(get: "/metrics")).wholeText)
            if Int(figures["groundwatch_alarm_evaluations_total"] ?? 0) >= evaluations {
                return Progress(
                    evaluations: Int(figures["groundwatch_alarm_evaluations_total"] ?? 0), reads: Int(figures["groundwatch_alarm_reads_total"] ?? 0),
                    late: Int(figures["groundwatch_alarm_late_evaluations_total"] ?? 0),
                    busySeconds: figures["groundwatch_alarm_busy_seconds_total"] ?? 0, cpuSeconds: try server.account.cpuSeconds)
            }
            usleep(100_000)
        }
        throw BenchmarkError(.answer, "waited \(secondsMax) s in vain for \(evaluations) evaluations of alarms")
    }

    /// `name value` lines.
    private static func figures(_ page: String) -> [String: Double] {
        var figures: [String: Double] = [:]
        for line in page.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            if words.count == 2 { figures[String(words[0])] = Double(words[1]) }
        }
        return figures
    }
}

extension ServerProcess {
    /// Puts alarms, five on each metric of the hosts' load.
    fileprivate func sendAlarms(_ count: Int, period: Int64) throws -> Sender.Outcome {
        try Sender(port: port, connections: Self.connections).send(count) { index in
            .cloudWatch("PutMetricAlarm", [
                "AlarmName": .text("alarm-\(index)"), "Namespace": .text(MetricLoad.namespace), "MetricName": .text(MetricLoad.metricName(index / 5)),
                "Dimensions": MetricLoad.dimensions(index / 5), "Statistic": .text(["Average", "Sum", "Maximum", "Minimum", "SampleCount"][index % 5]),
                "Period": .integer(period), "EvaluationPeriods": .integer(Int64(index % 5 + 1)), "Threshold": 1e12,
                "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
            ])
        }
    }
}
