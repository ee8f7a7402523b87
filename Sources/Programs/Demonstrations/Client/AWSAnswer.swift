import WireFormats

/// What a service answered.
struct AWSAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    var isSuccess: Bool { (200..<300).contains(status) }

    /// Too busy, or broken for the moment: the same call may be taken later.
    var isWorthAnotherTry: Bool { status == 429 || status >= 500 || errorCode.hasPrefix("Throttling") }

    /// Nil when the body is not JSON.
    var json: WireDocument? { try? WireDocument(json: body) }  // the caller says which answer it could not read

    /// The contents of each `<name>…</name>`, in their order. Enough for the ARNs that SNS answers, which need no unescaping.
    func texts(inElements name: String) -> [String] {
        let text = String(decoding: body, as: UTF8.self)
        return text.split(separator: "<\(name)>").dropFirst().compactMap { part in
            part.firstRange(of: "</\(name)>").map { String(part[..<$0.lowerBound]) }
        }
    }

    /// The service's word for what is wrong, in any of the protocols; empty when there is none.
    var errorCode: String {
        if let type = json?.root["__type"]?.text { return String(type.split(separator: "#").last ?? "") }
        if let type = headers["X-Amzn-ErrorType"] { return String(type.prefix { $0 != ":" }) }
        return texts(inElements: "Code").first ?? ""
    }

    var errorMessage: String {
        let root = json?.root
        return root?["message"]?.text ?? root?["Message"]?.text ?? texts(inElements: "Message").first ?? ""
    }
}
