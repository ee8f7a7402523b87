import Testing
import WireFormats

private func xml(_ value: WireValue) -> String {
    var out: [UInt8] = []
    QueryXML.append(element: "X", value, to: &out)
    return String(decoding: out, as: UTF8.self)
}

@Suite struct QueryXMLTests {
    @Test(arguments: [
        (.text("a<b>&\"c'\t\n\r\u{0}\u{1F}\u{FFFE}\u{7F}é😀"), "<X>a&lt;b&gt;&amp;&quot;c'\t\n&#xD;\u{FFFD}\u{FFFD}\u{FFFD}\u{7F}é😀</X>"),
        (.text("]]>"), "<X>]]&gt;</X>"), (.text(""), "<X/>"), (.double(80), "<X>80.0</X>"), (.double(.nan), "<X>NaN</X>"),
        (.double(-.infinity), "<X>-Infinity</X>"), (.integer(-3), "<X>-3</X>"), (.bool(true), "<X>true</X>"),
        (.timestamp(1_795_248_000_250_999_999), "<X>2026-11-21T08:00:00.250Z</X>"), (.blob([1, 2]), "<X>AQI=</X>"), (.list([]), "<X/>"),
        (.structure([]), "<X/>"), (.map([]), "<X/>"), (.doubles([]), "<X/>"), (.timestamps([]), "<X/>"),
        (.list(["a", ["B": "c"]]), "<X><member>a</member><member><B>c</B></member></X>"),
        (.doubles([1, 2.5]), "<X><member>1.0</member><member>2.5</member></X>"),
        (.timestamps([0]), "<X><member>1970-01-01T00:00:00.000Z</member></X>"),
        (.textMap([("k&", "v"), ("e", "")]), "<X><entry><key>k&amp;</key><value>v</value></entry><entry><key>e</key><value/></entry></X>"),
    ] as [(WireValue, String)])
    func `values are written as`(_ value: WireValue, _ text: String) {
        #expect(xml(value) == text)
    }
}
