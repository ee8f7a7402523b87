import SignalModel
import WireFormats

/// The segment document of an OpenTelemetry span.
///
/// Source: opentelemetry-collector-contrib, the AWS X-Ray exporter's mapping. A span that serves or consumes, or that nobody called, is a
/// segment; others are subsegments of the span that called them. Every scalar attribute without a place of its own is an annotation (the
/// exporter's `index_all_attributes`, since here all are indexed); lists, maps, long texts and what is known of the resource are metadata.
struct SpanDocument {
    private static let nameCharactersMax = 200
    private static let annotationCharactersMax = 1_000

    private let span: StoredSpan
    private var used: Set<String> = []

    init(_ span: StoredSpan) { self.span = span }

    var isSegment: Bool { Self.isSegment(span.row) }

    static func isSegment(_ row: SpanRow) -> Bool { row.kind == .server || row.kind == .consumer || row.parent == 0 }

    /// JSON.
    mutating func text() -> [UInt8] {
        let row = span.row
        let http = http, sql = sql, aws = aws
        let user = take("enduser.id")
        return JSON.encode(.members(
            ("trace_id", .text(row.trace.xrayText)), ("id", .text(spanHexText(row.span))), ("name", .text(name())),
            ("start_time", .timestamp(row.start)), ("end_time", .timestamp(row.end)),
            ("parent_id", row.parent == 0 ? nil : .text(spanHexText(row.parent))), ("type", isSegment ? nil : "subsegment"),
            ("namespace", namespace.map(WireValue.text)), ("fault", flag(.fault)), ("error", flag(.error)), ("throttle", flag(.throttle)),
            ("cause", cause), ("origin", isSegment ? origin.map(WireValue.text) : nil), ("user", user), ("http", http), ("aws", aws), ("sql", sql),
            ("service", isSegment ? service : nil), ("links", links), ("annotations", annotations), ("metadata", metadata)))
    }

    private func flag(_ flag: SpanFlags) -> WireValue? { span.row.flags.contains(flag) ? true : nil }

    // MARK: names

    private func name() -> String {
        let candidates =
            isSegment
            ? [text("aws.local.service"), span.service.isEmpty ? nil : span.service]
            : [remoteService, text("peer.service"), text("aws.service"), database, text("rpc.service"), text("http.host"), text("net.peer.name")]
        let name = candidates.lazy.compactMap { $0 }.map(Self.cleaned).first { !$0.isEmpty } ?? Self.cleaned(span.name)
        return name.isEmpty ? "span" : name
    }

    private var remoteService: String? {
        guard let name = text("aws.remote.service") else { return nil }
        for prefix in ["AWS.SDK.", "AWS::"] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
        return name
    }

    /// `orders@db.example`
    private var database: String? {
        guard let name = text("db.namespace", "db.name") else { return text("db.system.name", "db.system") }
        return text("server.address", "net.peer.name").map { "\(name)@\($0)" } ?? name
    }

