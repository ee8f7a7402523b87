import AWSProtocol
import SignalModel
import WireFormats

/// What a request to the JSON-lines door says beside its lines.
struct LinesRequest: Sendable {
    enum Encoding: Sendable { case none, gzip, zstd }

    /// How many times its own size a compressed body may unpack to. Log lines shrink by a factor of five to twenty.
    static let expansionMax = 100

    let tenant: Tenant
    let group: String
    /// Names of members, as a query names them.
    let streamFields: [String]
    let timeField: String?
    let encoding: Encoding

    init(_ head: HTTPRequestHead, region: String) throws(JSONLinesError) {
        guard head.method == "POST" else { throw JSONLinesError(status: 405, "cannot \(head.method) \(head.path): it takes POST") }
        guard let tenant = Tenant(named: head.headers["X-Scope-OrgID"], region: region) else {
            throw JSONLinesError(status: 400, "cannot use X-Scope-OrgID: it must be up to 150 printable ASCII characters without spaces")
        }
        self.tenant = tenant
        encoding = try Self.encoding(head.headers["Content-Encoding"])
        guard let items = head.queryItems else { throw JSONLinesError(status: 400, "cannot read the query: it is not well encoded") }
        var values: [String: String] = [:]
        for (name, value) in items {
            guard ["group", "stream", "time"].contains(name) else {
                throw JSONLinesError(status: 400, "cannot use the parameter \(name): there are group, stream and time")
            }
            guard values.updateValue(value, forKey: name) == nil else { throw JSONLinesError(status: 400, "cannot use \(name): it is given twice") }
        }
        group = try Self.group(values["group"])
        streamFields = try Self.streamFields(values["stream"])
        timeField = values["time"].flatMap { $0.isEmpty ? nil : $0 }
        if let timeField, timeField.hasPrefix("@"), !timeField.hasPrefix("@@") {
            throw JSONLinesError(status: 400, "cannot use time=\(timeField): a member whose name begins with @ is written @@")
        }
    }

    private static func encoding(_ name: String?) throws(JSONLinesError) -> Encoding {
        switch name?.lowercased() {
        case nil, "", "identity": .none
        case "gzip", "deflate": .gzip
        case "zstd": .zstd
        case let other?: throw JSONLinesError(status: 415, "cannot read Content-Encoding \(other): it must be gzip, deflate or zstd")
        }
    }

    private static func group(_ name: String?) throws(JSONLinesError) -> String {
        guard let name, !name.isEmpty else { throw JSONLinesError(status: 400, "cannot store lines: the parameter group is missing") }
        guard name.utf8.count <= Limits.nameLengthMax, LogNames.group.matches(name) else {
            throw JSONLinesError(
                status: 400, "cannot use group=\(name): it must be up to \(Limits.nameLengthMax) letters, digits and . - _ / #")
        }
        guard !name.lowercased().hasPrefix("aws/") else {
            throw JSONLinesError(status: 400, "cannot use group=\(name): names that begin with aws/ are reserved")
        }
        return name
    }

    private static func streamFields(_ text: String?) throws(JSONLinesError) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.count <= Limits.streamFieldsMax, names.allSatisfy({ !$0.isEmpty && (!$0.hasPrefix("@") || $0.hasPrefix("@@")) }) else {
            throw JSONLinesError(
                status: 400, "cannot use stream=\(text): it must be up to \(Limits.streamFieldsMax) names of members, separated by commas")
        }
        return names
    }
}
