import AWSProtocol
import LogsInsights
import WireFormats

/// CloudWatch Logs' own errors, in its own words.
extension AWSError {
    static func missingGroup() -> AWSError { .resourceNotFound("The specified log group does not exist.") }
    static func missingStream() -> AWSError { .resourceNotFound("The specified log stream does not exist.") }
    static func invalidPageToken() -> AWSError { .invalidParameter("The specified nextToken is invalid.") }

    static func malformedQuery(_ error: InsightsError) -> AWSError {
        let location: WireValue = ["startCharOffset": .integer(Int64(error.start)), "endCharOffset": .integer(Int64(error.end))]
        return AWSError(
            "MalformedQueryException", error.message,
            details: [("queryCompileError", ["location": location, "message": .text(error.message)])])
    }
}
