package import AWSProtocol
package import Platform
package import SignalModel

/// X-Ray's contents page.
package enum XRayOperations {
    /// - Parameter memory: what all queries share for what they hold; nil counts nothing.
    package static func service(segments: SegmentIntake, reader: any TraceReader, memory: MemoryBudget?, clock: any TimeSource) -> APIService {
        let queries = TraceQueries(reader: reader, clock: clock, memory: memory)
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
