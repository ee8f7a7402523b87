package import SignalModel
package import WireFormats

extension Tenant {
    /// Open mode: an access key id of twelve digits names the account, everything else is the open account's.
    init(_ scope: CredentialScope?, _ caller: Caller, defaultRegion: String) {
        let named = scope.flatMap { Tenant.isAccountNumber($0.accessKeyID) ? $0.accessKeyID : nil } ?? Tenant.openAccount
        self.init(account: caller.account ?? named, region: scope?.region ?? caller.region ?? defaultRegion)
    }

    /// Whose a request is that is not one of an AWS API.
    /// - Throws: for a signature that cannot be read.
    package init(of head: HTTPRequestHead, _ caller: Caller, defaultRegion: String) throws(AWSError) {
        self.init(try CredentialScope(of: head), caller, defaultRegion: defaultRegion)
    }
}
