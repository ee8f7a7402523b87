import AWSProtocol
import Access
import Alarms
import AnomalyDetectors
import Catalog
import CloudWatchAPI
import ColumnStore
import ConsoleAPI
import Dashboards
import HTTPTransport
import LogsAPI
import MetricMath
import MetricStore
import MetricStreams
import Notifications
import OTLPAPI
package import Platform
import PrometheusAPI
import SNSAPI
import SignalModel
import WebConsole
import WireFormats
import XRayAPI

/// The whole product, joined. The only place that knows everybody.
///
///     let server = try await Server.start(configuration, log: log)
///     _ = await signals.termination()
///     try await server.stop()
package final class Server: Sendable {
    private static let stopSecondsMax = 20.0

    private let storage: Storage
    private let edge: HTTPServer
    /// Conventional ports beside the edge; each speaks what the edge does.
    private let otherHTTP: [HTTPServer]
    private let daemonUDP: XRayDoor?
    private let client: HTTPClient
    private let queries: QueryRegistry
    private let access: AccessParts
    private let hub: LiveHub
    /// Loops that run by themselves until they are cancelled.
    private let loops: [Task<Void, Never>]
    private let log: Log

    /// Where the edge listens.
    package let edgeAddress: ServerConfiguration.Address

    private init(
        storage: Storage, edge: HTTPServer, edgeAddress: ServerConfiguration.Address, otherHTTP: [HTTPServer], daemonUDP: XRayDoor?,
        client: HTTPClient, queries: QueryRegistry, access: AccessParts, hub: LiveHub, loops: [Task<Void, Never>], log: Log
    ) {
        self.storage = storage
        self.edge = edge
        self.edgeAddress = edgeAddress
        self.otherHTTP = otherHTTP
        self.daemonUDP = daemonUDP
        self.client = client
        self.queries = queries
        self.access = access
        self.hub = hub
        self.loops = loops
        self.log = log
    }

    /// Opens the store, recovers what a crash left, and serves.
    /// - Throws: `Settings.Invalid` for an address that credentials would have to guard, and what the disk or the edge port refuses.
    package static func start(_ configuration: ServerConfiguration, log: Log) async throws -> Server {
        Machine.returnFreedMemory()
        let time = SystemTime()
        let random = RandomSource()
        let memory = MemoryShares(bytes: configuration.memoryBytes ?? Machine.memoryBytes / 4)
        let hub = LiveHub(time: time, random: random, log: log.named("live"))
        let storage = try await Storage.open(
            configuration.dataDirectory, tiers: MetricTiers(rawDays: configuration.metricDays), memory: memory,
            freeBytesMin: configuration.diskReserveBytes, clock: time, random: random, log: log, didPublish: { hub.published($0) })
        let access: AccessParts
        do { access = try await AccessParts(configuration, storage: storage, time: time, random: random, log: log) } catch {
            try await storage.close()
            throw error
        }
        let parts = try Parts(configuration, storage: storage, access: access, hub: hub, memory: memory, time: time, random: random, log: log)

        let door = parts.edge
        let edge = try serve(door, at: configuration.edge, time)
        var address = configuration.edge
        address.port = UInt16(truncatingIfNeeded: edge.port)

        var otherHTTP: [HTTPServer] = []
        var daemonUDP: XRayDoor?
        // A conventional port that is taken is somebody else's; the edge serves the same.
        if configuration.doors.contains(.xray) {
            do {
                // Datagrams cannot show credentials.
                if configuration.xray.isLoopback {
                    daemonUDP = try XRayDoor(configuration.xray, segments: parts.segments, region: configuration.region, time: time, log: log)
                } else {
                    log.warning("X-Ray datagrams are taken on loopback addresses only", ["address": configuration.xray])
                }
                otherHTTP.append(try serve(door, at: configuration.xray, time))
            } catch {
                log.warning("X-Ray daemon's door is not open", ["address": configuration.xray, "why": "\(error)"])
            }
        }
        if configuration.doors.contains(.otlp) {
            do {
                otherHTTP.append(try serve(door, at: configuration.otlp, time))
            } catch {
                log.warning("OTLP door is not open", ["address": configuration.otlp, "why": "\(error)"])
            }
        }
        if configuration.doors.contains(.prometheus) {
            do {
                otherHTTP.append(try serve(door, at: configuration.prometheus, time))
            } catch {
                log.warning("Prometheus door is not open", ["address": configuration.prometheus, "why": "\(error)"])
            }
        }
        return Server(
            storage: storage, edge: edge, edgeAddress: address, otherHTTP: otherHTTP, daemonUDP: daemonUDP, client: parts.client,
            queries: parts.queries, access: access, hub: hub, loops: parts.loops(), log: log)
    }

    private static func serve(
        _ door: EdgeDoor, at address: ServerConfiguration.Address, _ time: any TimeSource
    ) throws(HTTPTransportError) -> HTTPServer {
        var configuration = HTTPServer.Configuration(host: address.host, port: address.port)
        configuration.bodyBytesMax = EdgeDoor.bodyBytesMax
        return try HTTPServer(
            configuration, time: time, admit: { door.admit($0, contentLength: $1) }, handle: { await door.answer($0, $1) })
    }

    /// Accepts no more, finishes what is in flight, seals what is in memory and closes the files.
    package func stop() async throws {
        await daemonUDP?.stop()
        hub.stop()
        await edge.stop(deadlineSeconds: Self.stopSecondsMax)
        for server in otherHTTP { await server.stop(deadlineSeconds: 1) }
        queries.stopAll()
        for loop in loops { loop.cancel() }
        for loop in loops { await loop.value }
        await client.close()
        access.passwords.stop()
        try await storage.close()
        log.info("stopped")
    }
}

