import WireFormats

/// One call of an AWS API, as what goes over the wire but for address and signature.
struct AWSCall: Sendable {
    /// The service's signing name.
    let service: String
    let operation: String
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]

    /// CloudWatch in JSON 1.0, as today's SDKs send it.
    static func cloudWatch(_ operation: String, _ input: WireValue) -> AWSCall {
        AWSCall(
            service: "monitoring", operation: operation, path: "/",
            headers: [
                "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.\(operation)",
                "x-amzn-query-mode": "true",
            ], body: JSON.encode(input))
    }

    /// CloudWatch Logs in JSON 1.1.
    static func logs(_ operation: String, _ input: WireValue) -> AWSCall {
        AWSCall(
            service: "logs", operation: operation, path: "/",
            headers: ["Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Logs_20140328.\(operation)"], body: JSON.encode(input))
    }

    /// X-Ray in REST JSON: the operation is the path.
    static func xray(_ operation: String, path: String, _ input: WireValue) -> AWSCall {
        AWSCall(service: "xray", operation: operation, path: path, headers: ["Content-Type": "application/json"], body: JSON.encode(input))
    }

    /// SNS in the query protocol: a form, answered by XML.
    static func sns(_ operation: String, _ parameters: [(String, String)]) -> AWSCall {
        let pairs = [("Action", operation), ("Version", "2010-03-31")] + parameters
        let form = pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        return AWSCall(
            service: "sns", operation: operation, path: "/",
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"], body: Array(form.utf8))
    }
}
