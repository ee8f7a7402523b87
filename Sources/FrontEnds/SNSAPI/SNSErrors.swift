import AWSProtocol

/// SNS's own codes. Source: SNS API reference, "Common errors" of each operation.
extension AWSError {
    static func snsInvalidParameter(_ message: String) -> AWSError {
        AWSError("InvalidParameterException", queryCode: "InvalidParameter", "Invalid parameter: \(message)")
    }

    static func snsNotFound(_ message: String) -> AWSError { AWSError("NotFoundException", queryCode: "NotFound", status: 404, message) }
}
