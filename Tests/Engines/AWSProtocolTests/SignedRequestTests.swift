import Bytes
import SignalModel
import Testing
import WireFormats

@testable import AWSProtocol

/// The same facts as in AWS's Signature Version 4 test suite, the other way round: what it signs is believed, and nothing else is.
@Suite struct SignedRequestTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    /// 2015-08-30T12:36:00Z
    private let time = Timestamp(seconds: 1_440_938_160)
    private let subject = AccessSubject(signingName: "service", wireProtocol: .json11)

    private func signer(secret: String = secret, service: String = "service", region: String = "us-east-1") -> SignatureV4 {
        SignatureV4(credentials: SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: secret), region: region, service: service)
    }

    private func signed(body: String = "", service: String = "service", _ change: (inout HTTPRequestHead) -> Void = { _ in }) -> HTTPRequestHead {
        var head = HTTPRequestHead(
            method: "POST", path: "/a%20b", query: "B=2&A=%20x",
            headers: ["Host": "example.amazonaws.com", "X-Amz-Target": "Service.Operation", "My-Header": " a   b "])
        change(&head)
        signer(service: service).sign(&head, body: Array(body.utf8), at: time)
        return head
    }

    private func fault(
        _ head: HTTPRequestHead, body: String = "", after seconds: Int64 = 0, subject: AccessSubject? = nil, service: String = "service"
    ) -> AccessFault? {
        do throws(AccessFault) {
            guard let request = try SignedRequest(of: head) else { return .missing }
            try request.checkTime(now: Timestamp(seconds: time.seconds + seconds), subject: subject ?? self.subject)
            let key = signer(service: service).signingKey(day: request.scope.date)
            try request.check(against: key, of: head, body: Array(body.utf8), subject: subject ?? self.subject)
            return nil
        } catch { return error }
    }

    // MARK: What is believed

    /// get-vanilla, get-vanilla-query-order-key-case, post-vanilla and post-x-www-form-urlencoded of the suite.
    @Test(arguments: [
        ("GET", "", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", "host;x-amz-date"),
        ("GET", "Param2=value2&Param1=value1", "", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500", "host;x-amz-date"),
        ("POST", "", "", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", "host;x-amz-date"),
        (
            "POST", "", "application/x-www-form-urlencoded", "Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", "content-type;host;x-amz-date"
        ),
    ])
    func `the suite's signatures are believed`(
        _ method: String, _ query: String, _ type: String, _ body: String, _ signature: String, _ names: String
    ) {
        var head = HTTPRequestHead(
            method: method, path: "/", query: query,
            headers: [
                "Host": "example.amazonaws.com", "X-Amz-Date": "20150830T123600Z",
                "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=\(names), Signature=\(signature)",
            ])
        if !type.isEmpty { head.headers.set("Content-Type", type) }
        #expect(fault(head, body: body) == nil)
        #expect(fault(head, body: body + " ") == .mismatch)
    }

    /// The example of "Authenticating Requests: Using Query Parameters" in the S3 reference.
    @Test func `a presigned address is believed as long as it says`() {
        let key = SignatureV4(
            credentials: SigningCredentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), region: "us-east-1", service: "s3")
        let head = HTTPRequestHead(
            method: "GET", path: "/test.txt",
            query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            headers: ["Host": "examplebucket.s3.amazonaws.com"])
        func fault(_ head: HTTPRequestHead, at seconds: Int64) -> AccessFault? {
            do throws(AccessFault) {
                guard let request = try SignedRequest(of: head) else { return .missing }
                try request.checkTime(now: Timestamp(seconds: seconds), subject: nil)
                try request.check(against: key.signingKey(day: "20130524"), of: head, body: [], subject: nil)
                return nil
            } catch { return error }
        }
        let signedAt: Int64 = 1_369_353_600
        #expect(fault(head, at: signedAt) == nil)
        #expect(fault(head, at: signedAt + 86_400) == nil)
        #expect(fault(head, at: signedAt + 86_401) == .outOfTime("Request has expired.", isPresigned: true))
        for change in [("86400", "86401"), ("test.txt", "test.tx"), ("20130524T000000Z", "20130524T000001Z"), ("d404", "d405")] {
            var other = head
            other.path = other.path.replacing(change.0, with: change.1)
            other.query = other.query.replacing(change.0, with: change.1)
            #expect(fault(other, at: signedAt) == .mismatch, "\(change)")
        }
        for wrong in ["X-Amz-Expires=0", "X-Amz-Expires=604801", "X-Amz-Expires=1&X-Amz-Expires=2", "X-Amz-Expires=a", "X=1"] {
            var other = head
            other.query = other.query.replacing("X-Amz-Expires=86400", with: wrong)
            guard case .incomplete = fault(other, at: signedAt) else {
                Issue.record("\(wrong) was read")
                continue
            }
        }
    }

    // MARK: What is not

    @Test func `every part of what is signed counts`() {
        let body = #"{"a":1}"#
        #expect(fault(signed(body: body), body: body) == nil)
        let changes: [(String, (inout HTTPRequestHead) -> Void)] = [
            ("method", { $0.method = "PUT" }), ("path", { $0.path = "/a%20c" }), ("query's value", { $0.query = "B=3&A=%20x" }),
            ("query's name", { $0.query = "C=2&A=%20x" }), ("one more pair", { $0.query += "&C=" }), ("one pair less", { $0.query = "B=2" }),
            ("host", { $0.headers.set("Host", "example.amazonaws.co") }), ("target", { $0.headers.set("X-Amz-Target", "Service.Other") }),
            ("another header", { $0.headers.set("My-Header", "a bc") }), ("a header twice", { $0.headers.add("My-Header", "a b") }),
            ("a second", { $0.headers.set("X-Amz-Date", "20150830T123601Z") }),
            ("the signature's last digit", { head in
                let old = head.headers["Authorization"] ?? ""
                head.headers.set("Authorization", String(old.dropLast()) + (old.hasSuffix("0") ? "1" : "0"))
            }),
        ]
        for (what, change) in changes {
            var head = signed(body: body)
            change(&head)
            #expect(fault(head, body: body) == .mismatch, "\(what)")
        }
        #expect(fault(signed(body: body), body: body + "\n") == .mismatch)
    }

    @Test func `the order of a query, blanks in a header and what is not signed do not count`() {
        var head = signed()
        head.query = "A=%20x&B=2"
        head.headers.set("My-Header", "a b")
        head.headers.add("X-Forwarded-For", "10.0.0.1")
        #expect(fault(head) == nil)
    }

    @Test func `another secret, region, day or service is another signature`() {
        let head = signed()
        #expect(fault(head, service: "other") == .mismatch)
        var other = head
        let authorization = head.headers["Authorization"] ?? ""
        other.headers.set("Authorization", authorization.replacing("us-east-1", with: "us-east-2"))
        #expect(fault(other) == .mismatch)
        other.headers.set("Authorization", authorization.replacing("/20150830/", with: "/20150829/"))
        #expect(
            fault(other)
                == .wrongScope(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'."))
        #expect(
            fault(head, subject: AccessSubject(signingName: "monitoring", wireProtocol: .query))
                == .wrongScope("Credential should be scoped to correct service: 'monitoring'. "))
    }

    @Test(arguments: [
        (WireProtocol.json11, Int64(300), "5"), (.cbor, 300, "5"), (.restJSON, 300, "5"), (.query, 900, "15"),
    ])
    func `a clock may be off by a little`(_ wireProtocol: WireProtocol, _ seconds: Int64, _ minutes: String) {
        let subject = AccessSubject(signingName: "service", wireProtocol: wireProtocol)
        #expect(fault(signed(), after: seconds, subject: subject) == nil)
        #expect(fault(signed(), after: -seconds, subject: subject) == nil)
        guard case .outOfTime(let late, false) = fault(signed(), after: seconds + 1, subject: subject),
            case .outOfTime(let early, false) = fault(signed(), after: -seconds - 1, subject: subject)
        else {
            Issue.record("a clock that is off was believed")
            return
        }
        #expect(late.hasPrefix("Signature expired: 20150830T123600Z is now earlier than ") && late.hasSuffix("- \(minutes) min.)"))
        #expect(early.hasPrefix("Signature not yet current: 20150830T123600Z is still later than ") && early.hasSuffix("+ \(minutes) min.)"))
    }

    @Test func `what decides over the request must be signed`() {
        var head = signed { $0.headers = ["Host": "h"] }
        #expect(fault(head) == nil)
        head.headers.add("X-Amz-Target", "Service.Delete")
        #expect(fault(head) == .incomplete("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."))
        let noHost = signed { $0.headers = [:] }
        #expect(fault(noHost) == .incomplete("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."))
    }

    @Test func `the body's digest is ours, not what the client says, but for s3`() {
        for word in ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", String(repeating: "0", count: 64)] {
            var head = HTTPRequestHead(method: "PUT", path: "/k", headers: ["Host": "h", "X-Amz-Date": "20150830T123600Z", "X-Amz-Content-Sha256": word])
            for (service, isBelieved) in [("service", false), ("s3", word.contains("UNSIGNED"))] {
                let names = ["host", "x-amz-content-sha256", "x-amz-date"]
                let signature = signer(service: service).signature(of: head, signedHeaders: names, payloadHash: word, date: "20150830T123600Z")
                head.headers.set(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/\(service)/aws4_request,SignedHeaders=\(names.joined(separator: ";")),Signature=\(signature)")
                let found = fault(
                    head, body: "anything", subject: AccessSubject(signingName: service, wireProtocol: .json11), service: service)
                #expect((found == nil) == isBelieved, "\(word) for \(service)")
            }
        }
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA512 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=00, Signature=11",
        "AWS4-HMAC-SHA256", "AWS4-",
    ])
    func `a signature that cannot be read is incomplete`(_ authorization: String) {
        let head = HTTPRequestHead(
            method: "POST", path: "/", headers: ["Host": "h", "X-Amz-Date": "20150830T123600Z", "Authorization": authorization])
        guard case .incomplete = fault(head) else {
            Issue.record("\(authorization) was read")
            return
        }
    }

    @Test(arguments: ["", "2015-08-30T12:36:00Z", "Sun, 30 Aug 2015 12:36:00 GMT", "20150830T123600", "20151330T123600Z", "20150830T123600z"])
    func `a date of another form is incomplete`(_ date: String) {
        var head = signed()
        head.headers.set("X-Amz-Date", date)
        guard case .incomplete = fault(head) else {
            Issue.record("\(date) was read")
            return
        }
    }

    @Test func `a second signature, a short one and one of other letters are refused`() {
        var head = signed()
        head.headers.add("Authorization", head.headers["Authorization"] ?? "")
        #expect(fault(head) == .incomplete("There must be one Authorization header."))
        for signature in ["", "00", String(repeating: "g", count: 64), String(repeating: "0", count: 66)] {
            let head = HTTPRequestHead(
                method: "POST", path: "/",
                headers: [
                    "Host": "h", "X-Amz-Date": "20150830T123600Z",
                    "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=\(signature)",
                ])
            #expect(fault(head) != nil)
        }
    }
}
