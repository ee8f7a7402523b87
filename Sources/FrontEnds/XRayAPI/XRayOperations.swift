package import AWSProtocol
package import Platform
package import SignalModel

/// X-Ray's contents page.
package enum XRayOperations {
    package static func service(segments: SegmentIntake, reader: any TraceReader, clock: any TimeSource) -> APIService {
        let queries = TraceQueries(reader: reader, clock: clock)
        return .xray(
            [
                BatchGetTraces(queries: queries),
                GetTraceSummaries(queries: queries),
                PutTraceSegments(segments: segments),
            ],
            routes: [
                "/TraceSegments": "PutTraceSegments",
                "/TraceSummaries": "GetTraceSummaries",
                "/Traces": "BatchGetTraces",
            ])
    }
}
