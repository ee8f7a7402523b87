package import AWSProtocol
package import Alarms
import SignalModel
package import WireFormats

/// The table behind SERVICE_QUOTA: `GET /api/ui/v1/quotas` lists it, `PUT` with `{"quotas": [{"namespace", "metricName", "dimensions",
/// "value", "description"}]}` changes or adds. Form: `Documentation/Alarms.md`.
package struct QuotasPage: Sendable {
    package static let path = "/api/ui/v1/quotas"

    let quotas: QuotaBook
    let defaultRegion: String

    package init(quotas: QuotaBook, defaultRegion: String) {
        self.quotas = quotas
        self.defaultRegion = defaultRegion
    }

    /// - Returns: nil when the request is not for it.
    package func answer(_ head: HTTPRequestHead, body: [UInt8], caller: Caller) async -> HTTPResponse? {
        guard head.path == Self.path else { return nil }
        do {
            let tenant = try Tenant(of: head, caller, defaultRegion: defaultRegion)
            switch head.method {
            case "GET": break
            case "PUT":
                // A page of another site cannot send this type without asking first.
                guard head.headers["Content-Type"]?.lowercased().hasPrefix("application/json") == true else {
                    return .refusal(415, "the body must be application/json")
                }
                try await quotas.set(try Self.read(body), of: tenant)
            default: return .refusal(405, "cannot \(head.method) \(Self.path): it takes GET and PUT")
            }
            return .json(200, ["quotas": .list(quotas.table(of: tenant).quotas.map(\.wire))])
        } catch let error as AWSError {
            return .refusal(400, error.message)
        } catch let error as AlarmError where error.code == .limit {
            return .refusal(400, error.message)
        } catch {
            return .refusal(500, "cannot set quotas: \(error)")
        }
    }

    private static func read(_ body: [UInt8]) throws(AWSError) -> [ServiceQuota] {
        let root: WireNode
        do { root = try WireDocument(json: body).root } catch { throw .validation("cannot read the quotas: \(error)") }
        guard let list = root["quotas"], list.kind == .list else { throw .validation("cannot read the quotas: there is no list \"quotas\"") }
        var quotas: [ServiceQuota] = []
        for (place, node) in list.children.enumerated() {
            guard node.kind == .map, let quota = ServiceQuota(document: node) else {
                throw .validation("cannot read quota \(place + 1): it needs \"namespace\", \"metricName\" and a \"value\" above zero")
            }
            quotas.append(quota)
        }
        return quotas
    }
}
