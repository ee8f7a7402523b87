import SignalModel
import WireFormats

/// Whose data a request of the open protocols is about.
enum TenantHeader {
    /// No `X-Scope-OrgID` means the open account, 12 digits name an account, any other text is a tenant of its own.
    /// - Throws: 400 for a name that is too long or has other than printable ASCII characters.
    static func tenant(of head: HTTPRequestHead, region: String) throws(RemoteWriteError) -> Tenant {
        guard let tenant = Tenant(named: head.headers["X-Scope-OrgID"], region: region) else {
            throw RemoteWriteError(
                status: 400, "cannot use X-Scope-OrgID: it must be up to 150 printable ASCII characters without spaces")
        }
        return tenant
    }
}
