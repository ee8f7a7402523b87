import Bytes
import SignalModel
import Testing
import WireFormats

@testable import AWSProtocol

/// AWS's Signature Version 4 test suite: AKIDEXAMPLE, 2015-08-30T12:36:00Z, us-east-1, service "service".
@Suite struct SignatureV4Tests {
    let time = Timestamp(seconds: 1_440_938_160)
    let signer = SignatureV4(
        credentials: SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1", service: "service")

    private func signed(
        _ method: String, _ path: String, _ query: String = "", _ headers: [(String, String)] = [], body: String = ""
    ) -> HTTPRequestHead {
        var head = HTTPRequestHead(method: method, path: path, query: query, headers: ["Host": "example.amazonaws.com"])
        for (name, value) in headers { head.headers.add(name, value) }
        signer.sign(&head, body: Array(body.utf8), at: time)
        return head
    }

    @Test func `get-vanilla, step by step`() {
        let head = HTTPRequestHead(
            method: "GET", path: "/", headers: ["Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z"])
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let request = signer.canonicalRequest(head, signedHeaders: ["host", "x-amz-date"], payloadHash: empty)
        #expect(request == "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n\(empty)")
        #expect(
            signer.stringToSign(request, date: "20150830T123600Z")
                == "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\nbb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63")
        #expect(
            signed("GET", "/").headers["Authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    }

    @Test(arguments: [
        ("GET", "/", "Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        ("POST", "/", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "/example/..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", "/example1/example2/../..", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("GET", "//./", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ])
    func `the suite's other requests`(_ method: String, _ path: String, _ query: String, _ signature: String) {
        #expect(signed(method, path, query).headers["Authorization"]?.hasSuffix("Signature=\(signature)") == true)
    }

    @Test func `body and headers are signed`() {
        let head = signed("POST", "/", "", [("Content-Type", "application/x-www-form-urlencoded")], body: "Param1=value1")
        #expect(
            head.headers["Authorization"]?.hasSuffix(
                "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a") == true)
    }

    /// From the IAM guide's "Deriving the signing key" example.
    @Test func `the signing key`() {
        let key = SignatureV4(
            credentials: SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", service: "iam"
        ).signingKey(day: "20150830")
        #expect(Hex.encode(key) == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9")
    }

    /// Computed with botocore 1.43.11's SigV4Auth.
    @Test func `an encoded path is encoded again, and a session's token is signed`() {
        #expect(signed("GET", "/%E1%88%B4").headers["Authorization"]?.hasSuffix("697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d") == true)
        var token = signer
        token.credentials.sessionToken = "TOK"
        var head = HTTPRequestHead(
            method: "GET", path: "/a%20b/c", query: "X=%C3%A9&A=", headers: ["Host": "example.amazonaws.com", "My-Header1": "  a   b  c "])
        token.sign(&head, body: [], at: time)
        #expect(head.headers["Authorization"]?.hasSuffix("726ad334f50356aac9b1241aed699e157e8b6b2ea7c56de4c3d02ade88f6aa32") == true)
    }

    @Test func `what is signed parses as a credential scope`() throws {
        let scope = try #require(try CredentialScope(of: signed("GET", "/")))
        #expect(scope.accessKeyID == "AKIDEXAMPLE" && scope.date == "20150830" && scope.region == "us-east-1" && scope.service == "service")
        #expect(try CredentialScope(of: HTTPRequestHead(method: "GET", path: "/")) == nil)
    }
}
