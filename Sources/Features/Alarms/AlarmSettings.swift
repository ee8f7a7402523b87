package import WireFormats

/// What every alarm has, whatever it judges: a name, and what is done when its state changes.
package struct AlarmSettings: Sendable, Equatable {
    package var name: String
    package var description: String?
    package var actionsEnabled: Bool
    package var okActions: [String]
    package var alarmActions: [String]
    package var insufficientDataActions: [String]

    package init(
        name: String, description: String? = nil, actionsEnabled: Bool = true, okActions: [String] = [], alarmActions: [String] = [],
        insufficientDataActions: [String] = []
    ) {
        self.name = name
        self.description = description
        self.actionsEnabled = actionsEnabled
        self.okActions = okActions
        self.alarmActions = alarmActions
        self.insufficientDataActions = insufficientDataActions
    }

    package var allActions: [String] { okActions + alarmActions + insufficientDataActions }

    package func actions(for state: AlarmState.Value) -> [String] {
        switch state {
        case .ok: okActions
        case .alarm: alarmActions
        case .insufficientData: insufficientDataActions
        }
    }

    /// In the order of the API; they stand before the state.
    var members: [(String, WireValue)] {
        let members: [(String, WireValue?)] = [
            ("AlarmName", .text(name)), ("AlarmDescription", description.map(WireValue.text)), ("ActionsEnabled", .bool(actionsEnabled)),
            ("OKActions", .texts(okActions)), ("AlarmActions", .texts(alarmActions)),
            ("InsufficientDataActions", .texts(insufficientDataActions)),
        ]
        return members.compactMap { name, value in value.map { (name, $0) } }
    }

    init?(document: WireNode) {
        guard let name = document["AlarmName"]?.text, let actionsEnabled = document["ActionsEnabled"]?.bool else { return nil }
        self.init(
            name: name, description: document["AlarmDescription"]?.text, actionsEnabled: actionsEnabled,
            okActions: document["OKActions"].texts, alarmActions: document["AlarmActions"].texts,
            insufficientDataActions: document["InsufficientDataActions"].texts)
    }
}

extension WireNode? {
    var texts: [String] { self?.children.compactMap(\.text) ?? [] }
}
