package import SignalModel
import WireFormats

/// A tag of a resource.
package struct Tag: Sendable, Equatable {
    package let key, value: String

    package init(key: String, value: String) { (self.key, self.value) = (key, value) }
}

// The tags of a document lie in a document of the same key in a collection beside it, so that they go with it in one transaction.

extension CatalogSnapshot {
    /// In the order of their keys; empty for a document without tags, and for one that is not there.
    package func tags(of key: String, in collection: String, tenant: Tenant) throws(CatalogError) -> [Tag] {
        guard let document = try document(key, in: tagCollection(collection), tenant: tenant) else { return [] }
        do throws(WireError) {
            return try WireDocument(json: document.body).root.children.map { Tag(key: $0.key, value: $0.text ?? "") }
        } catch {
            throw CatalogError(code: .corrupt, message: "cannot read the tags of \(key): \(error)", cause: error)
        }
    }
}

extension CatalogTransaction {
    /// Replaces all of them; none removes what was there.
    package func setTags(_ tags: [Tag], of key: String, in collection: String, tenant: Tenant) throws(CatalogError) {
        guard !tags.isEmpty else {
            try remove(key, in: tagCollection(collection), tenant: tenant)
            return
        }
        let sorted = tags.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        try put(JSON.encode(.textMap(sorted.map { ($0.key, $0.value) })), key: key, in: tagCollection(collection), tenant: tenant)
    }
}

private func tagCollection(_ collection: String) -> String { collection + "-tags" }
