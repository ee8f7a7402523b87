import Columns

/// One attribute of some rows on its way into a column: integers or doubles where all are, else texts. True and false are the texts of
/// these words.
struct AttributeCells {
    private enum Kind { case none, integers, doubles, texts }

    private var kind = Kind.none
    private var validity: Selection
    private var integers: [Int64] = []
    private var doubles: [Double] = []
    private var texts: [[UInt8]] = []
    private let count: Int

    init(count: Int) {
        self.count = count
        validity = Selection(none: count)
    }

    mutating func set(_ row: Int, integer: Int64) {
        become(.integers)
        switch kind {
        case .integers: integers[row] = integer
        case .doubles: doubles[row] = Double(integer)
        case .texts, .none: texts[row] = Array("\(integer)".utf8)
        }
        validity[row] = true
    }

    mutating func set(_ row: Int, double: Double) {
        become(.doubles)
        switch kind {
        case .doubles: doubles[row] = double
        case .integers, .texts, .none: texts[row] = Array(NumberText.format(double).utf8)
        }
        validity[row] = true
    }

    mutating func set(_ row: Int, text: some Collection<UInt8>) {
        become(.texts)
        texts[row] = Array(text)
        validity[row] = true
    }

    mutating func set(_ row: Int, bool: Bool) { set(row, text: bool ? "true".utf8 : "false".utf8) }

    func isSet(_ row: Int) -> Bool { validity[row] }

    var column: Column {
        let vector: Vector
        switch kind {
        case .none: return .absent
        case .integers: vector = .int64(integers)
        case .doubles: vector = .double(doubles)
        case .texts:
            var strings = BytesVector()
            for text in texts { strings.append(text) }
            vector = .bytes(strings)
        }
        return Column(vector, validity: validity)
    }

    private mutating func become(_ wanted: Kind) {
        guard kind != wanted, kind != .texts else { return }
        switch (kind, wanted) {
        case (.none, .integers): integers = [Int64](repeating: 0, count: count)
        case (.none, .doubles): doubles = [Double](repeating: 0, count: count)
        case (.integers, .doubles):
            doubles = integers.map { Double($0) }
        case (.doubles, .integers): return      // stays doubles
        case (_, .texts):
            texts = [[UInt8]](repeating: [], count: count)
            for row in 0..<count where validity[row] {
                texts[row] = Array((kind == .integers ? "\(integers[row])" : NumberText.format(doubles[row])).utf8)
            }
        default: break
        }
        kind = wanted
    }
}
