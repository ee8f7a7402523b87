import AWSProtocol
import SignalModel

/// Names and ARNs of groups and streams.
enum LogNames {
    static let group = TextPattern("[\\.\\-_/#A-Za-z0-9]+") { name in name.utf8.allSatisfy(isGroupByte) }
    static let stream = TextPattern("[^:*]*") { name in !name.utf8.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "*") } }

    static func groupARN(_ name: String, of tenant: Tenant) -> String {
        "arn:aws:logs:\(tenant.region):\(tenant.account):log-group:\(name)"
    }

    static func streamARN(_ name: String, in group: String, of tenant: Tenant) -> String {
        "\(groupARN(group, of: tenant)):log-stream:\(name)"
    }

    private static func isGroupByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "#"): true
        default: byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
        }
    }
}

/// A group by name or by ARN.
struct GroupReference {
    let name: String
    /// Nil when it was given by name.
    private let owner: Tenant?

    /// - Returns: nil for a text that is neither.
    init?(identifier: String) {
        guard identifier.hasPrefix("arn:") else {
            guard LogNames.group.matches(identifier), !identifier.isEmpty else { return nil }
            name = identifier
            owner = nil
            return
        }
        let parts = identifier.split(separator: ":", maxSplits: 7, omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[2] == "logs", parts[5] == "log-group", !parts[6].isEmpty, parts.count == 7 || parts[7] == "*" else {
            return nil
        }
        name = String(parts[6])
        owner = Tenant(account: String(parts[4]), region: String(parts[3]))
    }

    /// From `logGroupName` and `logGroupIdentifier`, of which one must be given.
    init(from reader: inout InputReader) throws {
        let name = reader.text("logGroupName", length: 1...Limits.nameLengthMax, pattern: LogNames.group)
        let identifier = reader.text("logGroupIdentifier", length: 1...2048)
        try reader.check()
        switch (name, identifier) {
        case (let name?, nil):
            self.name = name
            owner = nil
        case (nil, let identifier?):
            guard let reference = GroupReference(identifier: identifier) else {
                throw AWSError.invalidParameter("The log group identifier '\(identifier)' is not valid.")
            }
            self = reference
        case (nil, nil): throw AWSError.invalidParameter("One of logGroupName and logGroupIdentifier must be specified.")
        default: throw AWSError.invalidParameter("Only one of logGroupName and logGroupIdentifier may be specified.")
        }
    }

    /// False for a group of someone else, which is not here.
    func belongs(to tenant: Tenant) -> Bool { owner.map { $0 == tenant } ?? true }
}

extension LogAccess {
    func group(_ reference: GroupReference, of tenant: Tenant) async throws -> LogGroup {
        guard reference.belongs(to: tenant) else { throw AWSError.missingGroup() }
        return try await group(reference.name, of: tenant)
    }
}
