import AWSProtocol
package import Alarms
package import Catalog
import Dashboards
import MetricStreams
import SignalModel

/// The resource that tags are about.
struct TaggedResource: APIInput {
    enum Kind {
        case alarm(String)
        /// A document of the catalog that carries its tags beside it.
        case document(key: String, collection: String, tenant: Tenant)
    }

    let arn: String

    init(from reader: inout InputReader) { arn = reader.requiredText("ResourceARN", length: 1...1024) }

    /// - Throws: for an ARN that is none, and for one of another tenant, whose resources nobody else sees.
    func kind(in context: RequestContext) throws(AWSError) -> Kind {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "cloudwatch" else {
            throw .invalidParameterValue("The value \(arn) for parameter ResourceARN is invalid.")
        }
        if let alarm = AlarmARN(arn), alarm.tenant == context.tenant { return .alarm(alarm.name) }
        let (region, account, resource) = (parts[3], parts[4], parts[5])
        if resource.hasPrefix(MuteRule.arnPrefix), Tenant(account: account, region: region) == context.tenant {
            return .document(key: String(resource.dropFirst(MuteRule.arnPrefix.count)), collection: MuteRule.collection, tenant: context.tenant)
        }
        guard account == context.tenant.account, let slash = resource.firstIndex(of: "/") else { throw .noSuchResource(arn) }
        let name = String(resource[resource.index(after: slash)...])
        switch (resource[..<slash], region) {
        case ("dashboard", ""):
            return .document(key: name, collection: DashboardBook.facts, tenant: DashboardBook.place(of: account))
        case ("metric-query-definition", context.tenant.region):
            return .document(key: name, collection: QueryDefinitionBook.definitions, tenant: context.tenant)
        case ("metric-stream", context.tenant.region):
            return .document(key: name, collection: StreamBook.streams, tenant: context.tenant)
        default: throw .noSuchResource(arn)
        }
    }
}

/// The tags of everything that CloudWatch lets one tag.
package struct TagBook: Sendable {
    let alarms: AlarmBook
    let catalog: Catalog

    package init(alarms: AlarmBook, catalog: Catalog) { (self.alarms, self.catalog) = (alarms, catalog) }

    /// In the order of their keys.
    func tags(of resource: TaggedResource, in context: RequestContext) async throws -> [Tag] {
        switch try resource.kind(in: context) {
        case .alarm(let name):
            guard let tags = try await alarms.tags(of: name, tenant: context.tenant) else { throw AWSError.noSuchResource(resource.arn) }
            return tags.map { Tag(key: $0.key, value: $0.value) }
        case .document(let key, let collection, let tenant):
            let tags: [Tag]? = try await Catalog.stored {
                try await catalog.read { snapshot in
                    guard try snapshot.document(key, in: collection, tenant: tenant) != nil else { return nil }
                    return try snapshot.tags(of: key, in: collection, tenant: tenant)
                }
            }
            guard let tags else { throw AWSError.noSuchResource(resource.arn) }
            return tags
        }
    }

    func add(_ added: [Tag], to resource: TaggedResource, in context: RequestContext) async throws {
        let outcome: AlarmBook.Tagging
        switch try resource.kind(in: context) {
        case .alarm(let name):
            let pairs = added.map { (key: $0.key, value: $0.value) }
            try AWSError.checkAlarmTags(pairs)
            outcome = try await alarms.tag(name, pairs, tagsMax: Limits.tagsMax, tenant: context.tenant)
        case .document(let key, let collection, let tenant):
            let keys = Set(added.map(\.key))
            outcome = try await change(key, collection, tenant) { old in
                let all = old.filter { !keys.contains($0.key) } + added
                return all.count > Limits.tagsMax ? nil : all
            }
        }
        switch outcome {
        case .done: return
        case .noSuchAlarm: throw AWSError.noSuchResource(resource.arn)
        case .tooMany: throw AWSError.invalidParameterValue("A resource can have at most \(Limits.tagsMax) tags.")
        }
    }

    func remove(_ keys: [String], from resource: TaggedResource, in context: RequestContext) async throws {
        let outcome: AlarmBook.Tagging
        switch try resource.kind(in: context) {
        case .alarm(let name): outcome = try await alarms.untag(name, keys: keys, tenant: context.tenant)
        case .document(let key, let collection, let tenant):
            outcome = try await change(key, collection, tenant) { old in old.filter { !keys.contains($0.key) } }
        }
        guard case .done = outcome else { throw AWSError.noSuchResource(resource.arn) }
    }

    private func change(
        _ key: String, _ collection: String, _ tenant: Tenant, _ body: @escaping @Sendable ([Tag]) -> [Tag]?
    ) async throws -> AlarmBook.Tagging {
        try await Catalog.stored {
            try await catalog.write { transaction in
                guard try transaction.document(key, in: collection, tenant: tenant) != nil else { return .noSuchAlarm }
                guard let tags = body(try transaction.tags(of: key, in: collection, tenant: tenant)) else { return .tooMany }
                try transaction.setTags(tags, of: key, in: collection, tenant: tenant)
                return .done
            }
        }
    }
}

extension AWSError {
    static func noSuchResource(_ arn: String) -> AWSError {
        AWSError("ResourceNotFoundException", queryCode: "ResourceNotFoundException", status: 404, "The resource \(arn) does not exist.")
    }
}
