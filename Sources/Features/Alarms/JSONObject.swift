import WireFormats

/// A JSON object member by member, for the two things that `WireValue` leaves out: null, and JSON that is there already.
struct JSONObject {
    private var inner: [UInt8] = []

    var bytes: [UInt8] { [UInt8(ascii: "{")] + inner + [UInt8(ascii: "}")] }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// A nil value is written `null`.
    mutating func add(_ name: String, _ value: WireValue?) {
        add(name, json: value.map(JSON.encode) ?? Array("null".utf8))
    }

    /// - Precondition: `json` is one value.
    mutating func add(_ name: String, json: [UInt8]) {
        if !inner.isEmpty { inner.append(UInt8(ascii: ",")) }
        JSON.append(name, to: &inner)
        inner.append(UInt8(ascii: ":"))
        inner += json
    }
}
