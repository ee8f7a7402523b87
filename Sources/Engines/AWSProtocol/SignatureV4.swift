// AWS Signature Version 4: signs what our own programs send, and recomputes what others sent.
// Source: IAM user guide, "Create a signed AWS API request"; the test suite's vectors are in SignatureV4Tests.

import Bytes
import Platform
package import SignalModel
package import WireFormats

package struct SigningCredentials: Sendable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

package struct SignatureV4: Sendable {
    package var credentials: SigningCredentials
    package var region: String
    package var service: String
    /// S3 alone takes the path as it was sent; all others encode it once more and remove dot segments.
    private var encodesPathTwice: Bool { service != "s3" }

    package init(credentials: SigningCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Adds `X-Amz-Date`, the session's token and `Authorization`. Every header already there is signed, except those that
    /// proxies change; `Host` must be among them.
    package func sign(_ head: inout HTTPRequestHead, body: [UInt8], at time: Timestamp) {
        let date = Self.longDate(time)
        head.headers.set("X-Amz-Date", date)
        if let token = credentials.sessionToken { head.headers.set("X-Amz-Security-Token", token) }
        let names = Self.signable(head.headers)
        let signature = signature(of: head, signedHeaders: names, payloadHash: Hex.encode(Digest.sha256(body)), date: date)
        head.headers.set(
            "Authorization",
            "\(CredentialScope.algorithm) Credential=\(credentials.accessKeyID)/\(scope(date)), "
                + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)")
    }

    /// The signature in hexadecimal, for these headers only.
    ///
    /// - Parameters:
    ///   - signedHeaders: lowercase and sorted.
    ///   - payloadHash: SHA-256 in hexadecimal, or the word that `x-amz-content-sha256` holds instead.
    ///   - date: `yyyymmddThhmmssZ`
    package func signature(of head: HTTPRequestHead, signedHeaders: [String], payloadHash: String, date: String) -> String {
        let key = signingKey(day: String(date.prefix(8)))
        return Hex.encode(self.signature(of: head, signedHeaders: signedHeaders, payloadHash: payloadHash, date: date, signingKey: key))
    }

    /// The same as bytes, with a signing key that was derived before.
    func signature(
        of head: HTTPRequestHead, signedHeaders: [String], payloadHash: String, date: String, signingKey: [UInt8]
    ) -> [UInt8] {
        let request = canonicalRequest(head, signedHeaders: signedHeaders, payloadHash: payloadHash)
        return Digest.hmacSHA256(Array(stringToSign(request, date: date).utf8), key: signingKey)
    }

    // MARK: Steps

    func canonicalRequest(_ head: HTTPRequestHead, signedHeaders: [String], payloadHash: String) -> String {
        let headers = signedHeaders.map { name in
            "\(name):\(head.headers.values(of: name).map(Self.collapsed).joined(separator: ","))\n"
        }
        return [
            head.method, canonicalPath(head.path), Self.canonicalQuery(head.query), headers.joined(),
            signedHeaders.joined(separator: ";"), payloadHash,
        ].joined(separator: "\n")
    }

    func stringToSign(_ canonicalRequest: String, date: String) -> String {
        [CredentialScope.algorithm, date, scope(date), Hex.encode(Digest.sha256(Array(canonicalRequest.utf8)))].joined(separator: "\n")
    }

    /// Good for the day, the region and the service: worth keeping by whoever verifies many requests.
    package func signingKey(day: String) -> [UInt8] {
        [day, region, service, "aws4_request"].reduce(Array("AWS4\(credentials.secretAccessKey)".utf8)) { key, part in
            Digest.hmacSHA256(Array(part.utf8), key: key)
        }
    }

    private func scope(_ date: String) -> String { "\(date.prefix(8))/\(region)/\(service)/aws4_request" }

    private func canonicalPath(_ path: String) -> String {
        guard encodesPathTwice else { return path.isEmpty ? "/" : path }
        return PercentEncoding.encode(Self.withoutDotSegments(path), keepingSlash: true)
    }

    /// Also joins repeated slashes; a slash at the end stays.
    private static func withoutDotSegments(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        let endsOpen = path.hasSuffix("/") && !kept.isEmpty
        return "/" + kept.joined(separator: "/") + (endsOpen ? "/" : "")
    }

    /// Pairs sorted by encoded name, then value. A presigned request's own signature is not part of what it signs.
    private static func canonicalQuery(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair -> (name: String, value: String) in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (encodedOnce(halves[0]), halves.count > 1 ? encodedOnce(halves[1]) : "")
        }
        return pairs.filter { $0.name != "X-Amz-Signature" }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// What cannot be decoded is signed as it stands: it will not match, which is right.
    private static func encodedOnce(_ text: Substring) -> String {
        PercentEncoding.decode(String(text)).map { PercentEncoding.encode($0) } ?? String(text)
    }

    /// Blanks at both ends go, runs of blanks inside become one.
    private static func collapsed(_ value: String) -> String {
        value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    private static func signable(_ headers: HTTPHeaders) -> [String] {
        let changedByProxies: Set = ["authorization", "user-agent", "x-amzn-trace-id", "expect", "connection", "transfer-encoding"]
        return Set(headers.fields.map { $0.name.lowercased() }).subtracting(changedByProxies).sorted()
    }

    /// `20150830T123600Z`
    package static func longDate(_ time: Timestamp) -> String {
        UTCText.milliseconds(time.nanoseconds).prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
