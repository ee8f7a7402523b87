package import SignalModel
import WireFormats

/// Lines and bands over a graph.
package struct WidgetAnnotations: Sendable {
    package enum HorizontalFill: String, CaseIterable, Sendable { case none, above, below }
    package enum VerticalFill: String, CaseIterable, Sendable { case none, before, after }

    package struct Horizontal: Sendable {
        package let value: Double
        /// The other edge of a band.
        package let upper: Double?
        package let label: String?
        package let color: WidgetColor?
        package let fill: HorizontalFill
        package let axis: WidgetMetric.Axis
    }

    package struct Vertical: Sendable {
        package let time: Timestamp
        package let end: Timestamp?
        package let label: String?
        package let color: WidgetColor?
        package let fill: VerticalFill
    }

    /// Only those that are visible.
    package var horizontal: [Horizontal] = []
    package var vertical: [Vertical] = []
    /// ARNs of alarms whose thresholds are shown.
    package var alarms: [String] = []

    init(reading part: PartReader?) {
        guard let part else { return }
        part.expect(only: ["horizontal", "vertical", "alarms"])
        alarms = part.texts("alarms", countMax: 100) ?? []
        horizontal = (part.list("horizontal", countMax: 500) ?? []).compactMap(Self.horizontal)
        vertical = (part.list("vertical", countMax: 500) ?? []).compactMap(Self.vertical)
    }

    /// An object, or the two edges of a band.
    private static func edges(_ part: PartReader) -> (first: PartReader, second: PartReader?)? {
        guard part.node.kind == .list else { return part.isObject() ? (part, nil) : nil }
        let parts = part.elements
        guard parts.count == 2, parts.allSatisfy({ $0.isObject() }) else {
            part.note("Should have the two edges of a band")
            return nil
        }
        return (parts[0], parts[1])
    }

    private static func horizontal(_ part: PartReader) -> Horizontal? {
        guard let (first, second) = edges(part) else { return nil }
        first.require("value")
        second?.require("value")
        guard let value = first.number("value"), first.bool("visible") ?? true else { return nil }
        return Horizontal(
            value: value, upper: second?.number("value"), label: first.text("label") ?? second?.text("label"), color: first.color("color"),
            fill: first.word("fill") ?? .none, axis: first.word("yAxis") ?? .left)
    }

    private static func vertical(_ part: PartReader) -> Vertical? {
        guard let (first, second) = edges(part) else { return nil }
        first.require("value")
        second?.require("value")
        guard let time = time(first), first.bool("visible") ?? true else { return nil }
        return Vertical(
            time: time, end: second.flatMap(Self.time), label: first.text("label") ?? second?.text("label"), color: first.color("color"),
            fill: first.word("fill") ?? .none)
    }

    private static func time(_ part: PartReader) -> Timestamp? {
        guard let text = part.text("value") else { return nil }
        if case .instant(let time)? = WidgetTime(text) { return time }
        part.note("Should match format \"date-time\"", at: "value")
        return nil
    }
}
