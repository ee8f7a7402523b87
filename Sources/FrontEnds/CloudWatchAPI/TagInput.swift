import AWSProtocol

/// A tag of a request.
struct TagInput: APIInput {
    let key, value: String

    init(from reader: inout InputReader) {
        key = reader.requiredText("Key", length: 1...128)
        value = reader.requiredText("Value", length: 0...256)
    }
}

extension InputReader {
    /// At most one tag a key.
    mutating func tags() throws -> [(key: String, value: String)] {
        let tags = try structures("Tags", TagInput.self, count: 0...Limits.tagsMax).map { (key: $0.key, value: $0.value) }
        guard Set(tags.map(\.key)).count == tags.count else { throw AWSError.invalidParameterValue("The tag keys of one request must be unique.") }
        guard !tags.contains(where: { $0.key.lowercased().hasPrefix("aws:") }) else {
            throw AWSError.invalidParameterValue("aws: prefixed tag key names are not allowed for external use.")
        }
        return tags
    }
}
