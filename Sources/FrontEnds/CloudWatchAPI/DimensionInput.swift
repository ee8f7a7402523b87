import AWSProtocol
import Alarms
import MetricMath
import WireFormats

/// A dimension of a request.
struct DimensionInput: APIInput {
    let dimension: MetricIdentity.Dimension

    init(from reader: inout InputReader) {
        dimension = MetricIdentity.Dimension(
            name: reader.requiredText("Name", length: 1...Limits.nameLengthMax),
            value: reader.requiredText("Value", length: 1...Limits.dimensionValueLengthMax))
    }
}

extension InputReader {
    mutating func dimensions() throws -> [MetricIdentity.Dimension] {
        try structures("Dimensions", DimensionInput.self, count: 0...Limits.dimensionsMax).map(\.dimension)
    }

    /// A unit of CloudWatch's set; nil when absent.
    mutating func unit() -> String? {
        guard let unit = text("Unit") else { return nil }
        if !MetricUnit.all.contains(unit) {
            violate("Unit", value: unit, "satisfy enum value set: [\(MetricUnit.all.joined(separator: ", "))]")
        }
        return unit
    }
}

extension MetricIdentity {
    /// In the order of the API.
    var wire: WireValue {
        .members(("Namespace", .text(namespace)), ("MetricName", .text(name)), ("Dimensions", wireDimensions))
    }
}
