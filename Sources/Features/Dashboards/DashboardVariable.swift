import WireFormats

/// A choice above the widgets that changes them: `{"type": "pattern", "pattern": "prod", "id": "stage", "inputType": "select", …}`.
///
/// A property variable sets the value of that name in every widget, a pattern variable replaces a text in all of them.
/// Source: CloudWatch API reference, "Dashboard body structure and syntax", variables; user guide, "Dashboard variables".
enum DashboardVariable {
    private enum Kind: String, CaseIterable { case property, pattern }
    private enum Input: String, CaseIterable { case input, select, radio }

    /// Notes what is wrong with one.
    static func check(_ variable: PartReader) {
        guard variable.isObject() else { return }
        variable.expect(only: [
            "type", "id", "property", "pattern", "inputType", "label", "defaultValue", "visible", "search", "populateFrom", "values",
        ])
        variable.require("type", "id")
        for name in ["id", "property", "pattern", "label", "defaultValue", "populateFrom"] { _ = variable.text(name) }
        _ = variable.bool("visible")
        _ = variable.word("inputType", Input.self)
        if let kind = variable.word("type", Kind.self) { variable.require(kind.rawValue) }
        // What is found by a search is a dimension's value, and the search does not say whose.
        if variable.text("search") != nil { variable.require("populateFrom") }
        for value in variable.list("values") ?? [] where value.isObject() {
            value.require("value")
            for name in ["value", "label"] { _ = value.text(name) }
        }
    }
}
