import Glibc
package import SignalModel

/// A metric as CloudWatch names it: namespace, name and the exact set of dimensions. Its samples may come in several units, each of
/// which is a series of its own in the store.
///
///     let latency = MetricIdentity(namespace: "EventPro", name: "Latency", dimensions: [("Service", "checkout")])
///     let entries = try await reader.series(matching: latency.matchers(unit: nil), of: tenant, in: range, limit: 1000)
///         .filter { latency.isSame(as: $0.labels) }
package struct MetricIdentity: Hashable, Sendable {
    package struct Dimension: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let namespace: String
    package let name: String
    /// By name, bytewise ascending.
    package let dimensions: [Dimension]

    package init(namespace: String, name: String, dimensions: [Dimension]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    package init(namespace: String, name: String, dimensions: [(String, String)] = []) {
        self.init(namespace: namespace, name: name, dimensions: dimensions.map { Dimension(name: $0, value: $1) })
    }

    /// - Returns: nil for a series without a namespace: CloudWatch has no name for it.
    package init?(labels: LabelSet) {
        var namespace: String?
        var name = ""
        var dimensions: [Dimension] = []
        for pair in labels.pairs {
            switch pair.name {
            case LabelSet.namespace: namespace = pair.value
            case LabelSet.metricName: name = pair.value
            case LabelSet.unit: break
            default: dimensions.append(Dimension(name: pair.name, value: pair.value))
            }
        }
        guard let namespace else { return nil }
        self.init(namespace: namespace, name: name, dimensions: dimensions)
    }

    /// True for a dimension name under which the store keeps something else.
    package static func isReserved(_ dimensionName: String) -> Bool {
        dimensionName == LabelSet.metricName || dimensionName == LabelSet.namespace || dimensionName == LabelSet.unit
    }

    /// The series of this metric in one unit.
    package func labels(unit: String) -> LabelSet {
        var pairs = [(LabelSet.metricName, name), (LabelSet.namespace, namespace)]
        if unit != MetricUnit.none { pairs.append((LabelSet.unit, unit)) }
        return LabelSet(pairs + dimensions.map { ($0.name, $0.value) })
    }

    /// Conditions that every series of this metric passes. Series with more dimensions pass too: ask `isSame` afterwards.
    /// - Parameter unit: nil for all of them.
    package func matchers(unit: String?) -> [LabelMatcher] {
        var matchers = [
            LabelMatcher(LabelSet.metricName, .equals(name)),
            LabelMatcher(LabelSet.namespace, .equals(namespace)),
        ]
        matchers += dimensions.map { LabelMatcher($0.name, .equals($0.value)) }
        if let unit { matchers.append(LabelMatcher(LabelSet.unit, .equals(unit == MetricUnit.none ? "" : unit))) }
        return matchers
    }

    /// True when the labels are this metric's, in whatever unit.
    package func isSame(as labels: LabelSet) -> Bool { MetricIdentity(labels: labels) == self }
}

extension MetricIdentity: Comparable {
    /// By namespace, name, then dimension by dimension, bytewise.
    package static func < (a: MetricIdentity, b: MetricIdentity) -> Bool {
        if let isLess = isLess(a.namespace, b.namespace) ?? isLess(a.name, b.name) { return isLess }
        for (own, other) in zip(a.dimensions, b.dimensions) {
            if let isLess = isLess(own.name, other.name) ?? isLess(own.value, other.value) { return isLess }
        }
        return a.dimensions.count < b.dimensions.count
    }

    /// Nil when the texts have the same bytes.
    private static func isLess(_ a: String, _ b: String) -> Bool? {
        let known = a.utf8.withContiguousStorageIfAvailable { a in
            b.utf8.withContiguousStorageIfAvailable { b in
                let order = a.isEmpty || b.isEmpty ? 0 : memcmp(a.baseAddress!, b.baseAddress!, min(a.count, b.count))
                return order == 0 ? a.count - b.count : Int(order)
            }
        }
        if let known = known ?? nil { return known == 0 ? nil : known < 0 }
        if a.utf8.elementsEqual(b.utf8) { return nil }
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
}

/// CloudWatch's units, in the order of its API.
package enum MetricUnit {
    package static let none = "None"

    package static let all = [
        "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits",
        "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second", "Megabytes/Second",
        "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second",
        "Terabits/Second", "Count/Second", none,
    ]

    /// The unit of a stored series.
    package static func of(_ labels: LabelSet) -> String { labels[LabelSet.unit] ?? none }
}
