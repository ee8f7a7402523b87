import Columns
import Simulation
import Testing

struct VectorTests {
    @Test func `strings lie end to end and come back, empty ones too`() {
        var strings = BytesVector(["a", "", "bc"])
        strings.append(utf8: "ü")
        #expect((0..<4).map { strings.text(at: $0) } == ["a", "", "bc", "ü"])
        #expect(strings.gathered([3, 1, 0]) == BytesVector(["ü", "", "a"]))
        var twice = strings
        twice.append(contentsOf: strings)
        #expect(twice.count == 8 && twice.text(at: 6) == "bc")
    }

    @Test func `ends that do not fit the arena are noticed`() {
        #expect(BytesVector.isWellFormed(byteCount: 3, ends: [1, 1, 3]))
        #expect(!BytesVector.isWellFormed(byteCount: 3, ends: [1, 2]))
        #expect(!BytesVector.isWellFormed(byteCount: 3, ends: [2, 1, 3]))
        #expect(BytesVector.isWellFormed(byteCount: 0, ends: []))
    }

    @Test(arguments: [0, 1, 63, 64, 65, 200])
    func `a selection is the set that it was told, whatever its length`(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        var selection = Selection(none: count)
        var truth = [Bool](repeating: false, count: count)
        for row in 0..<count where random.oneIn(2) {
            selection[row] = true
            truth[row] = true
        }
        #expect(selection.rows == truth.indices.filter { truth[$0] })
        #expect(selection.count == truth.count { $0 })
        var inverse = selection
        inverse.invert()
        #expect(inverse.rows == truth.indices.filter { !truth[$0] })
        var union = selection
        union.formUnion(inverse)
        #expect(union == Selection(all: count))
        union.formIntersection(Selection(none: count))
        #expect(union.isEmpty)
    }

    @Test func `a filtered chunk keeps values and gaps of the rows that are left`() {
        var validity = Selection(all: 4)
        validity[2] = false
        let chunk = ColumnChunk(rowCount: 4, columns: [Column(.int64([1, 2, 3, 4]), validity: validity), .absent])
        var wanted = Selection(none: 4)
        wanted[1] = true
        wanted[2] = true
        let filtered = chunk.filtered(by: wanted)
        #expect(filtered.rowCount == 2)
        #expect(filtered.columns[0].vector == .int64([2, 3]))
        #expect(filtered.columns[0].isPresent(0) && !filtered.columns[0].isPresent(1))
        #expect(!filtered.columns[1].isPresent(0))
    }

    @Test(arguments: [
        ("0", 0.0), ("-12.5", -12.5), ("1e3", 1000), ("007", 7), ("+4", 4), (".5", 0.5), ("123456789012345680", 123456789012345680),
    ])
    func `numbers are read in decimal`(text: String, value: Double) {
        #expect(NumberText.parse(text) == value)
    }

    @Test(arguments: ["", "-", "1x", "0x10", "inf", "nan", "1 ", " 1", "e5", "1e", "--1", String(repeating: "1", count: 65)])
    func `what is no decimal number is none`(text: String) {
        #expect(NumberText.parse(text) == nil)
    }

    @Test func `numbers are shown without a needless fraction`() {
        #expect([3, -0.5, 1e20, 123456].map(NumberText.format) == ["3", "-0.5", "1e+20", "123456"])
        #expect(NumberText.format(-0.0) == "0")
    }
}
