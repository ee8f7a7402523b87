import SignalModel
import WireFormats

/// Whose data a request of the open protocols is about.
enum TenantHeader {
    /// No `X-Scope-OrgID` means the open account, 12 digits name an account, any other text is a tenant of its own.
    /// - Throws: 400 for a name that is too long or has other than printable ASCII characters.
    static func tenant(of head: HTTPRequestHead, region: String) throws(RemoteWriteError) -> Tenant {
        guard let name = head.headers["X-Scope-OrgID"], !name.isEmpty else { return Tenant(account: Tenant.openAccount, region: region) }
        guard name.utf8.count <= Limits.tenantBytesMax, name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw RemoteWriteError(
                status: 400, "cannot use X-Scope-OrgID: it must be up to \(Limits.tenantBytesMax) printable ASCII characters without spaces")
        }
        return Tenant(account: name, region: region)
    }
}
