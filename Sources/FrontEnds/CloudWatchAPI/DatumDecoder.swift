import AWSProtocol
import MetricMath
import SignalModel
import WireFormats

/// Reads metric datums from the message straight into columns. The first mistake ends it, with CloudWatch's message for it.
struct DatumDecoder {
    private(set) var batch: MetricBatch
    private let namespace: [UInt8]
    private let now: Timestamp
    private var count = 0

    init(namespace: String, context: RequestContext) {
        batch = MetricBatch(tenant: context.tenant)
        self.namespace = Array(namespace.utf8)
        now = context.now
    }

    mutating func decode(list: WireChildren?, at path: String) throws(AWSError) {
        guard let list else { return }
        count += list.count
        guard count <= Limits.datumsMax else { throw .tooMany(path, Limits.datumsMax) }
        for (index, datum) in list.enumerated() { try decode(datum, at: "\(path).member.\(index + 1)") }
    }

    private mutating func decode(_ datum: WireNode, at path: String) throws(AWSError) {
        let reader = DatumReader(node: datum, path: path)
        guard datum.kind == .map else { throw .serialization("cannot read '\(path)': expected a structure") }
        let labels = try labels(of: reader)
        let time = try time(of: reader)
        let series = batch.addSeries(labels, kind: .accumulating)
        try appendSamples(of: reader, series, time)
    }

    // MARK: Which metric

    private func labels(of datum: DatumReader) throws(AWSError) -> LabelSet {
        var pairs: [(name: [UInt8], value: [UInt8])] = [
            (Array(LabelSet.namespace.utf8), namespace),
            (Array(LabelSet.metricName.utf8), try datum.ascii("MetricName", lengthMax: Limits.nameLengthMax)),
        ]
        if let unit = try datum.text("Unit"), unit != MetricUnit.none {
            guard MetricUnit.all.contains(unit) else {
                throw .invalidParameterValue("The parameter \(datum.path).Unit must be a value in the set [\(MetricUnit.all.joined(separator: ", "))].")
            }
            pairs.append((Array(LabelSet.unit.utf8), Array(unit.utf8)))
        }
        guard let dimensions = try datum.list("Dimensions") else { return LabelSet(sorting: &pairs) }
        guard dimensions.count <= Limits.dimensionsMax else { throw .tooMany("\(datum.path).Dimensions", Limits.dimensionsMax) }
        let fixed = pairs.count
        for (index, node) in dimensions.enumerated() {
            let dimension = DatumReader(node: node, path: "\(datum.path).Dimensions.member.\(index + 1)")
            guard node.kind == .map else { throw .serialization("cannot read '\(dimension.path)': expected a structure") }
            let name = try dimension.ascii("Name", lengthMax: Limits.nameLengthMax)
            let isReserved = MetricIdentity.isReserved(String(decoding: name, as: UTF8.self))
            guard name.first != UInt8(ascii: ":"), !isReserved else { throw .invalidValue(String(decoding: name, as: UTF8.self), "\(dimension.path).Name") }
            guard !pairs[fixed...].contains(where: { $0.name == name }) else {
                throw .invalidParameterValue("The parameter \(datum.path).Dimensions must not name a dimension twice.")
            }
            pairs.append((name, try dimension.ascii("Value", lengthMax: Limits.dimensionValueLengthMax)))
        }
        return LabelSet(sorting: &pairs)
    }

    // MARK: When

    /// To the second or the minute, whichever the sample is kept by.
    private func time(of datum: DatumReader) throws(AWSError) -> Timestamp {
        let resolution = try datum.integer("StorageResolution") ?? 60
        guard resolution == 1 || resolution == 60 else { throw .invalidValue("\(resolution)", "\(datum.path).StorageResolution") }
        let time = try datum.timestamp("Timestamp") ?? now
        let second: Int64 = 1_000_000_000
        guard time.nanoseconds <= now.nanoseconds + Limits.futureSeconds * second else {
            throw .invalidParameterValue("The parameter \(datum.path).Timestamp must specify a time no more than two hours in the future.")
        }
        guard time.nanoseconds >= now.nanoseconds - Limits.pastSeconds * second else {
            throw .invalidParameterValue("The parameter \(datum.path).Timestamp must specify a time within the past two weeks.")
        }
        return time.floored(to: resolution * second)
    }

