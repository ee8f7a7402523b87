import AWSProtocol
import Alarms
import Charts
import Dashboards
import MetricMath
import SignalModel
import WireFormats

/// A metric widget as a picture.
/// Source: CloudWatch API reference, GetMetricWidgetImage and "Metric widget structure and syntax".
struct GetMetricWidgetImage: APIOperation {
    static let name = "GetMetricWidgetImage"
    let metrics: MetricAccess
    let alarms: AlarmBook

    struct Input: APIInput {
        let widget: MetricWidget

        init(from reader: inout InputReader) throws {
            let text = reader.requiredText("MetricWidget")
            let format = reader.text("OutputFormat") ?? "png"
            try reader.check()
            // `image/png` would answer the picture alone, which no SDK can read.
            guard format == "png" else { throw AWSError.validation("The value \(format) for parameter OutputFormat is not supported: use png.") }
            let read: (widget: MetricWidget, errors: [Finding])
            do { read = try MetricWidget.image(json: Array(text.utf8)) } catch {
                throw AWSError.validation("The parameter MetricWidget must be a valid JSON object.")
            }
            guard read.errors.isEmpty else {
                let all = read.errors.prefix(20).map { "\($0.dataPath.isEmpty ? "/" : $0.dataPath): \($0.message)" }.joined(separator: "; ")
                throw AWSError.validation("The parameter MetricWidget is invalid: \(all)")
            }
            widget = read.widget
        }
    }

    func run(_ input: Input, in context: RequestContext) async throws -> WireValue {
        var widget = input.widget
        let end = widget.end?.time(now: context.now) ?? context.now
        let start = widget.start?.time(now: context.now) ?? Timestamp(nanoseconds: end.nanoseconds - 3 * 3600 * PeriodAlignment.second)
        guard start < end else { throw AWSError.startNotBeforeEnd }
        let watched = try await watchedAlarms(of: widget, context)
        widget.setPeriod(forSeconds: end.seconds - start.seconds)
        let queries = try queries(of: widget, watched)
        let plan: MetricDataPlan
        do { plan = try MetricDataPlan(queries) } catch { throw AWSError(error) }
        let buckets = metrics.buckets(of: context.tenant, metrics.budget())
        let window = QueryWindow.onEpoch(TimeRange(start: start, end: end), now: context.now)
        let answer: MetricDataAnswer
        do { answer = try await buckets.answer(plan, in: window) } catch let failure as MetricDataPlan.Failure { throw AWSError(failure) }
        let chart = WidgetChart(widget: widget, range: start.nanoseconds..<end.nanoseconds, tenant: context.tenant, now: context.now)
        let picture = try chart.chart(of: queries, answer.values, alarms: watched)
        do { return .members(("MetricWidgetImage", .blob(try picture.png()))) } catch {
            throw StorageError(code: .busy, message: error.message)
        }
    }

    private func watchedAlarms(of widget: MetricWidget, _ context: RequestContext) async throws -> [Alarm] {
        var found: [Alarm] = []
        for arn in widget.annotations.alarms {
            guard let parts = AlarmARN(arn), parts.tenant == context.tenant, let alarm = try await alarms.alarm(parts.name, of: parts.tenant) else {
                throw AWSError.validation("The alarm \(arn) does not exist.")
            }
            found.append(alarm)
        }
        return found
    }

    /// Of a widget that names only an alarm: what the alarm watches.
    private func queries(of widget: MetricWidget, _ alarms: [Alarm]) throws -> [MetricDataQuery] {
        if !widget.metrics.isEmpty {
            do { return try widget.queries() } catch { throw AWSError.validation(error.message) }
        }
        return alarms.first?.rule.subject.shownQueries ?? []
    }
}

extension AlarmRule.Subject {
    fileprivate var shownQueries: [MetricDataQuery] {
        switch self {
        case .metric(let watched): [MetricDataQuery(id: "m1", source: .metric(watched.stat))]
        case .queries(let queries): queries
        }
    }
}

extension MetricWidget {
    /// A widget that names no period takes one that suits the time it shows.
    fileprivate mutating func setPeriod(forSeconds seconds: Int64) {
        if isPeriodTimeRange, view != .timeSeries {
            periodSeconds = min(Int64(Int32.max) / 60 * 60, max(60, (seconds + 59) / 60 * 60))
        } else if !hasOwnPeriod {
            periodSeconds = seconds <= 3 * 3600 ? 60 : seconds <= 15 * 86_400 ? 300 : 3600
        }
    }
}
