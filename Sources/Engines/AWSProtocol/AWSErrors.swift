// The caller's mistakes, said once for every protocol.
//
// A service that models its own errors adds constructors in an extension beside its operations:
// `static func missingAlarm(_ name: String) -> AWSError { .init("ResourceNotFound", status: 404, "…") }`.

package import SignalModel
package import WireFormats

package struct AWSError: Error, Sendable {
    package enum Fault: String, Sendable {
        case sender = "Sender"
        case receiver = "Receiver"
    }

    /// The name of the error's shape in the service model: `ResourceNotFoundException`.
    package var shape: String
    /// What query clients see, and others in `x-amzn-query-error`: `ResourceNotFound`.
    package var queryCode: String
    package var message: String
    package var status: Int
    package var fault: Fault
    /// Members of the error's shape besides the message, such as `queryCompileError`.
    package var details: [(String, WireValue)]

    /// False for what the protocol's own layer answers before an operation is reached: no service models it, so there is no query code
    /// of it to tell, and clients are left with the shape's name.
    var isModelled: Bool { shape != "SerializationException" && shape != "UnknownOperationException" }

    /// - Parameter queryCode: the shape's name without `Exception` when nil, the usual rule.
    package init(
        _ shape: String, queryCode: String? = nil, status: Int = 400, _ message: String, details: [(String, WireValue)] = []
    ) {
        self.shape = shape
        self.queryCode = queryCode ?? (shape.hasSuffix("Exception") ? String(shape.dropLast("Exception".count)) : shape)
        self.message = message
        self.status = status
        self.details = details
        fault = status < 500 ? .sender : .receiver
    }
}

// MARK: Any service

extension AWSError {
    package static func throttling(_ message: String = "Rate exceeded") -> AWSError {
        AWSError("ThrottlingException", queryCode: "Throttling", status: 400, message)
    }

    package static func internalFailure() -> AWSError {
        AWSError(
            "InternalFailure", status: 500, "The request processing has failed because of an unknown error, exception or failure.")
    }

    package static func serviceUnavailable(_ message: String) -> AWSError {
        AWSError("ServiceUnavailableException", queryCode: "ServiceUnavailable", status: 503, message)
    }

    package static func unknownOperation(_ name: String, version: String) -> AWSError {
        AWSError(
            "UnknownOperationException", queryCode: "InvalidAction",
            "Could not find operation \(name) for version \(version)")
    }

    /// The service has it, this server has not.
    package static func unservedOperation(_ name: String, _ why: String) -> AWSError {
        AWSError("UnsupportedOperationException", queryCode: "UnsupportedOperation", "The operation \(name) is not served: \(why).")
    }

    /// The bytes or a member's type do not fit the operation's input.
    package static func serialization(_ message: String) -> AWSError {
        AWSError("SerializationException", queryCode: "MalformedInput", message)
    }

    package static func incompleteSignature(_ message: String) -> AWSError {
        AWSError("IncompleteSignatureException", queryCode: "IncompleteSignature", message)
    }

    package static func invalidToken() -> AWSError {
        AWSError(
            "UnrecognizedClientException", queryCode: "InvalidClientTokenId", status: 403,
            "The security token included in the request is invalid.")
    }

    package static func tooLarge(_ message: String) -> AWSError {
        AWSError("RequestEntityTooLargeException", queryCode: "RequestEntityTooLarge", status: 413, message)
    }

    package static func unsupportedEncoding(_ name: String) -> AWSError {
        AWSError(
            "UnsupportedMediaTypeException", queryCode: "UnsupportedMediaType", status: 415, "cannot decode Content-Encoding '\(name)'")
    }
}

// MARK: CloudWatch

extension AWSError {
    package static func invalidParameterValue(_ message: String) -> AWSError { AWSError("InvalidParameterValueException", message) }
    package static func invalidParameterCombination(_ message: String) -> AWSError {
        AWSError("InvalidParameterCombinationException", message)
    }
    /// `The parameter {parameter} is required.`
    package static func missingParameter(_ parameter: String) -> AWSError {
        AWSError("MissingRequiredParameterException", queryCode: "MissingParameter", "The parameter \(parameter) is required.")
    }
    package static func validation(_ message: String) -> AWSError { AWSError("ValidationError", message) }
    package static func limitExceeded(_ message: String) -> AWSError { AWSError("LimitExceededFault", queryCode: "LimitExceeded", message) }
    package static func invalidNextToken(_ message: String) -> AWSError { AWSError("InvalidNextToken", message) }
}

// MARK: Logs, X-Ray and others that name the shape itself

extension AWSError {
    package static func invalidParameter(_ message: String) -> AWSError { AWSError("InvalidParameterException", message) }
    package static func invalidRequest(_ message: String) -> AWSError { AWSError("InvalidRequestException", message) }
    package static func resourceNotFound(_ message: String) -> AWSError { AWSError("ResourceNotFoundException", message) }
    package static func resourceAlreadyExists(_ message: String) -> AWSError { AWSError("ResourceAlreadyExistsException", message) }
    package static func limitExceededException(_ message: String) -> AWSError { AWSError("LimitExceededException", message) }
    /// SNS: code `NotFound`, status 404.
    package static func notFound(_ message: String) -> AWSError { AWSError("NotFoundException", status: 404, message) }
}

// MARK: Our own stores

extension AWSError {
    /// What the client hears of a store's refusal; nil when the fault is ours and the answer an internal failure.
    package init?(_ error: StorageError) {
        switch error.code {
        case .busy, .budget: self = .throttling(error.message)
        case .limit: self = .limitExceededException(error.message)
        case .closed, .noSpace, .cancelled: self = .serviceUnavailable(error.message)
        case .corrupt, .inputOutput, .keyGone: return nil
        }
    }
}
