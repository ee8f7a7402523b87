// From an HTTP request to an operation and back: recognise, authenticate, decode, run, encode.

import Bytes
package import Platform
import SignalModel
package import WireFormats

package struct AWSDispatcher: Sendable {
    private let router: Router
    private let defaultRegion: String
    private let authentication: any CallerAuthentication
    private let time: any TimeSource
    private let random: RandomSource
    private let log: Log

    /// - Parameter authentication: asked for every request once it is known what it is for.
    package init(
        services: [APIService], defaultRegion: String = Tenant.defaultRegion, authentication: any CallerAuthentication = OpenAccess(),
        time: any TimeSource, random: RandomSource, log: Log
    ) {
        router = Router(services)
        self.defaultRegion = defaultRegion
        self.authentication = authentication
        self.time = time
        self.random = random
        self.log = log
    }

    /// Whether the head alone says that the request is meant for an AWS API; others may show it in their body.
    package func isAddressed(by head: HTTPRequestHead) -> Bool { router.isAddressed(by: head) }

    /// - Returns: nil when nothing in the request says that it is meant for an AWS API.
    package func handle(_ head: HTTPRequestHead, body: [UInt8]) async -> HTTPResponse? {
        let requestID = RequestID(randomBits: random.next(), random.next()).description
        let (scope, signatureError) = Self.scope(of: head)
        do throws(Refusal) {
            guard let call = try recognise(head, body, scope) else { return nil }
            if let signatureError { throw Refusal(dialect: call.dialect, error: signatureError) }
            return await answer(call, head, body, scope, requestID)
        } catch {
            return error.dialect.response(error.error, requestID: requestID)
        }
    }

    /// A request that is certainly for an AWS API and certainly wrong.
    private struct Refusal: Error {
        var dialect: Dialect
        var error: AWSError
    }

    private static func scope(of head: HTTPRequestHead) -> (CredentialScope?, AWSError?) {
        do throws(AWSError) { return (try CredentialScope(of: head), nil) } catch { return (nil, error) }
    }

    // MARK: Recognise

    private func recognise(_ head: HTTPRequestHead, _ body: [UInt8], _ scope: CredentialScope?) throws(Refusal) -> Call? {
        if let call = router.call(head, scope: scope) { return call }
        let isForm = Router.hasFormBody(head)
        guard isForm || (head.query.contains("Action=") && (head.path == "/" || scope != nil)) else { return nil }
        do throws(AWSError) {
            let form = try Self.form(isForm ? decoded(head, body) : Array(head.query.utf8))
            return router.queryCall(head, form: form, scope: scope)
        } catch {
            // A form that is no one's query call may be anybody's; only a signed one is surely meant for us.
            guard scope != nil || head.path == "/" else { return nil }
            throw Refusal(dialect: router.queryDialect(head, scope: scope), error: error)
        }
    }

    private static func form(_ bytes: [UInt8]) throws(AWSError) -> WireDocument {
        do throws(WireError) { return try WireDocument(form: bytes) } catch { throw .serialization(error.description) }
    }

    // MARK: Answer

    private func answer(
        _ call: Call, _ head: HTTPRequestHead, _ body: [UInt8], _ scope: CredentialScope?, _ requestID: String
    ) async -> HTTPResponse {
        do {
            guard let service = call.service else { throw AWSError.unknownOperation(call.operation, version: "unknown") }
            let caller = try caller(call, of: service, head, body)
            guard let operation = router.operation(of: call) else {
                if let reason = service.unserved[call.operation] { throw AWSError.unservedOperation(call.operation, reason) }
                throw AWSError.unknownOperation(call.operation, version: service.version)
            }
            let context = context(call, head, scope, caller, requestID)
            let document = try document(call, head, body, bytesMax: service.bodyBytesMax)
            let output = try await operation.answer(document, in: context, validationShape: service.validationShape)
            return call.dialect.response(output, operation: call.operation, requestID: requestID)
        } catch {
            return call.dialect.response(reported(error, call, requestID), requestID: requestID)
        }
    }

    /// Faults of ours are logged here and answered without their details.
    private func reported(_ error: any Error, _ call: Call, _ requestID: String) -> AWSError {
        switch error {
        case let error as AWSError: return error
        case let error as StorageError:
            if let known = AWSError(error) { return known }
        default: break
        }
        log.error(
            "operation failed",
            ["service": call.service?.name ?? "", "operation": call.operation, "request": requestID, "error": String(describing: error)])
        return .internalFailure()
    }

    /// - Throws: what the protocol says to those who are not believed, or may not.
    private func caller(_ call: Call, of service: APIService, _ head: HTTPRequestHead, _ body: [UInt8]) throws(AWSError) -> Caller {
        let wireProtocol = call.dialect.wireProtocol
        let subject = AccessSubject(signingName: service.signingName, wireProtocol: wireProtocol)
        do throws(AccessFault) {
            let caller = try authentication.caller(
                of: head, body: body, subject: subject, now: Timestamp(nanoseconds: time.wallNanoseconds))
            guard caller.mayChange || ReadOperations.contains(call.operation) else {
                throw .denied(
                    "User: arn:aws:iam::\(caller.account ?? Tenant.openAccount):\(caller.name) is not authorized to perform: \(service.signingName):\(call.operation)"
                )
            }
            return caller
        } catch {
            // What we handed out ourselves carries its own proof.
            if error == .missing, service.selfProvingOperations.contains(call.operation) { return .anyone }
            throw AWSError(error, in: wireProtocol)
        }
    }

    private func context(
        _ call: Call, _ head: HTTPRequestHead, _ scope: CredentialScope?, _ caller: Caller, _ requestID: String
    ) -> RequestContext {
        RequestContext(
            tenant: tenant(scope, caller), requestID: requestID, now: Timestamp(nanoseconds: time.wallNanoseconds), operation: call.operation,
            wireProtocol: call.dialect.wireProtocol, accessKeyID: scope?.accessKeyID,
            endpointHost: head.headers["Host"] ?? "localhost", peer: head.peer)
    }

    /// Open mode: an access key id of twelve digits names the account, everything else is the open account's.
    private func tenant(_ scope: CredentialScope?, _ caller: Caller) -> Tenant {
        let named = scope.flatMap { Tenant.isAccountNumber($0.accessKeyID) ? $0.accessKeyID : nil } ?? Tenant.openAccount
        return Tenant(account: caller.account ?? named, region: scope?.region ?? caller.region ?? defaultRegion)
    }

    // MARK: Decode

    private func decoded(_ head: HTTPRequestHead, _ body: [UInt8]) throws(AWSError) -> [UInt8] {
        let encodings = head.headers.values(of: "Content-Encoding").joined(separator: ",").lowercased()
        switch encodings.filter({ $0 != " " }) {
        case "", "identity": return body
        case "gzip": return try Self.inflated(body)
        default: throw .unsupportedEncoding(String(encodings.prefix(64)))
        }
    }

    private static func inflated(_ body: [UInt8]) throws(AWSError) -> [UInt8] {
        do throws(BytesError) {
            return try Gzip.decompress(body, atMost: AWSLimits.inflatedBytesMax)
        } catch {
            switch error.code {
            case .tooLarge: throw .tooLarge("Request must be smaller than \(AWSLimits.inflatedBytesMax) bytes when decompressed.")
            default: throw .serialization(error.message)
            }
        }
    }

    /// - Parameter bytesMax: of the body as it was sent.
    private func document(_ call: Call, _ head: HTTPRequestHead, _ body: [UInt8], bytesMax: Int) throws(AWSError) -> WireDocument {
        guard body.count <= bytesMax else { throw .tooLarge("Request must be smaller than \(bytesMax) bytes.") }
        if let form = call.form { return form }
        let body = try decoded(head, body)
        if body.isEmpty { return .empty }
        do throws(WireError) {
            return try call.dialect.wireProtocol == .cbor ? WireDocument(cbor: body) : WireDocument(json: body)
        } catch {
            throw .serialization(error.description)
        }
    }
}

extension APIOperation {
    /// Runs the operation on a decoded message.
    /// - Returns: nil for an operation without output.
    package func answer(
        _ document: WireDocument, in context: RequestContext, validationShape: String
    ) async throws -> WireValue? {
        guard document.root.kind == .map else { throw AWSError.serialization("cannot read the input: expected a structure") }
        var reader = InputReader(document.root, context: context, validationShape: validationShape)
        let input: Input
        do {
            input = try Input(from: &reader)
        } catch {
            try reader.check()  // the framework's findings come before the operation's own
            throw error
        }
        try reader.check()
        let output = try await run(input, in: context)
        return Output.self == Empty.self ? nil : output.wire
    }
}
