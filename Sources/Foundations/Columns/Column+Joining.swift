extension Column {
    /// The values at `rows`, in that order.
    package func gathered(_ rows: [Int]) -> Column {
        guard let validity else { return Column(vector.gathered(rows)) }
        let kept = Selection(rowCount: rows.count) { validity[rows[$0]] }
        if kept.isEmpty { return .absent }
        return Column(vector.gathered(rows), validity: kept.count == rows.count ? nil : kept)
    }

    /// Rows of several columns, one column's behind the other's. Columns of numbers must be of one type or absent; others become texts
    /// where they have not a dictionary or a way of writing numbers in common.
    package static func joined(_ parts: [(column: Column, rows: Range<Int>)], rowCount: Int) -> Column {
        let parts = parts.filter { !$0.rows.isEmpty }
        if parts.count == 1 { return parts[0].column.slice(parts[0].rows) }
        guard let kind = parts.lazy.map(\.column.vector).first(where: { $0.count != nil }) else { return .absent }
        let vector: Vector = switch kind {
        case .int64: .int64(values(parts, 0) { $0.int64s })
        case .uint64: .uint64(values(parts, 0) { $0.uint64s })
        case .uint32: .uint32(values(parts, 0) { $0.uint32s })
        case .uint8: .uint8(values(parts, 0) { $0.uint8s })
        case .double: .double(values(parts, 0) { $0.doubles })
        case .decimal(let first): decimals(parts, first.form) ?? .bytes(texts(parts))
        case .dictionary: dictionary(parts) ?? .bytes(texts(parts))
        case .bytes, .absent: .bytes(texts(parts))
        }
        return Column(vector, validity: validity(parts, rowCount))
    }

    private func slice(_ rows: Range<Int>) -> Column {
        if vector.count == rows.count, rows.lowerBound == 0 { return self }
        return gathered(Array(rows))
    }

    private static func validity(_ parts: [(column: Column, rows: Range<Int>)], _ rowCount: Int) -> Selection? {
        var validity = Selection(none: rowCount)
        var next = 0
        for part in parts {
            for row in part.rows {
                validity[next] = part.column.isPresent(row)
                next += 1
            }
        }
        return validity.count == rowCount ? nil : validity
    }

    private static func values<Value>(
        _ parts: [(column: Column, rows: Range<Int>)], _ zero: Value, _ array: (Vector) -> [Value]?
    ) -> [Value] {
        parts.flatMap { part in array(part.column.vector).map { $0[part.rows] } ?? [Value](repeating: zero, count: part.rows.count)[...] }
    }

    private static func texts(_ parts: [(column: Column, rows: Range<Int>)]) -> BytesVector {
        var result = BytesVector()
        for part in parts {
            guard let texts = part.column.vector.strings else {
                for _ in part.rows { result.append([]) }
                continue
            }
            for row in part.rows { result.append(texts[row]) }
        }
        return result
    }

    private static func decimals(_ parts: [(column: Column, rows: Range<Int>)], _ form: DecimalForm) -> Vector? {
        var mantissas: [Int64] = []
        for part in parts {
            switch part.column.vector {
            case .decimal(let values) where values.form == form: mantissas += values.mantissas[part.rows]
            case .absent: mantissas += [Int64](repeating: 0, count: part.rows.count)
            default: return nil
            }
        }
        return .decimal(DecimalVector(mantissas: mantissas, form: form))
    }

    /// More different values are not worth looking up.
    private static let sharedValuesMax = 1024

    private static func dictionary(_ parts: [(column: Column, rows: Range<Int>)]) -> Vector? {
        var values = BytesVector()
        var places: [ArraySlice<UInt8>: UInt16] = [:]
        var codes: [UInt16] = []
        for part in parts {
            switch part.column.vector {
            case .dictionary(let dictionary):
                guard dictionary.values.count <= sharedValuesMax else { return nil }
                let shared = (0..<dictionary.values.count).map { index -> UInt16 in
                    if let known = places[dictionary.values[index]] { return known }
                    let place = UInt16(values.count)
                    places[dictionary.values[index]] = place
                    values.append(dictionary.values[index])
                    return place
                }
                guard values.count <= sharedValuesMax else { return nil }
                codes += part.rows.map { shared[Int(dictionary.codes[$0])] }
            case .absent:
                if values.count == 0 { values.append([]) }
                codes += [UInt16](repeating: 0, count: part.rows.count)
            default: return nil
            }
        }
        return .dictionary(DictionaryVector(codes: codes, values: values))
    }
}
