// What an operation may know of its request besides the input.

package import SignalModel

package enum WireProtocol: Hashable, Sendable {
    case json10, json11, query, cbor, restJSON
}

package struct RequestContext: Sendable {
    package var tenant: Tenant
    /// Also in the answer's `x-amzn-RequestId`.
    package var requestID: String
    /// When the request was taken up; everything in one request happens at this instant.
    package var now: Timestamp
    package var operation: String
    package var wireProtocol: WireProtocol
    /// As the client signed; nil for unsigned requests.
    package var accessKeyID: String?
    /// Host and port under which the client reached us, for addresses that we hand out (`http://{endpointHost}/…`).
    package var endpointHost: String
    /// Address of the other end.
    package var peer: String

    package init(
        tenant: Tenant, requestID: String, now: Timestamp, operation: String, wireProtocol: WireProtocol,
        accessKeyID: String? = nil, endpointHost: String = "localhost", peer: String = ""
    ) {
        self.tenant = tenant
        self.requestID = requestID
        self.now = now
        self.operation = operation
        self.wireProtocol = wireProtocol
        self.accessKeyID = accessKeyID
        self.endpointHost = endpointHost
        self.peer = peer
    }
}