/// What is made once at start and handed to doors and loops.
private struct Parts {
    let edge: EdgeDoor
    let segments: SegmentIntake
    let client: HTTPClient
    let queries: QueryRegistry
    private let outboxLoop: OutboxLoop
    private let streamLoop: StreamLoop
    private let evaluation: AlarmEvaluation
    private let logEvaluation: LogAlarmEvaluation
    private let timers: AlarmTimers
    private let access: AccessParts
    private let live: LiveParts
    /// Nil: not wanted.
    private let selfMetrics: SelfMetrics?

    init(
        _ configuration: ServerConfiguration, storage: Storage, access: AccessParts, hub: LiveHub, memory: MemoryShares, time: any TimeSource, random: RandomSource, log: Log
    ) throws {
        self.access = access
        segments = SegmentIntake(writer: storage.traces, committer: storage.engine, random: random)
        let topics = TopicDirectory(catalog: storage.catalog, random: random)
        let outbox = Outbox(directory: topics, random: random)
        let identity = SigningIdentity(catalog: storage.catalog, time: time)
        client = try HTTPClient()
        outboxLoop = OutboxLoop(
            catalog: storage.catalog, outbox: outbox, client: client, identity: identity, time: time, log: log.named("outbox"))

        let alarms = AlarmBook(catalog: storage.catalog) { snapshot, tenant, target in
            try Outbox.refusal(snapshot, tenant: tenant, target: target)
        }
        let quotas = storage.quotas
        let detectors = DetectorBook(catalog: storage.catalog)
        let streams = StreamBook(catalog: storage.catalog), endpoint = StreamEndpoint(base: configuration.firehoseURL)
        streamLoop = StreamLoop(
            book: streams, reader: storage.metrics, client: client, endpoint: endpoint, time: time, random: random, log: log.named("streams"))
        let models = TrainedModels(detectors: detectors)
        evaluation = AlarmEvaluation(
            book: alarms, reader: storage.metrics, quotas: { quotas.lookup(of: $0) }, models: models, clock: time,
            log: log.named("alarms"))
        timers = AlarmTimers(book: alarms, clock: time, log: log.named("alarms"))
        let queryGate = QueryGate()
        live = LiveParts(hub: hub, storage: storage, alarms: alarms) { ServerFigures.now(storage, memory, queryGate) }
        let metrics = MetricAccess(
            reader: storage.metrics, writer: storage.metrics, committer: storage.engine, clock: time, random: random, models: models,
            configuration: memory.metricsConfiguration(), quotas: { quotas.lookup(of: $0) })
        let logs = LogAccess(
            directory: storage.logGroups, reader: storage.logs, writer: storage.logs, committer: storage.engine, clock: time, random: random,
            configuration: memory.logsConfiguration())
        queries = QueryRegistry(logs: logs, executor: storage.queries)
        let insights = InsightsRunner(logs: logs, executor: storage.queries)
        let logQueries = LogQueries(
            refusal: { insights.refusal(of: $0) }, rows: { try await insights.rows(of: $0, groups: $1, of: $2, in: $3) })
        logEvaluation = LogAlarmEvaluation(book: alarms, queries: logQueries, clock: time, log: log.named("alarms"))
        let dispatcher = AWSDispatcher(
            services: [
                CloudWatchOperations.service(
                    metrics: metrics, alarms: alarms, logs: logQueries, dashboards: DashboardBook(catalog: storage.catalog),
                    definitions: QueryDefinitionBook(catalog: storage.catalog),
                    detectors: detectors, streams: streams, endpoint: endpoint,
                    tags: TagBook(alarms: alarms, catalog: storage.catalog)),
                LogsOperations.service(logs: logs, queries: queries),
                SNSOperations.service(topics: topics, outbox: outbox),
                XRayOperations.service(segments: segments, reader: storage.traces, memory: memory.queries, clock: time),
            ],
            defaultRegion: configuration.region, authentication: access.gate, queries: queryGate,
            inflatedBytesMax: min(AWSLimits.inflatedBytesMax, memory.ingest.bytesMax / 8), time: time, random: random,
            log: log.named("aws"))
        let prometheus = PrometheusAPI(
            writer: storage.metrics, committer: storage.engine, memory: memory.ingest, random: random, region: configuration.region,
            log: log.named("prometheus"))
        let lines = JSONLinesDoor(logs: logs, memory: memory.ingest, region: configuration.region)
        let otlp = OTLPAPI(
            writer: storage.traces, committer: storage.engine, memory: memory.ingest, clock: time, random: random,
            region: configuration.region)
        let figures: @Sendable () -> [FiguresPage.Figure] = { [evaluation] in
            ServerFigures.now(storage, memory, queryGate) + ServerFigures.alarms(evaluation.figures)
                + (prometheus.figures + lines.figures + otlp.figures).map { .init($0.name, $0.help, Double($0.value)) }
                + [.init("groundwatch_live_streams", "Event streams of the console that are open.", Double(hub.clientCount))]
        }
        selfMetrics = configuration.selfMetricsSeconds == 0 ? nil : SelfMetrics(
            tenant: Tenant(account: configuration.selfMetricsAccount, region: configuration.region),
            periodSeconds: configuration.selfMetricsSeconds, writer: storage.metrics, committer: storage.engine, time: time, random: random,
            log: log, figures: figures)
        edge = EdgeDoor(
            hostGuard: HostGuard(hostNames: configuration.hostNames), gate: access.gate, time: time, health: Self.health(storage, time: time),
            figures: FiguresPage(figures: figures),
            console: Console(.init(uiDirectory: configuration.consoleDirectory), fileSystem: LinuxFileSystem()),
            session: access.session,
            live: LiveAPI(hub: hub, directory: storage.logGroups, authentication: access.gate, region: configuration.region, time: time),
            deliveries: DeliveriesAPI(book: DeliveryBook(catalog: storage.catalog), region: configuration.region, time: time),
            prometheus: prometheus, lines: lines, otlp: otlp,
            preview: AlarmPreview(alarms: alarms, metrics: metrics, logs: logQueries, defaultRegion: configuration.region),
            quotas: QuotasPage(quotas: quotas, defaultRegion: configuration.region), aws: dispatcher,
            memory: memory.ingest, certificate: { try await identity.certificate() })
    }

