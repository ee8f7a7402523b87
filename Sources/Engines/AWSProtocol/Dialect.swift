// How one request is answered: each protocol's shapes for success and for errors, in one place.

import WireFormats

struct Dialect: Sendable {
    var wireProtocol: WireProtocol
    var xmlNamespace: String?
    var errorNamespace: String?
    /// The client asked for the query code beside a json or cbor error (`x-amzn-query-mode: true`).
    var isQueryMode = false

    // MARK: Success

    /// - Parameter output: nil for an operation without output.
    func response(_ output: WireValue?, operation: String, requestID: String) -> HTTPResponse {
        switch wireProtocol {
        case .json11 where output == nil: return http(200, [], requestID)
        case .json10, .json11, .restJSON: return http(200, JSON.encode(output ?? .structure([])), requestID)
        case .cbor: return http(200, CBOR.encode(output ?? .structure([])), requestID)
        case .query: return http(200, xml(output, operation: operation, requestID: requestID), requestID)
        }
    }

    private func xml(_ output: WireValue?, operation: String, requestID: String) -> [UInt8] {
        var members: [(String, WireValue)] = []
        if let output { members.append(("\(operation)Result", output)) }
        members.append(("ResponseMetadata", .structure([("RequestId", .text(requestID))])))
        return document("\(operation)Response", members)
    }

    private func document(_ name: String, _ members: [(String, WireValue)]) -> [UInt8] {
        var out = Array("<\(name) xmlns=\"\(xmlNamespace ?? "")\">".utf8)
        QueryXML.append(contentOf: .structure(members), to: &out)
        out.append(contentsOf: "</\(name)>".utf8)
        return out
    }

    // MARK: Errors

    func response(_ error: AWSError, requestID: String) -> HTTPResponse {
        var response: HTTPResponse
        switch wireProtocol {
        case .query:
            response = http(error.status, errorDocument(error, requestID: requestID), requestID)
        case .restJSON:
            response = http(error.status, JSON.encode(.structure([("Message", .text(error.message))] + error.details)), requestID)
            response.headers.set("X-Amzn-ErrorType", error.shape)
        case .json10, .json11:
            response = http(error.status, JSON.encode(errorBody(error)), requestID)
            response.headers.set("x-amzn-ErrorType", error.shape)
        case .cbor:
            response = http(error.status, CBOR.encode(errorBody(error)), requestID)
        }
        if error.isForLater { response.headers.set("Retry-After", "1") }
        if isQueryMode, error.isModelled { response.headers.set("x-amzn-query-error", "\(error.queryCode);\(error.fault.rawValue)") }
        return response
    }

    private func errorBody(_ error: AWSError) -> WireValue {
        let type = errorNamespace.map { "\($0)#\(error.shape)" } ?? error.shape
        return .structure([("__type", .text(type)), ("message", .text(error.message))] + error.details)
    }

    private func errorDocument(_ error: AWSError, requestID: String) -> [UInt8] {
        let description: [(String, WireValue)] = [
            ("Type", .text(error.fault.rawValue)), ("Code", .text(error.queryCode)), ("Message", .text(error.message)),
        ]
        return document("ErrorResponse", [("Error", .structure(description + error.details)), ("RequestId", .text(requestID))])
    }

    // MARK: Both

    private func http(_ status: Int, _ body: [UInt8], _ requestID: String) -> HTTPResponse {
        var headers: HTTPHeaders = ["x-amzn-RequestId": requestID, "Content-Type": contentType]
        if wireProtocol == .cbor { headers.set("smithy-protocol", "rpc-v2-cbor") }
        return HTTPResponse(status: status, headers: headers, body: .bytes(body))
    }

    private var contentType: String {
        switch wireProtocol {
        case .json10: "application/x-amz-json-1.0"
        case .json11: "application/x-amz-json-1.1"
        case .restJSON: "application/json"
        case .cbor: "application/cbor"
        case .query: "text/xml"
        }
    }
}
