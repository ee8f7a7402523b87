import Bytes
import WireFormats

/// How a request is written; its answer is written the same way.
enum OTLPEncoding: Sendable {
    case protobuf, json

    /// Nil for any other media type, or none.
    init?(contentType: String?) {
        let type = contentType?.split(separator: ";").first?.filter { $0 != " " }.lowercased()
        switch type {
        case "application/x-protobuf", "application/protobuf": self = .protobuf
        case "application/json": self = .json
        default: return nil
        }
    }

    var contentType: String {
        switch self {
        case .protobuf: "application/x-protobuf"
        case .json: "application/json"
        }
    }

    /// The body as it was before a `Content-Encoding`.
    /// - Throws: 415 for an encoding that we do not know, 413 past the limit, 400 for damage.
    static func unpacked(_ body: [UInt8], _ encoding: String?) throws(OTLPError) -> [UInt8] {
        var unknown: String?
        do throws(BytesError) {
            switch encoding?.lowercased() ?? "" {
            case "", "identity": break
            case "gzip", "x-gzip", "deflate": return try Gzip.decompress(body, atMost: Limits.messageBytesMax)
            case "zstd": return try Zstd.decompress(body, atMost: Limits.messageBytesMax)
            case let other: unknown = other
            }
        } catch { throw OTLPError(error) }
        if let unknown { throw OTLPError(415, .invalidArgument, "cannot read Content-Encoding \(unknown): it must be gzip, zstd or none") }
        guard body.count <= Limits.messageBytesMax else { throw .tooLarge("\(body.count) bytes are sent") }
        return body
    }
}
