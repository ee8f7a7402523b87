package import WireFormats

/// A request to another server.
package struct HTTPClientRequest: Sendable {
    package var method: String
    /// http or https; sent as it is, without resolving dots in the path.
    package var url: String
    /// `Host`, `Content-Length` and `Connection` are added by the client.
    package var headers: HTTPHeaders
    /// nil sends none; an empty one is announced with its length 0.
    package var body: [UInt8]?
    package var connectSecondsMax: Double
    /// From the call to the last byte of the response, waiting for a free connection included.
    package var totalSecondsMax: Double
    /// A larger body of the response is an error.
    package var responseBytesMax: Int

    package init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        connectSecondsMax: Double = 5, totalSecondsMax: Double = 30, responseBytesMax: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectSecondsMax = connectSecondsMax
        self.totalSecondsMax = totalSecondsMax
        self.responseBytesMax = responseBytesMax
    }
}

package struct HTTPClientResponse: Sendable {
    /// Redirects are answers like any other; following them is the caller's choice.
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
}
