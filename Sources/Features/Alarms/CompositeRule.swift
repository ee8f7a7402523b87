package import SignalModel
package import WireFormats

/// An alarm on the states of others: PutCompositeAlarm's input, checked. Its settings read as its own.
@dynamicMemberLookup
package struct CompositeRule: Sendable, Equatable {
    package var settings: AlarmSettings
    package var expression: CompositeExpression
    package var suppression: ActionsSuppression?

    package init(settings: AlarmSettings, expression: CompositeExpression, suppression: ActionsSuppression? = nil) {
        self.settings = settings
        self.expression = expression
        self.suppression = suppression
    }

    package subscript<Value>(dynamicMember path: WritableKeyPath<AlarmSettings, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }
}

extension CompositeRule {
    /// The names of the alarms that it is about, each once.
    /// - Returns: also the references that name no alarm of this tenant: ARNs of others.
    func children(of tenant: Tenant) -> (names: [String], foreign: [String]) {
        var names: [String] = [], foreign: [String] = []
        for reference in expression.references {
            guard let name = Self.name(of: reference, tenant) else {
                foreign.append(reference)
                continue
            }
            if !names.contains(name) { names.append(name) }
        }
        return (names, foreign)
    }

    /// The names of the alarms of this tenant that it is about, each once.
    package func childNames(of tenant: Tenant) -> [String] { children(of: tenant).names }

    /// Its children, and the alarm that keeps its actions back.
    package func namesToKnow(of tenant: Tenant) -> [String] {
        childNames(of: tenant) + [suppression.flatMap { Self.name(of: $0.suppressor, tenant) }].compactMap(\.self)
    }

    /// Nil for the ARN of another tenant's alarm.
    static func name(of reference: String, _ tenant: Tenant) -> String? {
        guard let arn = AlarmARN(reference) else { return reference }
        return arn.tenant == tenant ? arn.name : nil
    }

    /// What is told of it in history, beside the settings.
    var members: [(String, WireValue)] { [("AlarmRule", .text(expression.text))] + (suppression?.members ?? []) }

    init?(document: WireNode) {
        guard let settings = AlarmSettings(document: document), let text = document["AlarmRule"]?.text else { return nil }
        guard let expression = try? CompositeExpression(text) else { return nil }     // it was checked when it was put: what is stored is none
        self.init(settings: settings, expression: expression, suppression: ActionsSuppression(document: document))
    }
}
