import Bytes
import Platform
package import SignalModel
import WireFormats

/// What a program shows: an id that is no secret, and a secret that signs its requests or stands in for a password.
package struct AccessKey: Sendable {
    /// `AKIA` and sixteen of `A`–`Z`, `2`–`7`: the alphabet and the length of AWS's, which some clients check.
    package let id: String
    /// Whose data it reads and writes: twelve digits.
    package var account: String
    package var role: Role
    package var created: Timestamp
    /// What it is for, in its owner's words.
    package var note: String
    var sealed: [UInt8]
    var nonce: [UInt8]

    private static let secretLength = 40

    /// - Returns: the key, and its secret, which is not shown again.
    static func made(
        account: String, role: Role, note: String, at now: Timestamp, sealedWith key: SecretKey, _ random: RandomSource
    ) -> (key: AccessKey, secret: String) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        let id = "AKIA" + String(decoding: random.bytes(16).map { letters[Int($0 & 31)] }, as: UTF8.self)
        // 30 random bytes are 40 letters of base64: 240 bits.
        let secret = Base64.encode(random.bytes(secretLength / 4 * 3))
        var made = AccessKey(id: id, account: account, role: role, created: now, note: note, sealed: [], nonce: random.bytes(AESGCM.Nonce.byteCount))
        // Random nonces: at most some thousands of keys are ever sealed with one key.
        if let nonce = AESGCM.Nonce(made.nonce) {
            made.sealed = AESGCM.seal(Array(secret.utf8), key: key, nonce: nonce, additional: made.bound)
        }
        return (made, secret)
    }

    /// - Throws: `.keyFile` when the sealing key is another, or the document was changed.
    func secret(openedWith key: SecretKey) throws(AccessError) -> String {
        guard let nonce = AESGCM.Nonce(nonce) else { throw unopened }
        do throws(BytesError) {
            return String(decoding: try AESGCM.open(sealed, key: key, nonce: nonce, additional: bound), as: UTF8.self)
        } catch { throw unopened }
    }

    private var unopened: AccessError {
        AccessError(code: .keyFile, message: "cannot open the secret of access key \(id): access.key is not the one that sealed it")
    }

    /// Sealed together with the secret, so that nobody can turn a key into one of another account or role.
    private var bound: [UInt8] { Array("access-key \(id) \(account) \(role.rawValue)".utf8) }

    // MARK: In the catalog

    var document: [UInt8] {
        JSON.encode([
            "account": .text(account), "role": .text(role.rawValue), "created": .integer(created.nanoseconds), "note": .text(note),
            "nonce": .blob(nonce), "sealed": .blob(sealed),
        ])
    }

    private init(id: String, account: String, role: Role, created: Timestamp, note: String, sealed: [UInt8], nonce: [UInt8]) {
        self.id = id
        self.account = account
        self.role = role
        self.created = created
        self.note = note
        self.sealed = sealed
        self.nonce = nonce
    }

    init?(id: String, document: WireNode) {
        guard let account = document["account"]?.text, let role = document["role"]?.text.flatMap(Role.init),
            let created = document["created"]?.integer, let nonce = document["nonce"]?.blob, let sealed = document["sealed"]?.blob
        else { return nil }
        self.init(
            id: id, account: account, role: role, created: Timestamp(nanoseconds: created), note: document["note"]?.text ?? "", sealed: sealed,
            nonce: nonce)
    }
}
