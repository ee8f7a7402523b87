// A file of the console as it lies in the binary. The list itself, `PackedAssets`, is written at build by Scripts/pack-console.

import Bytes

/// One file: its name below `/ui/_/<version>/` and a gzip member (RFC 1952) in base64.
struct PackedFile: Sendable {
    let name: String
    /// A literal, so that the compiler keeps half a megabyte as data and not as an array to build.
    let member: StaticString

    /// The gzip member.
    func gzipped() -> [UInt8] {
        guard let bytes = Base64.decode("\(member)") else { preconditionFailure("the packer wrote \(name) in something else than base64") }
        return bytes
    }
}