    func loops() -> [Task<Void, Never>] {
        let (outboxLoop, streamLoop, evaluation, logEvaluation, timers) = (outboxLoop, streamLoop, evaluation, logEvaluation, timers)
        let (upkeep, live, selfMetrics) = (access.upkeep, live, selfMetrics)
        return [
            Task.detached { await outboxLoop.run() },
            Task.detached { await streamLoop.run() },
            Task.detached { await upkeep.run() },
            Task.detached { await live.hub.run(live.sources) },
            Task.detached { await live.hub.beat(live.sources) },
            // They end only by cancellation, which is how the server asks them to.
            Task.detached { try? await evaluation.run() },
            Task.detached { try? await logEvaluation.run() },
            Task.detached { try? await timers.run() },
            Task.detached { await selfMetrics?.run() },
        ]
    }

    /// Rows that cannot be read any more: the rest serves, but somebody should know.
    private static func damage(in figures: StoreFigures) -> String? {
        let counts = [
            (figures.damagedParts, "parts set aside at the start"),
            (figures.tables.values.reduce(0) { $0 + $1.damagedBlocks }, "blocks left out"),
            (figures.lostCommits, "commits missing from the journal"), (figures.damagedFilters, "parts with unreadable key filters"),
        ].filter { $0.0 > 0 }
        return counts.isEmpty ? nil : "damage on disk: " + counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private static func health(_ storage: Storage, time: any TimeSource) -> HealthReport {
        HealthReport(
            checks: [
                .init(name: "catalog") {
                    do {
                        _ = try await storage.catalog.read { try $0.noticeCounts() }
                        return nil
                    } catch { return "\(error)" }
                },
                .init(name: "store") { storage.engine.figures.isClosed ? "writing has stopped after a failure; restart" : nil },
                .init(name: "disk") { storage.engine.lowSpace },
                .init(name: "parts", isWarning: true) { damage(in: storage.engine.figures) },
            ], time: time)
    }
}
