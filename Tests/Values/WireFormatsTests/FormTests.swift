import Simulation
import Testing

@testable import WireFormats

private func parse(_ text: String) throws(WireError) -> WireNode { try WireDocument(form: Array(text.utf8)).root }

@Suite struct FormTests {
    @Test func `structures, lists and maps get the shape that json has`() throws {
        let root = try parse(
            "Action=PutMetricData&Namespace=My+Shop%2FEu&MetricData.member.1.MetricName=Latency&MetricData.member.1.Value=1.5"
                + "&MetricData.member.1.Dimensions.member.1.Name=A&MetricData.member.1.Dimensions.member.1.Value=B"
                + "&MetricData.member.2.MetricName=Errors&MetricData.member.2.Values.member.1=1&MetricData.member.2.Values.member.2=2e3"
                + "&Attributes.entry.1.key=Policy&Attributes.entry.1.value=%7B%7D&On=true&Period=60&Start=2026-11-21T08%3A00%3A00Z&Nothing=")
        #expect(root.kind == .map && !root.isTyped)
        #expect(root["Namespace"]?.text == "My Shop/Eu")
        let data = try #require(root["MetricData"])
        #expect(data.kind == .list && data.childCount == 2)
        #expect(data.children.map { $0["MetricName"]?.text } == ["Latency", "Errors"])
        #expect(data.children.map { $0["Value"]?.double } == [1.5, nil])
        #expect(data.children.map { $0["Dimensions"]?.children.map { $0["Name"]?.text } } == [["A"], nil])
        #expect(data.children.map { $0["Values"]?.children.map(\.double) } == [nil, [1, 2000]])
        #expect(root["Attributes"]?.kind == .map)
        #expect(root["Attributes"]?.member(named: "Policy")?.text == "{}")
        #expect(root["On"]?.bool == true && root["Period"]?.integer == 60 && root["Period"]?.bool == nil && root["On"]?.integer == nil)
        #expect(root["Start"]?.timestamp == 1_795_248_000_000_000_000)
        #expect(root["Nothing"]?.text == "" && root["Nothing"]?.double == nil)
    }

    @Test func `message attributes are a map by name, flat lists are lists`() throws {
        let root = try parse(
            "MessageAttributes.entry.1.Name=tier&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=gold"
                + "&Attribute.2.Name=B&Attribute.1.Name=A&Ids.1=x&Ids.10=z&Ids.9=y")
        #expect(root["MessageAttributes"]?.member(named: "tier")?["StringValue"]?.text == "gold")
        #expect(root["Attribute"]?.children.map { $0["Name"]?.text } == ["A", "B"])
        #expect(root["Ids"]?.children.map(\.text) == ["x", "y", "z"])
    }

    @Test func `numbers order elements and cost nothing, whatever they are`() throws {
        #expect(try parse("L.member.999999999=c&L.member.3=b&L.member.1=a")["L"]?.children.map(\.text) == ["a", "b", "c"])
    }

    @Test(arguments: [
        "A=1&A=2", "A=%", "A=%4", "A=%4G", "A=%FF", "%FF=1", "L.member.0=a", "L.member.-1=a", "L.member.01=a", "L.member.1000000000=a",
        "L.member.99999999999999999999=a", "L.member.x=a", "L.1=a&L.x=b", "A=1&A.B=2", ".=1", "A.=1", ".A=1", "A..B=1", "=1", "M.entry.1.x=1",
        "M.entry.x.key=1",
    ])
    func `bad parameters are refused`(_ text: String) {
        #expect(throws: WireError.self) { try parse(text) }
    }

    @Test(arguments: ["", "&", "&&A=1&", "A", "A=", "A=b=c", "A=%00", "A.member=1", "A.entry=1", "A=&A.member.1=x", "M.entry.1.key=k"])
    func `odd but harmless ones are read`(_ text: String) throws {
        #expect(walk(try parse(text)) > 0)
    }

