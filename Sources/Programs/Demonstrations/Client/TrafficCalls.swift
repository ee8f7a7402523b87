import SignalModel
import WireFormats

// From values to calls, each within the limits of its API.

extension Traffic {
    /// PutMetricData takes 1,000 data and 1 MB; a datum of ours is at most about 3 KB.
    private static let dataPerCall = 300
    /// PutTraceSegments takes 50 documents.
    private static let documentsPerCall = 50
    /// PutLogEvents takes 10,000 events and 1,048,576 bytes, with 26 more for each event.
    private static let eventsPerCall = 5000, eventBytesPerCall = 1_000_000

    /// Namespace by namespace.
    var metricCalls: [AWSCall] {
        let byNamespace = Dictionary(grouping: data) { $0.metric.namespace }
        return byNamespace.sorted { $0.key < $1.key }.flatMap { namespace, data in
            Self.chunks(of: data, Self.dataPerCall).map { chunk in
                .cloudWatch("PutMetricData", ["Namespace": .text(namespace), "MetricData": .list(chunk.map(Self.document))])
            }
        }
    }

    /// High-resolution, so that a chart of the last minutes moves every few seconds and a ten-second alarm has something to judge.
    private static func document(_ datum: Datum) -> WireValue {
        let metric = datum.metric
        return .members(
            ("MetricName", .text(metric.name)),
            ("Dimensions", metric.dimension.map { [["Name": .text($0.name), "Value": .text($0.value)]] }),
            ("Timestamp", .timestamp(datum.time.nanoseconds)), ("Unit", .text(metric.unit)), ("StorageResolution", 1),
            ("Values", .doubles(datum.values.map(\.value))), ("Counts", .doubles(datum.values.map { Double($0.count) })))
    }

    var documentCalls: [AWSCall] {
        Self.chunks(of: documents, Self.documentsPerCall).map { chunk in
            .xray(
                "PutTraceSegments", path: "/TraceSegments",
                [
                    "TraceSegmentDocuments": .texts(chunk.map { String(decoding: JSON.encode($0.value), as: UTF8.self) })
                ])
        }
    }

    /// Stream by stream, each in the order of time.
    var lineCalls: [(stream: Stream, calls: [AWSCall])] {
        var order: [Stream] = []
        var byStream: [Stream: [Line]] = [:]
        for line in lines {
            if byStream[line.stream] == nil { order.append(line.stream) }
            byStream[line.stream, default: []].append(line)
        }
        return order.map { stream in (stream, Self.calls(for: byStream[stream] ?? [], in: stream)) }
    }

    private static func calls(for lines: [Line], in stream: Stream) -> [AWSCall] {
        var batches: [[Line]] = [[]]
        var bytes = 0
        for line in lines {
            let size = line.message.utf8.count + 26
            if batches[batches.count - 1].count == eventsPerCall || bytes + size > eventBytesPerCall {
                batches.append([])
                bytes = 0
            }
            batches[batches.count - 1].append(line)
            bytes += size
        }
        return batches.map { batch in
            .logs(
                "PutLogEvents",
                [
                    "logGroupName": .text(stream.group), "logStreamName": .text(stream.name),
                    "logEvents": .list(batch.map { ["timestamp": .integer($0.time.milliseconds), "message": .text($0.message)] }),
                ])
        }
    }

    private static func chunks<Element>(of elements: [Element], _ size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: elements.count, by: size).map { elements[$0..<min($0 + size, elements.count)] }
    }
}
