// Whether a signature of version 4 is the one that its key gives for the request. Source: IAM user guide, "Create a signed AWS API
// request" and "Elements of an AWS API request signature". The test suite's vectors are in SignedRequestTests.

import Bytes
package import SignalModel
package import WireFormats

/// A request's signature with everything it says of itself, in a header or, presigned, in the query.
///
///     guard let signed = try SignedRequest(of: head) else { … }            // no signature of this kind
///     try signed.checkTime(now: now, subject: subject)
///     try signed.check(against: key, of: head, body: body, subject: subject)
package struct SignedRequest: Sendable {
    package let scope: CredentialScope
    /// Lower case, as the client lists them.
    let signedHeaders: [String]
    /// 32 bytes.
    let signature: [UInt8]
    /// `yyyymmddThhmmssZ`
    let date: String
    let time: Timestamp
    /// How long a presigned address is good for; nil for a signature in a header.
    let expiresSeconds: Int64?

    /// - Returns: nil for a request without a signature of this kind.
    /// - Throws: `.incomplete` or `.unknownKey` when there is one that cannot be read.
    package init?(of head: HTTPRequestHead) throws(AccessFault) {
        let scope: CredentialScope?
        do throws(AWSError) { scope = try CredentialScope(of: head) } catch {
            throw error.shape == AWSError.invalidToken().shape ? .unknownKey : .incomplete(error.message)
        }
        guard let scope else { return nil }
        self.scope = scope
        let fields: Fields
        if let header = head.headers["Authorization"], header.hasPrefix("AWS4-") {
            guard head.headers.values(of: "Authorization").count == 1 else { throw .incomplete("There must be one Authorization header.") }
            fields = try Fields(authorization: header, head)
        } else {
            fields = try Fields(query: head.queryItems ?? [])
        }
        signedHeaders = fields.signedHeaders.split(separator: ";").map(String.init)
        guard let signature = Hex.decode(fields.signature), signature.count == 32 else { throw .mismatch }
        self.signature = signature
        guard let time = Self.time(of: fields.date) else {
            throw .incomplete("Date must be in ISO-8601 'basic format'. Got '\(fields.date.prefix(64))'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        (date, self.time, expiresSeconds) = (fields.date, time, fields.expires)
    }

    /// What is written in one of the two places.
    private struct Fields {
        var signedHeaders: String
        var signature: String
        var date: String
        var expires: Int64?

        init(authorization header: String, _ head: HTTPRequestHead) throws(AccessFault) {
            var fields: [Substring: Substring] = [:]
            for field in header.drop(while: { $0 != " " }).split(separator: ",") {
                let halves = field.drop(while: { $0 == " " }).split(separator: "=", maxSplits: 1)
                guard halves.count == 2, fields.updateValue(halves[1], forKey: halves[0]) == nil else {
                    throw .incomplete("The Authorization header's parameters must be named, each once.")
                }
            }
            guard let date = head.headers["X-Amz-Date"] ?? head.headers["Date"] else {
                throw .incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
            }
            signedHeaders = String(fields["SignedHeaders"] ?? "")
            signature = String(fields["Signature"] ?? "")
            self.date = date
        }

        /// A week is the longest that AWS lets an address be good for.
        init(query items: [(name: String, value: String)]) throws(AccessFault) {
            func one(_ name: String) throws(AccessFault) -> String {
                let values = items.filter { $0.name == name }
                guard values.count == 1 else { throw .incomplete("AWS query-string parameters must include '\(name)' once. Re-examine the query-string parameters.") }
                return values[0].value
            }
            guard try one("X-Amz-Algorithm") == CredentialScope.algorithm else { throw .incomplete("Unsupported AWS 'algorithm'.") }
            signedHeaders = try one("X-Amz-SignedHeaders")
            signature = try one("X-Amz-Signature")
            date = try one("X-Amz-Date")
            guard let seconds = Int64(try one("X-Amz-Expires")), 1...604_800 ~= seconds else {
                throw .incomplete("X-Amz-Expires must be a number of seconds from 1 to 604800.")
            }
            expires = seconds
        }
    }

    // MARK: When

    /// How far a client's clock may be off: five minutes, a quarter of an hour in the query protocol.
    private static func skewSeconds(_ subject: AccessSubject?) -> Int64 { subject?.wireProtocol == .query ? 900 : 300 }

    /// - Throws: `.outOfTime`, `.wrongScope`
    package func checkTime(now: Timestamp, subject: AccessSubject?) throws(AccessFault) {
        guard date.hasPrefix(scope.date) else {
            throw .wrongScope(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '\(scope.date)' != '\(date.prefix(8))', from '\(date)'.")
        }
        let skew = Self.skewSeconds(subject)
        let age = (now.nanoseconds - time.nanoseconds) / 1_000_000_000
        guard age >= -skew else {
            throw .outOfTime(
                "Signature not yet current: \(date) is still later than \(Self.text(now, skew)) (\(Self.text(now, 0)) + \(skew / 60) min.)")
        }
        if let expiresSeconds {
            guard age <= expiresSeconds else { throw .outOfTime("Request has expired.", isPresigned: true) }
        } else if age > skew {
            throw .outOfTime(
                "Signature expired: \(date) is now earlier than \(Self.text(now, -skew)) (\(Self.text(now, 0)) - \(skew / 60) min.)")
        }
    }

    private static func text(_ now: Timestamp, _ seconds: Int64) -> String {
        SignatureV4.longDate(Timestamp(nanoseconds: now.nanoseconds + seconds * 1_000_000_000))
    }

    /// Exactly `yyyymmddThhmmssZ`.
    private static func time(of date: String) -> Timestamp? {
        let text = Array(date.utf8)
        guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z"),
            text.indices.allSatisfy({ $0 == 8 || $0 == 15 || text[$0] &- 48 < 10 })
        else { return nil }
        let parts = [0..<4, 4..<6, 6..<8, 9..<11, 11..<13, 13..<15].map { String(decoding: text[$0], as: UTF8.self) }
        let usual = Array("\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])Z".utf8)
        return usual.withUnsafeBufferPointer(ISO8601.nanoseconds).map { Timestamp(nanoseconds: $0) }
    }

    // MARK: What

    /// - Parameter signingKey: of the scope's day, region and service (`SignatureV4.signingKey`).
    /// - Throws: `.mismatch`, `.wrongScope`, `.incomplete`
    package func check(
        against signingKey: [UInt8], of head: HTTPRequestHead, body: [UInt8], subject: AccessSubject?
    ) throws(AccessFault) {
        if let subject, scope.service != subject.signingName {
            throw .wrongScope("Credential should be scoped to correct service: '\(subject.signingName)'. ")
        }
        try checkSignedHeaders(of: head)
        let signer = SignatureV4(
            credentials: SigningCredentials(accessKeyID: scope.accessKeyID, secretAccessKey: ""), region: scope.region, service: scope.service)
        let expected = signer.signature(
            of: head, signedHeaders: signedHeaders, payloadHash: payloadHash(of: head, body), date: date, signingKey: signingKey)
        guard ConstantTime.equal(expected, signature) else { throw .mismatch }
    }

    /// What decides over a request must be signed with it: a header added on the way must not change what it asks for.
    private func checkSignedHeaders(of head: HTTPRequestHead) throws(AccessFault) {
        guard signedHeaders.contains("host") else {
            throw .incomplete("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
        }
        for name in ["x-amz-target", "x-amz-content-sha256"] where head.headers[name] != nil && !signedHeaders.contains(name) {
            throw .incomplete("'\(name)' must be a 'SignedHeader' in the AWS Authorization.")
        }
    }

    /// The body's own digest, whatever the client says that it is: only S3 may leave its body out of the signature (over a trusted line),
    /// or sign it chunk by chunk.
    private func payloadHash(of head: HTTPRequestHead, _ body: [UInt8]) -> String {
        if scope.service == "s3" {
            if expiresSeconds != nil { return "UNSIGNED-PAYLOAD" }
            if let word = head.headers["X-Amz-Content-Sha256"], word == "UNSIGNED-PAYLOAD" || word.hasPrefix("STREAMING-") { return word }
        }
        return Hex.encode(Digest.sha256(body))
    }
}
