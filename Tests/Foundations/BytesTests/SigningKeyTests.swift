import Bytes
import Testing

struct SigningKeyTests {
    @Test(arguments: [SigningKey.DigestAlgorithm.sha1, .sha256])
    func `a signature is good for its bytes and its algorithm only`(algorithm: SigningKey.DigestAlgorithm) throws {
        let key = try SigningKey.generate()
        let signature = try key.sign(Array("message".utf8), with: algorithm)
        #expect(key.verifies(signature, of: Array("message".utf8), with: algorithm))
        #expect(!key.verifies(signature, of: Array("massage".utf8), with: algorithm))
        #expect(!key.verifies(signature, of: Array("message".utf8), with: algorithm == .sha1 ? .sha256 : .sha1))
    }

    @Test func `a key read back signs as before`() throws {
        let key = try SigningKey.generate()
        let again = try SigningKey(der: try key.der)
        #expect(key.verifies(try again.sign([1, 2, 3], with: .sha256), of: [1, 2, 3], with: .sha256))
        #expect(throws: BytesError.self) { try SigningKey(der: [1, 2, 3]) }
        #expect(throws: BytesError.self) { try SigningKey(der: []) }
    }

    @Test func `the certificate is PEM`() throws {
        let pem = try SigningKey.generate().certificate(commonName: "sns.groundwatch", from: 1_769_817_600, days: 3650)
        #expect(pem.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(pem.hasSuffix("-----END CERTIFICATE-----\n"))
    }
}