    @Test func `nesting and the number of parameters are limited`() {
        let deep = #expect(throws: WireError.self) { try parse(Array(repeating: "A", count: WireLimits.depthMax + 1).joined(separator: ".")) }
        #expect(deep?.code == .limit)
        let many = #expect(throws: WireError.self) { try parse(String(repeating: "A.member.1=1&", count: 2) + (0...WireLimits.formPairsMax).map { "a\($0)=" }.joined(separator: "&")) }
        #expect(many?.code != nil)
    }

    @Test func `names in any order and number take linear time`() throws {
        var random = SeededRandom(seed: 1)
        let names = (1...20_000).map { "L.member.\($0).A=\($0)" }.shuffled(using: &random)
        let list = try #require(try parse(names.joined(separator: "&"))["L"])
        #expect(list.children.map { $0["A"]?.integer } == (1...20_000).map { Int64($0) })
    }

    @Test func `every truncation and change gives an error or a document, never a crash`() {
        let text = "Action=Put&D.member.1.Dims.member.1.Name=A%20B&D.member.2.Values.member.1=1&T.entry.1.key=k&T.entry.1.value=v"
        let bytes = Array(text.utf8)
        var random = SeededRandom(seed: 9)
        var outcomes = (read: 0, refused: 0)
        for round in 0..<3000 {
            var changed = round <= bytes.count ? Array(bytes[..<round]) : bytes
            if round > bytes.count { changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next()) }
            do throws(WireError) {
                #expect(walk(try WireDocument(form: changed).root) > 0)
                outcomes.read += 1
            } catch {
                #expect(0...changed.count ~= error.position)
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 100 && outcomes.refused > 100)
    }

    @Test func `random trees survive the way into a form and back`() throws {
        for seed in 0..<200 as Range<UInt64> {
            var values = RandomValues(seed: seed)
            let tree = textTree(&values, depth: 3)
            var pairs: [String] = []
            write(tree, "", &pairs)
            pairs.shuffle(using: &values.random)
            #expect(same(try parse(pairs.joined(separator: "&")), tree), "seed \(seed): \(pairs)")
        }
    }

    /// What a form can hold: texts, and containers that are not empty.
    private func textTree(_ values: inout RandomValues, depth: Int) -> WireValue {
        .structure((0...Int.random(in: 0...3, using: &values.random)).map { ("M\($0)", textValue(&values, depth: depth - 1)) })
    }

    private func textValue(_ values: inout RandomValues, depth: Int) -> WireValue {
        switch Int.random(in: 0..<(depth > 0 ? 4 : 1), using: &values.random) {
        case 1: .list((0...Int.random(in: 0...3, using: &values.random)).map { _ in textValue(&values, depth: depth - 1) })
        case 2: .map((0...Int.random(in: 0...3, using: &values.random)).map { ("\(values.text())\($0)", textValue(&values, depth: depth - 1)) })
        case 3: textTree(&values, depth: depth)
        default: .text(values.text())
        }
    }

    private func write(_ value: WireValue, _ name: String, _ pairs: inout [String]) {
        switch value {
        case .text(let text): pairs.append("\(name)=\(PercentEncoding.encode(text))")
        case .list(let elements): for (i, element) in elements.enumerated() { write(element, "\(name).member.\(i + 1)", &pairs) }
        case .map(let entries):
            for (i, entry) in entries.enumerated() {
                write(.text(entry.0), "\(name).entry.\(i + 1).key", &pairs)
                write(entry.1, "\(name).entry.\(i + 1).value", &pairs)
            }
        case .structure(let members): for (key, member) in members { write(member, name.isEmpty ? key : "\(name).\(key)", &pairs) }
        default: Issue.record("not a form's value")
        }
    }

    /// Members of a structure come in any order.
    private func same(_ node: WireNode?, _ value: WireValue) -> Bool {
        guard let node else { return false }
        switch value {
        case .text(let text): return node.text == text
        case .list(let values): return node.childCount == values.count && zip(node.children, values).allSatisfy(same)
        case .map(let members), .structure(let members):
            return node.childCount == members.count && members.allSatisfy { same(node.member(named: $0.0), $0.1) }
        default: return false
        }
    }
}
