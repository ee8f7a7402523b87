// One AWS service as the dispatcher sees it: its names on the wire and its contents page.

package struct APIService: Sendable {
    /// For logs and messages: `CloudWatch`.
    package var name: String
    /// In the credential scope: `monitoring`.
    package var signingName: String
    /// Before the dot in `X-Amz-Target`; nil for services without a json protocol.
    package var targetPrefix: String?
    /// In `/service/{name}/operation/{operation}`; nil for services without rpc-v2-cbor.
    package var cborName: String?
    /// `Version` of query requests.
    package var version: String
    package var xmlNamespace: String?
    /// `{namespace}#{shape}` in `__type`; nil where json answers the bare shape.
    package var errorNamespace: String?
    /// The error shape for violated constraints.
    package var validationShape: String
    package var protocols: Set<WireProtocol>
    /// The largest body taken, as it was sent.
    package var bodyBytesMax: Int
    /// One per line, sorted.
    package var operations: [any APIOperation]
    /// Operations that are known and not served, and why.
    package var unserved: [String: String]
    /// rest-json: POST path to operation name.
    package var routes: [String: String]
    /// Operations that need no credentials: a parameter that only we and the addressee know is the proof.
    package var selfProvingOperations: Set<String> = []

    package init(
        name: String, signingName: String, targetPrefix: String? = nil, cborName: String? = nil, version: String,
        xmlNamespace: String? = nil, errorNamespace: String? = nil, validationShape: String, protocols: Set<WireProtocol>,
        bodyBytesMax: Int = AWSLimits.bodyBytesMax, operations: [any APIOperation], unserved: [String: String] = [:],
        routes: [String: String] = [:]
    ) {
        self.name = name
        self.signingName = signingName
        self.targetPrefix = targetPrefix
        self.cborName = cborName
        self.version = version
        self.xmlNamespace = xmlNamespace
        self.errorNamespace = errorNamespace
        self.validationShape = validationShape
        self.protocols = protocols
        self.bodyBytesMax = bodyBytesMax
        self.operations = operations
        self.unserved = unserved
        self.routes = routes
    }
}

// MARK: The services' names, as botocore's service models give them

extension APIService {
    package static func cloudWatch(_ operations: [any APIOperation], unserved: [String: String] = [:]) -> APIService {
        APIService(
            name: "CloudWatch", signingName: "monitoring", targetPrefix: "GraniteServiceVersion20100801",
            cborName: "GraniteServiceVersion20100801", version: "2010-08-01",
            xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/", errorNamespace: "com.amazonaws.cloudwatch",
            validationShape: "ValidationError", protocols: [.json10, .query, .cbor],
            bodyBytesMax: AWSLimits.metricBodyBytesMax, operations: operations, unserved: unserved)
    }

    package static func logs(_ operations: [any APIOperation]) -> APIService {
        APIService(
            name: "CloudWatch Logs", signingName: "logs", targetPrefix: "Logs_20140328", version: "2014-03-28",
            validationShape: "InvalidParameterException", protocols: [.json11], operations: operations)
    }

    /// - Parameter routes: path to operation, such as `"/TraceSegments": "PutTraceSegments"`.
    package static func xray(_ operations: [any APIOperation], routes: [String: String]) -> APIService {
        APIService(
            name: "X-Ray", signingName: "xray", version: "2016-04-12", validationShape: "InvalidRequestException",
            protocols: [.restJSON], operations: operations, routes: routes)
    }

    package static func sns(_ operations: [any APIOperation]) -> APIService {
        var service = APIService(
            name: "SNS", signingName: "sns", version: "2010-03-31", xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
            validationShape: "ValidationError", protocols: [.query], operations: operations)
        // The links in what we send: a random token, a random subscription id.
        service.selfProvingOperations = ["ConfirmSubscription", "Unsubscribe"]
        return service
    }
}
