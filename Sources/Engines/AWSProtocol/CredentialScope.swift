// Who signed a request, for which region and service, as Signature Version 4 says it in a header or, presigned, in the query.

package import WireFormats

package struct CredentialScope: Equatable, Sendable {
    package var accessKeyID: String
    /// `yyyymmdd`
    package var date: String
    package var region: String
    package var service: String

    package static let algorithm = "AWS4-HMAC-SHA256"

    /// - Returns: nil for a request without a signature of this kind (none at all, or another scheme such as Bearer).
    /// - Throws: IncompleteSignature when there is one that cannot be read.
    package init?(of head: HTTPRequestHead) throws(AWSError) {
        if let header = head.headers["Authorization"], header.hasPrefix("AWS4-") {
            try self.init(authorization: header)
        } else if head.query.contains("X-Amz-Credential="), let items = head.queryItems,
            let credential = items.first(where: { $0.name == "X-Amz-Credential" })
        {
            try self.init(credential: credential.value)
        } else {
            return nil
        }
    }

    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; blanks around the commas do not matter.
    init(authorization header: String) throws(AWSError) {
        let prefix = Self.algorithm + " "
        guard header.hasPrefix(prefix) else {
            throw .incompleteSignature("Unsupported AWS 'algorithm': '\(header.prefix(while: { $0 != " " }).prefix(64))'.")
        }
        var fields: [Substring: Substring] = [:]
        for field in header.dropFirst(prefix.count).split(separator: ",") {
            let halves = field.drop(while: { $0 == " " }).split(separator: "=", maxSplits: 1)
            if halves.count == 2 { fields[halves[0]] = halves[1] }
        }
        let missing = ["Credential", "Signature", "SignedHeaders"].filter { fields[Substring($0)] == nil }
        guard missing.isEmpty, let credential = fields["Credential"] else {
            throw .incompleteSignature(missing.map { "Authorization header requires '\($0)' parameter." }.joined(separator: " "))
        }
        try self.init(credential: String(credential))
    }

    /// `AKID/yyyymmdd/region/service/aws4_request`
    init(credential: String) throws(AWSError) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[4] == "aws4_request" else {
            throw .incompleteSignature(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request, got '\(credential.prefix(256))'"
            )
        }
        guard 1...AWSLimits.accessKeyIDLengthMax ~= parts[0].utf8.count, parts[0].utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw .invalidToken()
        }
        guard parts[1].utf8.count == 8, parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw .incompleteSignature("Date in Credential scope must be yyyymmdd, got '\(parts[1].prefix(64))'")
        }
        // A region names a tenant, so what it may look like is bounded.
        guard Self.isName(parts[2]), Self.isName(parts[3]) else {
            throw .incompleteSignature(
                "Credential should be scoped to a valid region and service, got '\(parts[2].prefix(64))/\(parts[3].prefix(64))'")
        }
        (accessKeyID, date, region, service) = (parts[0], parts[1], parts[2], parts[3])
    }

    /// Whether a region or service can be called so.
    package static func isName(_ text: String) -> Bool {
        1...AWSLimits.regionLengthMax ~= text.utf8.count
            && text.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
    }
}