    /// Only what X-Ray allows in a name.
    private static func cleaned(_ name: String) -> String {
        String(name.unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil || " _.:/%&#=+-@".unicodeScalars.contains($0) }
            .prefix(nameCharactersMax).map(Character.init))
    }

    private var namespace: String? {
        guard !isSegment else { return nil }
        if text("rpc.system") == "aws-api" || text("aws.service") != nil { return "aws" }
        return span.row.kind == .client || span.row.kind == .producer ? "remote" : nil
    }

    private var origin: String? {
        switch resourceText("cloud.platform") {
        case "aws_lambda": "AWS::Lambda::Function"
        case "aws_app_runner": "AWS::AppRunner::Service"
        case "aws_elastic_beanstalk": "AWS::ElasticBeanstalk::Environment"
        case "aws_eks": "AWS::EKS::Container"
        case "aws_ecs":
            switch resourceText("aws.ecs.launchtype")?.lowercased() {
            case "ec2": "AWS::ECS::EC2"
            case "fargate": "AWS::ECS::Fargate"
            default: "AWS::ECS::Container"
            }
        case "aws_ec2": "AWS::EC2::Instance"
        default: nil
        }
    }

    private var service: WireValue? {
        resourceText("service.version").map { ["version": .text($0)] }
    }

    // MARK: blocks

    private var http: WireValue? {
        mutating get {
            let url = take("url.full", "http.url") ?? composedURL
            let request = WireValue.members(
                ("method", take("http.request.method", "http.method")), ("url", url), ("user_agent", take("user_agent.original", "http.user_agent")),
                ("client_ip", take("client.address", "http.client_ip")))
            let response = WireValue.members(
                ("status", take("http.response.status_code", "http.status_code")),
                ("content_length", take("http.response.body.size", "http.response_content_length")))
            let members = [("request", request), ("response", response)].filter { !$0.1.isEmpty }
            return members.isEmpty ? nil : .structure(members)
        }
    }

    private var composedURL: WireValue? {
        guard let path = text("url.path", "http.target"), let host = text("server.address", "net.host.name", "http.host") else { return nil }
        let port = span.attributes["server.port"]?.asInteger ?? span.attributes["net.host.port"]?.asInteger
        let query = text("url.query").map { "?\($0)" } ?? ""
        return .text("\(text("url.scheme", "http.scheme") ?? "http")://\(host)\(port.map { ":\($0)" } ?? "")\(path)\(query)")
    }

    /// Databases that are asked in SQL.
    private static let sqlSystems: Set<String> = [
        "db2", "derby", "hive", "mariadb", "mssql", "microsoft.sql_server", "mysql", "oracle", "oracle.db", "postgresql", "sqlite",
        "teradata", "other_sql",
    ]

    private var sql: WireValue? {
        mutating get {
            guard let system = text("db.system.name", "db.system"), Self.sqlSystems.contains(system) else { return nil }
            let host = text("server.address", "net.peer.name")
            let name = text("db.namespace", "db.name")
            return .members(
                ("database_type", take("db.system.name", "db.system")),
                ("url", host.map { .text($0 + (name.map { "/\($0)" } ?? "")) }), ("user", take("db.user")),
                ("sanitized_query", take("db.query.text", "db.statement")))
        }
    }

    private var aws: WireValue? {
        mutating get {
            let isCall = text("rpc.system") == "aws-api"
            var tables: WireValue?
            if case .list(let names)? = span.attributes["aws.dynamodb.table_names"] { tables = names.first }
            let operation = take("aws.operation") ?? (isCall ? take("rpc.method") : nil)
            let value = WireValue.members(
                ("operation", operation), ("region", take("aws.region")), ("request_id", take("aws.request_id", "aws.requestId")),
                ("table_name", take("aws.table_name") ?? tables), ("queue_url", take("aws.queue_url", "aws.queue.url")),
                ("account_id", isSegment ? span.resource["cloud.account.id"] : take("aws.account_id")), ("xray", isSegment ? xray : nil),
                ("ec2", isSegment ? ec2 : nil), ("ecs", isSegment ? ecs : nil), ("eks", isSegment ? eks : nil))
            return value.isEmpty ? nil : value
        }
    }

    private var xray: WireValue? {
        guard let name = resourceText("telemetry.sdk.name") else { return nil }
        let language = resourceText("telemetry.sdk.language").map { " for \($0)" } ?? ""
        return .members(
            ("sdk", .text(name + language)), ("sdk_version", span.resource["telemetry.sdk.version"]),
            ("auto_instrumentation", .bool(resourceText("telemetry.auto.version") != nil)))
    }

    private var ec2: WireValue? {
        guard resourceText("cloud.platform") == "aws_ec2" || resourceText("host.id") != nil else { return nil }
        return .members(
            ("instance_id", span.resource["host.id"]), ("availability_zone", span.resource["cloud.availability_zone"]),
            ("instance_size", span.resource["host.type"]), ("ami_id", span.resource["host.image.id"]))
    }

    private var ecs: WireValue? {
        guard resourceText("cloud.platform") == "aws_ecs" else { return nil }
        return .members(
            ("container", span.resource["container.name"]), ("container_id", span.resource["container.id"]),
            ("container_arn", span.resource["aws.ecs.container.arn"]))
    }

    private var eks: WireValue? {
        guard resourceText("cloud.platform") == "aws_eks" || resourceText("k8s.cluster.name") != nil else { return nil }
        return .members(
            ("cluster_name", span.resource["k8s.cluster.name"]), ("pod", span.resource["k8s.pod.name"]),
            ("container_id", span.resource["container.id"]))
    }

    // MARK: what went wrong

    private var cause: WireValue? {
        let isRemote = span.row.kind == .client || span.row.kind == .producer
        var exceptions = span.events.filter { $0.name == "exception" }.enumerated().flatMap { place, event in
            ExceptionStack.exceptions(
                type: event.attributes["exception.type"]?.asText, message: event.attributes["exception.message"]?.asText,
                stack: event.attributes["exception.stacktrace"]?.asText ?? "", isRemote: isRemote, seed: (span.row.span, place))
        }
        if exceptions.isEmpty, !span.statusMessage.isEmpty, span.row.status == .error {
            exceptions = ExceptionStack.exceptions(
                type: nil, message: span.statusMessage, stack: "", isRemote: isRemote, seed: (span.row.span, 0))
        }
        return exceptions.isEmpty ? nil : ["exceptions": .list(exceptions)]
    }

    private var links: WireValue? {
        guard !span.links.isEmpty else { return nil }
        return .list(span.links.map { link in
            .members(
                ("trace_id", .text(link.trace.xrayText)), ("id", .text(spanHexText(link.span))),
                ("attributes", link.attributes.isEmpty ? nil : .map(link.attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })))
        })
    }

    // MARK: everything else

    private var rest: [(key: String, value: WireValue)] {
        span.attributes.filter { !used.contains($0.key) }.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }
    }

    private static let metadataPrefix = "aws.xray.metadata."
    /// Says which attributes are annotations; here all are.
    private static let annotationList = "aws.xray.annotations"

    private static func isAnnotation(_ key: String, _ value: WireValue) -> Bool {
        guard !key.hasPrefix(metadataPrefix) else { return false }
        switch value {
        case .bool, .integer, .double: return true
        case .text(let text): return text.count <= annotationCharactersMax
        default: return false
        }
    }

    private var annotations: WireValue? {
        let members = rest.filter { $0.key != Self.annotationList && Self.isAnnotation($0.key, $0.value) }.map { (Self.annotationKey($0.key), $0.value) }
        return members.isEmpty ? nil : .map(members)
    }

    private static func annotationKey(_ key: String) -> String {
        String(key.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == ".")
                ? Character(scalar) : "_"
        })
    }

    private var metadata: WireValue? {
        var spaces: [(String, WireValue)] = []
        var plain: [(String, WireValue)] = []
        for (key, value) in rest where !Self.isAnnotation(key, value) && key != Self.annotationList {
            if key.hasPrefix(Self.metadataPrefix), let text = value.asText, let document = try? WireDocument(json: Array(text.utf8)) {
                spaces.append((String(key.dropFirst(Self.metadataPrefix.count)), document.root.value))      // else it is kept as the text it is
            } else {
                plain.append((key, value))
            }
        }
        if isSegment { plain += span.resource.sorted { $0.key < $1.key }.map { ("otel.resource.\($0.key)", $0.value) } }
        plain.append(contentsOf: span.name == span.service ? [] : [("otel.span.name", .text(span.name))])
        if !plain.isEmpty { spaces.append(("default", .map(plain))) }
        return spaces.isEmpty ? nil : .map(spaces)
    }

    // MARK: attributes

    /// The first of these attributes that is there; it is then not shown elsewhere.
    private mutating func take(_ keys: String...) -> WireValue? {
        var found: WireValue?
        for key in keys {
            guard let value = span.attributes[key] else { continue }
            used.insert(key)
            found = found ?? value
        }
        return found
    }

    private func text(_ keys: String...) -> String? {
        for key in keys { if let text = span.attributes[key]?.asText, !text.isEmpty { return text } }
        return nil
    }

    private func resourceText(_ key: String) -> String? { span.resource[key]?.asText }
}

extension WireValue {
    fileprivate var isEmpty: Bool { if case .structure(let members) = self { members.isEmpty } else { false } }
}
