// Whose data it is. Tenants never see each other.

/// An account and a region, or a name of its own (an `X-Scope-OrgID` that is not an account number).
package struct Tenant: Hashable, Sendable {
    /// Twelve digits for an AWS-shaped account; any other string is a tenant by name.
    package let account: String
    package let region: String

    package init(account: String, region: String) {
        self.account = account
        self.region = region
    }

    /// Everything unsigned in open mode belongs here.
    package static let openAccount = "000000000000"
    package static let defaultRegion = "us-east-1"

    private static let nameBytesMax = 150

    /// By an `X-Scope-OrgID`: none means the open account, 12 digits name an account, any other text is a tenant of its own.
    /// - Returns: nil for a name of more than 150 characters or of other than printable ASCII without spaces.
    package init?(named name: String?, region: String) {
        guard let name, !name.isEmpty else {
            self.init(account: Self.openAccount, region: region)
            return
        }
        guard name.utf8.count <= Self.nameBytesMax, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return nil }
        self.init(account: name, region: region)
    }

    package static func isAccountNumber(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { $0 &- 48 < 10 }
    }
}

extension Tenant: CustomStringConvertible {
    package var description: String { "\(account)/\(region)" }
}
