import AWSProtocol
import Bytes
import WireFormats

/// Where a listing goes on: behind a key of the catalog.
enum PageToken {
    static func text(after key: String) -> WireValue { .text(Base64.encode(Array(key.utf8))) }

    static func key(_ token: String?) throws(AWSError) -> String? {
        guard let token else { return nil }
        guard let bytes = Base64.decode(token), let key = String(validating: bytes, as: UTF8.self) else { throw .snsInvalidParameter("NextToken") }
        return key
    }
}
