import SignalModel
import Simulation
import Testing
import WireFormats

@testable import AWSProtocol

/// Signed requests, in a header and presigned, damaged in all that a sender writes: read or refused, and believed only if what was signed
/// is still what it was.
struct SignedRequestFuzzTests {
    private static let signer = SignatureV4(
        credentials: SigningCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "a secret"), region: "us-east-1", service: "monitoring"
    )
    /// 2015-08-30T12:36:00Z
    private static let time = Timestamp(seconds: 1_440_938_160)
    private static let subject = AccessSubject(signingName: "monitoring", wireProtocol: .json11)

    private static var signed: HTTPRequestHead {
        var head = HTTPRequestHead(
            method: "POST", path: "/a%20b", query: "B=2&A=%20x",
            headers: ["Host": "example.amazonaws.com", "X-Amz-Target": "Service.Operation"])
        signer.sign(&head, body: [], at: time)
        return head
    }

    private static var presigned: HTTPRequestHead {
        let date = SignatureV4.longDate(time)
        var head = HTTPRequestHead(
            method: "GET", path: "/a",
            query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fmonitoring%2Faws4_request"
                + "&X-Amz-Date=\(date)&X-Amz-Expires=600&X-Amz-SignedHeaders=host",
            headers: ["Host": "example.amazonaws.com"])
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        head.query += "&X-Amz-Signature=" + signer.signature(of: head, signedHeaders: ["host"], payloadHash: empty, date: date)
        return head
    }

    /// What the signature covers, if the request is believed.
    private static func believed(_ head: HTTPRequestHead) -> String? {
        do throws(AccessFault) {
            guard let request = try SignedRequest(of: head) else { return nil }
            try request.checkTime(now: time, subject: subject)
            try request.check(against: signer.signingKey(day: "20150830"), of: head, body: [], subject: subject)
            return signer.canonicalRequest(head, signedHeaders: request.signedHeaders, payloadHash: "")
        } catch { return nil }
    }

    @Test(arguments: fuzzSeeds(3)) func `a damaged request is refused, or was not damaged where it is signed`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for whole in [Self.signed, Self.presigned] {
            let covered = try #require(Self.believed(whole), "an undamaged request must be believed")
            for round in 0..<400 {
                var head = whole
                func damaged(_ text: String) -> String {
                    var bytes = Array(text.utf8)
                    bytes.mutate(using: &random)
                    return String(decoding: bytes, as: UTF8.self)
                }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: head.query = damaged(head.query)
                case 1: head.path = damaged(head.path)
                default:
                    let field = head.headers.fields.randomElement(using: &random)!
                    if random.oneIn(8) {
                        head.headers.add(field.name, damaged(field.value))
                    } else {
                        head.headers.set(field.name, damaged(field.value))
                    }
                }
                if let now = Self.believed(head) { #expect(now == covered, "seed \(seed), round \(round): \(head)") }
            }
        }
    }
}