    // MARK: What

    private mutating func appendSamples(of datum: DatumReader, _ series: UInt32, _ time: Timestamp) throws(AWSError) {
        let value = try datum.value("Value")
        let values = try datum.list("Values")
        let set = try datum.structure("StatisticValues")
        if value != nil, values != nil { throw .exclusive("\(datum.path).Value", "\(datum.path).Values") }
        if value != nil, set != nil { throw .exclusive("\(datum.path).Value", "\(datum.path).StatisticValues") }
        if values != nil, set != nil { throw .exclusive("\(datum.path).Values", "\(datum.path).StatisticValues") }
        if let value {
            batch.append(series: series, time: time, value: value)
        } else if let values {
            try append(values, of: datum, series, time)
        } else if let set {
            try append(set, series, time)
        } else {
            throw .missingParameter("\(datum.path).Value")
        }
    }

    private mutating func append(_ values: WireChildren, of datum: DatumReader, _ series: UInt32, _ time: Timestamp) throws(AWSError) {
        guard values.count > 0 else { throw .missingParameter("\(datum.path).Values") }
        guard values.count <= Limits.valuesMax else { throw .tooMany("\(datum.path).Values", Limits.valuesMax) }
        var counts = try datum.list("Counts")
        if let counts, counts.count != values.count {
            throw .invalidParameterValue("The parameters \(datum.path).Values and \(datum.path).Counts must be of the same size.")
        }
        for (index, node) in values.enumerated() {
            let value = try DatumReader.value(node, at: "\(datum.path).Values.member.\(index + 1)")
            var weight = 1.0
            if let count = counts?.next() { weight = try DatumReader.positive(count, at: "\(datum.path).Counts.member.\(index + 1)") }
            batch.append(series: series, time: time, value: value, count: weight)
        }
    }

    private mutating func append(_ set: DatumReader, _ series: UInt32, _ time: Timestamp) throws(AWSError) {
        let count = try set.requiredPositive("SampleCount")
        let sum = try set.requiredValue("Sum")
        let minimum = try set.requiredValue("Minimum")
        let maximum = try set.requiredValue("Maximum")
        guard minimum <= maximum else {
            throw .invalidParameterValue("The parameter \(set.path).Minimum must be less than or equal to the parameter \(set.path).Maximum.")
        }
        guard minimum == maximum else {
            return batch.appendSet(series: series, time: time, sum: sum, count: count, minimum: minimum, maximum: maximum)
        }
        // One value `count` times, if the sum says so too. A set whose sum does not fit its extremes stays a set: a row with equal
        // extremes would lose the sum, so its maximum is stored one step higher, which `PeriodBucket` takes back.
        if abs(sum - minimum * count) <= 1e-9 * max(abs(sum), abs(minimum * count)) {
            batch.append(series: series, time: time, value: minimum, count: count)
        } else {
            batch.appendSet(series: series, time: time, sum: sum, count: count, minimum: minimum, maximum: minimum.nextUp)
        }
    }
}

extension AWSError {
    static func tooMany(_ parameter: String, _ limit: Int) -> AWSError {
        .invalidParameterValue("The collection \(parameter) must not have a size greater than \(limit).")
    }

    static func invalidValue(_ value: String, _ parameter: String) -> AWSError {
        .invalidParameterValue("The value \(value) for parameter \(parameter) is invalid.")
    }

    static func exclusive(_ a: String, _ b: String) -> AWSError {
        .invalidParameterCombination("The parameters \(a) and \(b) are mutually exclusive and you have specified both.")
    }
}
