import Columns
import SignalModel
import WireFormats

/// Finds out whom news concern. Used by one task.
struct LiveDelivery {
    private struct Wanted: Hashable {
        let client, subscription: String
    }

    private let sources: LiveHub.Sources
    private let streams: StreamNames
    /// The series of each subscription; nil when they are too many to be told apart.
    private var series: [Wanted: Set<SeriesID>?] = [:]

    init(sources: LiveHub.Sources) {
        self.sources = sources
        streams = StreamNames(directory: sources.directory)
    }

    /// - Parameter report: told of what could not be looked up; whoever wanted it is told to ask by himself.
    mutating func deliver(_ news: LiveNews, to clients: [LiveClient], report: (any Error) -> Void) async {
        forget(news.newSeries, clients)
        for batch in news.batches {
            switch batch.table {
            case .logs: await deliverLogs(batch, to: clients, report)
            case .samples: await deliverSamples(batch, to: clients, report)
            default: break
            }
        }
        for lost in news.lost { tell(clients, of: lost) }
        for alarm in news.alarms { await deliverAlarm(alarm, to: clients, report) }
    }

    // MARK: Logs

    private func deliverLogs(_ batch: TableBatch, to clients: [LiveClient], _ report: (any Error) -> Void) async {
        var rows: LiveLogRows?
        for client in clients where client.tenant == batch.scope.tenant {
            for subscription in client.subscriptions {
                guard case .logs(let groups, let pattern) = subscription.topic,
                    let group = groups.first(where: { $0.number == batch.scope.group })
                else { continue }
                do {
                    if rows == nil { rows = try await LiveLogRows(batch, group, streams) }
                    guard let rows else { continue }
                    for frame in rows.frames(of: subscription.id, where: pattern) {
                        client.put { $0.put(frame.bytes, of: subscription.id, count: frame.count) }
                    }
                } catch {
                    report(error)
                    client.put { $0.leaveOut(batch.rowCount, of: subscription.id) }
                }
            }
        }
    }

    // MARK: Metrics

    private mutating func deliverSamples(_ batch: TableBatch, to clients: [LiveClient], _ report: (any Error) -> Void) async {
        guard let numbers = batch.columns.first?.uint32s else { return }
        let newest = WireValue.integer(Timestamp(nanoseconds: batch.times.upperBound).milliseconds)
        for client in clients where client.tenant == batch.scope.tenant {
            for subscription in client.subscriptions {
                guard case .metrics(let matchers) = subscription.topic else { continue }
                let wanted = await series(of: subscription, matchers, client, report)
                guard wanted.map({ wanted in numbers.contains(where: wanted.contains) }) ?? true else { continue }
                let frame = LiveFrame.event("metrics", ["id": .text(subscription.id), "newest": newest])
                client.put { $0.putHint(frame, of: subscription.id) }
            }
        }
    }

    /// - Returns: nil for all there are.
    private mutating func series(
        of subscription: LiveSubscription, _ matchers: [LabelMatcher], _ client: LiveClient, _ report: (any Error) -> Void
    ) async -> Set<SeriesID>? {
        guard !matchers.isEmpty else { return nil }
        let key = Wanted(client: client.id, subscription: subscription.id)
        if let known = series[key] { return known }
        var found: Set<SeriesID>?
        do throws(StorageError) {
            found = Set(try await sources.metrics.series(matching: matchers, of: client.tenant, in: .all, limit: Limits.seriesMax).map(\.id))
        } catch {
            if error.code != .budget { report(error) }
        }
        series[key] = .some(found)
        return found
    }

    /// New series may be wanted ones; and what belongs to nobody any more goes.
    private mutating func forget(_ tenants: Set<Tenant>, _ clients: [LiveClient]) {
        guard !series.isEmpty else { return }
        let kept = Set(
            clients.filter { !tenants.contains($0.tenant) }.flatMap { client in
                client.subscriptions.map { Wanted(client: client.id, subscription: $0.id) }
            })
        series = series.filter { kept.contains($0.key) }
    }

    // MARK: Alarms, and what was lost

    private func deliverAlarm(_ alarm: LiveNews.AlarmName, to clients: [LiveClient], _ report: (any Error) -> Void) async {
        let listeners = clients.filter { $0.tenant == alarm.tenant }.flatMap { client in
            client.subscriptions.compactMap { subscription -> (LiveClient, String)? in
                if case .alarms = subscription.topic { (client, subscription.id) } else { nil }
            }
        }
        guard !listeners.isEmpty else { return }
        do {
            let state = try await sources.alarm(alarm.name, alarm.tenant)
            for (client, id) in listeners {
                let frame = LiveFrame.event("alarm", .members(("id", .text(id)), ("name", .text(alarm.name)), ("alarm", state)))
                client.put { $0.put(frame, of: id) }
            }
        } catch {
            report(error)
            for (client, id) in listeners { client.put { $0.leaveOut(1, of: id) } }
        }
    }

    private func tell(_ clients: [LiveClient], of lost: LiveNews.Lost) {
        for client in clients where client.tenant == lost.scope.tenant {
            for subscription in client.subscriptions {
                switch subscription.topic {
                case .logs(let groups, _) where lost.table == .logs && groups.contains { $0.number == lost.scope.group }: break
                case .metrics where lost.table == .samples: break
                default: continue
                }
                client.put { $0.leaveOut(lost.rows, of: subscription.id) }
            }
        }
    }
}
