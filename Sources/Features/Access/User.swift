package import SignalModel
import WireFormats

/// A person who signs in at the console.
package struct User: Sendable, Equatable {
    package let name: String
    package var role: Role
    /// Whose data the person sees: twelve digits.
    package var account: String
    package var created: Timestamp
    package var password: PasswordHash
    /// Changes with the password: a session that began under another is over.
    package var passwordNumber: Int64

    /// - Throws: `.invalid`, saying what is wrong with it.
    package static func checked(name: String) throws(AccessError) -> String {
        let bytes = Array(name.utf8)
        let isGood = bytes.allSatisfy { $0 &- 48 < 10 || ($0 | 32) &- 97 < 26 || [45, 46, 64, 95].contains($0) }
        guard 1...Limits.nameLengthMax ~= bytes.count, isGood, bytes[0] &- 48 < 10 || (bytes[0] | 32) &- 97 < 26 else {
            throw AccessError(
                code: .invalid,
                message: "cannot use the name \"\(name.prefix(80))\": it must have 1 to \(Limits.nameLengthMax) letters, digits, or . _ - @, the first a letter or digit")
        }
        return name
    }

    /// - Throws: `.invalid`
    package static func checked(password: String) throws(AccessError) -> String {
        guard Limits.passwordBytesMin...Limits.passwordBytesMax ~= password.utf8.count, !password.utf8.contains(0) else {
            throw AccessError(
                code: .invalid,
                message: "cannot use this password: it must have \(Limits.passwordBytesMin) to \(Limits.passwordBytesMax) bytes")
        }
        return password
    }

    /// - Throws: `.invalid`
    package static func checked(account: String) throws(AccessError) -> String {
        guard Tenant.isAccountNumber(account) else {
            throw AccessError(code: .invalid, message: "cannot use account \"\(account.prefix(80))\": it must have twelve digits")
        }
        return account
    }

    // MARK: In the catalog

    var document: [UInt8] {
        JSON.encode([
            "role": .text(role.rawValue), "account": .text(account), "created": .integer(created.nanoseconds), "hash": .text(password.text),
            "passwordNumber": .integer(passwordNumber),
        ])
    }

    init(name: String, role: Role, account: String, created: Timestamp, password: PasswordHash, passwordNumber: Int64) {
        self.name = name
        self.role = role
        self.account = account
        self.created = created
        self.password = password
        self.passwordNumber = passwordNumber
    }

    init?(name: String, document: WireNode) {
        guard let role = document["role"]?.text.flatMap(Role.init), let account = document["account"]?.text,
            let created = document["created"]?.integer, let hash = document["hash"]?.text, let number = document["passwordNumber"]?.integer
        else { return nil }
        self.init(
            name: name, role: role, account: account, created: Timestamp(nanoseconds: created), password: PasswordHash(text: hash),
            passwordNumber: number)
    }
}
