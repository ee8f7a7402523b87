import Columns
import ColumnStore
import SignalModel

/// Which blocks a scan can pass by without reading them: by what their headers say, and by the filter of keys that their part has.
struct LogPruning {
    /// A test that every row must pass, of a kind that headers and keys know something about.
    private enum Test {
        case equals(name: String, [UInt8])
        /// A run of letters, digits, dashes and underscores that messages must have; whole: with nothing of the kind beside it.
        case word([UInt8], isWhole: Bool)

        var key: UInt64 {
            switch self {
            case .equals(_, let value): BlockKeys.hash(value)
            case .word(let word, _): BlockKeys.hash(word)
            }
        }
    }

    private let tests: [Test]
    private let streams: Set<UInt32>?

    init(_ plan: LogScan) {
        tests = Self.tests(of: plan.predicate) + plan.needs.flatMap { Self.tests(of: .compare($0.name, .equal, .text($0.text))) }
        streams = plan.streams.map(Set.init)
    }

    /// - Returns: the blocks that may have rows of use, in the same order.
    func blocks(_ blocks: [TableSnapshot.Block]) throws(StorageError) -> [TableSnapshot.Block] {
        guard streams != nil || !tests.isEmpty else { return blocks }
        var kept: [(block: TableSnapshot.Block, asked: [Int])] = []
        // Blocks beside each other mostly say the same.
        var last: (bytes: ArraySlice<UInt8>, asked: [Int]?)?
        try TableSnapshot.forEachSummary(of: blocks) { block, summary throws(StorageError) in
            if let streams, try !LogSummary(summary, block.header).streams.contains(where: { streams.contains($0.number) }) { return }
            guard block.header.form == LogBlockSection.form else { return kept.append((block, [])) }
            if last.map({ !summary.starts(with: $0.bytes) }) ?? true {
                let (search, byteCount) = try LogSummary.search(summary)
                last = (summary.prefix(byteCount), testsAsked(by: search))
            }
            if let asked = last?.asked { kept.append((block, asked)) }
        }
        for (number, test) in tests.enumerated() {
            let asked = kept.filter { $0.asked.contains(number) }.map(\.block)
            guard !asked.isEmpty else { continue }
            // Both lists have one order, so that the blocks that came back are found by walking them together.
            var found = try TableSnapshot.blocks(asked, thatMayHold: .key(test.key))[...]
            kept = kept.filter { block, asked in
                guard asked.contains(number) else { return true }
                guard let next = found.first, next.isSame(as: block) else { return false }
                found.removeFirst()
                return true
            }
        }
        return kept.map(\.block)
    }

    /// Whether a block with these keys may have rows of use, as `blocks` asks it of many at once.
    func mayPass(_ summary: ArraySlice<UInt8>, _ header: BlockHeader, keys: Set<UInt64>) throws(StorageError) -> Bool {
        guard header.form == LogBlockSection.form else { return true }
        return testsAsked(by: try LogSummary.search(summary).search)?.allSatisfy { keys.contains(tests[$0].key) } ?? false
    }

    /// The tests whose keys a block must have, going by its summary; nil when nothing in it can pass.
    private func testsAsked(by summary: LogSearchSummary) -> [Int]? {
        var asked: [Int] = []
        for (number, test) in tests.enumerated() {
            switch Self.answer(summary, test) {
            case .maybe: break
            case .onlyWithKey: asked.append(number)
            case .no: return nil
            }
        }
        return asked
    }

    private static func answer(_ summary: LogSearchSummary, _ test: Test) -> LogSearchSummary.Answer {
        switch test {
        case .equals(let name, _): summary.isKeyed(name) ? .onlyWithKey : .maybe
        case .word(let word, let isWhole): summary.answer(word: word, isWhole: isWhole)
        }
    }

    // MARK: Tests in a predicate

    private static func tests(of predicate: Predicate) -> [Test] {
        switch predicate {
        case .and(let parts): parts.flatMap(tests)
        case .compare(let name, .equal, .text(let value)) where !value.isEmpty && value.count <= BlockKeys.valueBytesMax && !isFixed(name):
            [.equals(name: name, value)]
        case .isOneOf(let name, let literals) where literals.count == 1: tests(of: .compare(name, .equal, literals[0]))
        case .contains(LogColumn.message.name, let needle): words(in: needle)
        case .matches(LogColumn.message.name, let expression): words(in: expression.requiredLiteral)
        default: []
        }
    }

    private static func isFixed(_ name: String) -> Bool { LogColumn.allCases.contains { $0.name == name } }

    /// The longest run of the needle: others are shorter, and tell less.
    private static func words(in needle: [UInt8]) -> [Test] {
        var best: Range<Int>?
        var start = 0
        for place in 0...needle.count where place == needle.count || !isWordByte(needle[place]) {
            if place - start > best?.count ?? 0 { best = start..<place }
            start = place + 1
        }
        guard let best else { return [] }
        return [.word(Array(needle[best]), isWhole: best.lowerBound > 0 && best.upperBound < needle.count)]
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
