import SignalModel
import WireFormats

/// What GetTraceSummaries says of a trace. Errors, faults and HTTP are the entry segment's, throttles anybody's.
/// Source: X-Ray API reference, TraceSummary.
struct TraceSummary {
    private let trace: Trace
    private let entry: Trace.Segment?
    private let services: [WireNode]

    init(_ trace: Trace) {
        self.trace = trace
        entry = trace.entry
        services = trace.segments.map(\.root)
    }

    var wire: WireValue {
        let responseTime = entry.map { Double($0.end.nanoseconds - $0.start.nanoseconds) / 1e9 }
        return .members(
            ("Id", .text(trace.id.xrayText)), ("StartTime", .timestamp(trace.start.nanoseconds)), ("Duration", .double(trace.duration)),
            ("ResponseTime", responseTime.map(WireValue.double)), ("HasFault", .bool(entry?.flags.contains(.fault) ?? false)),
            ("HasError", .bool(entry?.flags.contains(.error) ?? false)),
            ("HasThrottle", .bool(trace.segments.contains { $0.flags.contains(.throttle) })),
            ("IsPartial", .bool(entry == nil || trace.segments.contains(where: \.isInProgress))), ("Http", http), ("Annotations", annotations),
            ("Users", users), ("ServiceIds", .list(unique(services.map(serviceID)))), ("ResourceARNs", texts("ARN") { $0["resource_arn"] }),
            ("InstanceIds", texts("Id") { $0["aws"]?["ec2"]?["instance_id"] }),
            ("AvailabilityZones", texts("Name") { $0["aws"]?["ec2"]?["availability_zone"] }),
            ("EntryPoint", (entry?.root).map(serviceID)), ("Revision", .integer(Int64(trace.segments.count))))
    }

    private var http: WireValue {
        let http = entry?.root["http"]
        let request = http?["request"]
        return .members(
            ("HttpURL", request?["url"]?.text.map(WireValue.text)), ("HttpStatus", http?["response"]?["status"]?.integer.map(WireValue.integer)),
            ("HttpMethod", request?["method"]?.text.map(WireValue.text)), ("UserAgent", request?["user_agent"]?.text.map(WireValue.text)),
            ("ClientIp", request?["client_ip"]?.text.map(WireValue.text)))
    }

    /// Key → each distinct value with the services that gave it.
    private var annotations: WireValue {
        var order: [String] = []
        var values: [String: [(value: WireValue, services: [WireValue])]] = [:]
        for service in services {
            let id = serviceID(service)
            for span in service.spans {
                for annotation in span["annotations"]?.children ?? .none {
                    guard let value = annotationValue(annotation) else { continue }
                    if values[annotation.key] == nil { order.append(annotation.key) }
                    add(value, from: id, to: &values[annotation.key, default: []])
                }
            }
        }
        return .map(order.map { key in
            (key, .list((values[key] ?? []).map { ["AnnotationValue": $0.value, "ServiceIds": .list($0.services)] }))
        })
    }

    private func add(_ value: WireValue, from service: WireValue, to values: inout [(value: WireValue, services: [WireValue])]) {
        let key = JSON.encode(value)
        guard let index = values.firstIndex(where: { JSON.encode($0.value) == key }) else { return values.append((value, [service])) }
        values[index].services = unique(values[index].services + [service])
    }

    private func annotationValue(_ node: WireNode) -> WireValue? {
        switch node.kind {
        case .bool: node.bool.map { ["BooleanValue": .bool($0)] }
        case .integer, .double: node.double.map { ["NumberValue": .double($0)] }
        case .text: node.text.map { ["StringValue": .text($0)] }
        default: nil
        }
    }

    private var users: WireValue {
        .list(services.compactMap { service in
            service["user"]?.text.map { ["UserName": .text($0), "ServiceIds": [serviceID(service)]] }
        })
    }

    private func serviceID(_ segment: WireNode) -> WireValue {
        let name = segment["name"]?.text ?? ""
        return .members(
            ("Name", .text(name)), ("Names", .texts([name])), ("AccountId", segment["aws"]?["account_id"]?.text.map(WireValue.text)),
            ("Type", segment["origin"]?.text.map(WireValue.text)))
    }

    private func texts(_ member: String, _ value: (WireNode) -> WireNode?) -> WireValue {
        .list(unique(services.compactMap { value($0)?.text }.map { .structure([(member, .text($0))]) }))
    }

    private func unique(_ values: [WireValue]) -> [WireValue] {
        var seen: Set<[UInt8]> = []
        return values.filter { seen.insert(JSON.encode($0)).inserted }
    }
}
